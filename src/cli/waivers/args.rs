//! What `waive` and `waivers` are asked for.

use std::path::PathBuf;

use clap::Args;

pub(in crate::cli) const WAIVE_HELP: &str = "\
Examples:
  contract-guard waive property-removed --against origin/main \\
      --reason \"nobody has ever written it\" --owner ada --until 2026-12-31
  contract-guard waive 0123456789abcdef --reason \"see #12\" --owner ada --until 2026-12-31
  contract-guard waive --approve 0123456789abcdef --key ~/.ssh/id_ed25519";

pub(in crate::cli) const WAIVERS_HELP: &str = "\
Examples:
  contract-guard waivers                   what is accepted, by whom, until when
  contract-guard waivers --against origin/main
  contract-guard waivers --prune           take out what accepts nothing any more";

#[derive(Debug, Args)]
pub(in crate::cli) struct Waive {
    /// The finding: its fingerprint, the beginning of it, or its code where that is enough
    #[arg(required_unless_present = "approve")]
    pub finding: Option<String>,
    /// Why it is accepted
    #[arg(long, value_name = "TEXT", required_unless_present = "approve")]
    pub reason: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "NAME", required_unless_present = "approve")]
    pub owner: Option<String>,
    /// The last day on which it is accepted (UTC), such as 2026-12-31
    #[arg(long, value_name = "DAY", required_unless_present = "approve")]
    pub until: Option<String>,
    /// Sign a waiver that is there
    #[arg(long, value_name = "FINGERPRINT", conflicts_with_all = ["finding", "reason", "owner", "until"], requires = "key")]
    pub approve: Option<String>,
    /// The key to sign with: a private key, or a public key that the ssh agent holds
    #[arg(long, value_name = "FILE", requires = "approve")]
    pub key: Option<PathBuf>,
    /// Where changes are counted from [default: the newest freeze]
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The time, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct WaiversArgs {
    /// Take out what accepts nothing any more
    #[arg(long)]
    pub prune: bool,
    /// Where changes are counted from [default: the newest freeze]
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long, requires = "prune")]
    pub dry_run: bool,
    /// The time, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}
