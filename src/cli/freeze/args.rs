//! The arguments of `freeze`, as clap reads them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::super::help::with_codes;

#[derive(Debug, Args)]
#[command(after_help = with_codes(
    "Examples:
  contract-guard freeze create 1.2.0 --description \"user preferences\"
  contract-guard freeze list
  contract-guard freeze diff                        the newest freeze and the working tree
  contract-guard freeze verify
  contract-guard freeze restore 1.1.0 --dry-run"
))]
pub(in crate::cli) struct Freeze {
    /// The folder that holds the contracts/ [default: this repository]
    #[arg(long, global = true, value_name = "PATH")]
    pub tree: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Freeze the contracts as they are on disk
    #[command(after_help = with_codes(
        "Examples:
  contract-guard freeze create 1.2.0
  contract-guard freeze create v1.2.0-user-preferences --description \"opt-in per user\"
  contract-guard freeze create                      the version that versions.yaml declares"
    ))]
    Create(Create),
    /// List freezes in the order of their versions, the newest marked
    #[command(after_help = with_codes("Examples:
  contract-guard freeze list\n  contract-guard freeze list --required\n  contract-guard freeze list --format json"))]
    List(List),
    /// Show what a freeze holds
    #[command(after_help = with_codes(
        "Examples:
  contract-guard freeze show                        the newest
  contract-guard freeze show 1.2.0 --sums | sha256sum -c"
    ))]
    Show(Show),
    /// Verify freezes: every byte, digests, roots, chain, indexes, signatures
    #[command(after_help = with_codes(
        "Examples:
  contract-guard freeze verify                      all of them
  contract-guard freeze verify 1.2.0
  contract-guard freeze verify 1.2.0 --signers --threshold 2"
    ))]
    Verify(Verify),
    /// Compare two trees: freezes, commits, folders, the working tree
    #[command(after_help = with_codes(
        "Examples:
  contract-guard freeze diff 1.1.0 1.2.0
  contract-guard freeze diff 1.2.0                  with the working tree
  contract-guard freeze diff origin/main path/to/other/contracts"
    ))]
    Diff(Diff),
    /// Restore the contracts to what a freeze holds
    #[command(after_help = with_codes(
        "Examples:
  contract-guard freeze restore 1.1.0 --dry-run
  contract-guard freeze restore 1.1.0 -- contracts/events
  contract-guard freeze restore 1.1.0 --prune --force"
    ))]
    Restore(Restore),
    /// Write the files of a freeze to a new folder or a tar archive
    #[command(after_help = with_codes(
        "Examples:
  contract-guard freeze export 1.2.0 ../contracts-1.2.0
  contract-guard freeze export 1.2.0 contracts-1.2.0.tar
  contract-guard freeze export 1.2.0 - | gzip > contracts-1.2.0.tar.gz"
    ))]
    Export(Export),
    /// Take in freezes of the legacy tool, or of another repository
    #[command(after_help = with_codes("Examples:
  contract-guard freeze import old/freeze-v1.0.0.json old/freeze-v1.1.0.json"))]
    Import(Import),
    /// Sign a freeze with an SSH key
    #[command(after_help = with_codes("Examples:
  contract-guard freeze sign 1.2.0 --key ~/.ssh/id_ed25519"))]
    Sign(Sign),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    /// Its version, such as 1.2.0 or v1.2.0-user-preferences [default: that of versions.yaml]
    pub version: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Freeze although nothing has changed since the newest
    #[arg(long)]
    pub allow_empty: bool,
    /// The time of its making, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Compare each freeze with the one before it, and say which step the changes demand
    #[arg(long)]
    pub required: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// Its version, or a freeze file [default: the newest]
    pub version: Option<String>,
    /// Write the lines that `sha256sum -c` reads, and nothing else
    #[arg(long)]
    pub sums: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    /// A version, or a freeze file [default: all]
    pub version: Option<String>,
    /// Verify all freezes
    #[arg(long, conflicts_with = "version")]
    pub all: bool,
    /// Demand good signatures by signers whom the base allows
    #[arg(long)]
    pub signers: bool,
    /// Whose contracts/security/allowed_signers and configuration decide: a commit or a folder
    #[arg(long, value_name = "REF", default_value = "HEAD", requires = "signers")]
    pub base: String,
    /// How many different keys must have signed [default: as the base's configuration says, or 1]
    #[arg(long, value_name = "N", requires = "signers", value_parser = clap::value_parser!(u32).range(1..))]
    pub threshold: Option<u32>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Diff {
    /// A version, a commit, a folder, a freeze file, `index`, or `.` [default: the newest freeze]
    pub old: Option<String>,
    /// The same [default: the working tree]
    pub new: Option<String>,
    /// Exit 1 when there are differences
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Restore {
    /// Its version, or a freeze file
    pub version: String,
    /// Only these files and folders
    #[arg(last = true)]
    pub paths: Vec<PathBuf>,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Remove files that the freeze does not have
    #[arg(long)]
    pub prune: bool,
    /// Overwrite what is saved nowhere else; it is kept in a rescue freeze
    #[arg(long)]
    pub force: bool,
    /// Also write content of a legacy freeze that does not have its recorded digest
    #[arg(long)]
    pub unproven: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// Its version, or a freeze file
    pub version: String,
    /// A folder that is not there yet, a file that ends in .tar, or - for standard output
    pub to: PathBuf,
    /// Also write content of a legacy freeze that does not have its recorded digest
    #[arg(long)]
    pub unproven: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// Freeze files; they are taken in by version
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Also take in content that does not have its recorded digest, marked as such
    #[arg(long)]
    pub unproven: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Sign {
    /// Its version [default: the newest]
    pub version: Option<String>,
    /// The private key, or a public key whose private half an agent holds
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}
