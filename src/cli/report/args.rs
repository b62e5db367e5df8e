//! The command line of `report`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::Check;

#[derive(Debug, Args)]
pub(in crate::cli) struct Report {
    #[command(flatten)]
    pub tree: Check,
    /// Write to this file, and make the folders that are missing [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Say on the page that it was made then, as RFC 3339 has it; judge waivers as of then
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}

pub(in crate::cli) const REPORT_HELP: &str = "\
The page says how the contracts are; it is no gate. Once it is written the exit code is 0, whatever it says.

Examples:
  contract-guard report -o contract-report.html
  contract-guard report --at v1.2.0 --output public/contracts-1.2.0.html
  contract-guard report > contract-report.html";
