//! The command line of `laws`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::help::with_codes;

const CHECK_HELP: &str = "\
Examples:
  contract-guard laws check                                 the laws of this repository
  contract-guard laws check --against origin/main           also rules that compare with what was
  contract-guard laws check --since v1.0.0                  commit by commit
  contract-guard laws check --pack memoryos --path ../repo  a built-in law, any repository
  contract-guard laws check --law upgrade --rule files-stay";

const STATUS_HELP: &str = "\
Examples:
  contract-guard laws status
  contract-guard laws status --format markdown > docs/laws-status.md
  contract-guard laws status --format html > laws.html
  cargo test 2>&1 | tee tests.log; contract-guard laws status --ran tests.log
  contract-guard laws status --pack memoryos --ran tests.log --waived waived.yaml --strict";

#[derive(Debug, Args)]
pub(in crate::cli) struct Laws {
    #[command(subcommand)]
    pub command: LawsCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LawsCommand {
    /// Hold the repository to its laws
    #[command(after_help = with_codes(CHECK_HELP))]
    Check(Select),
    /// Show who holds each sentence of the written contracts
    #[command(after_help = with_codes(STATUS_HELP))]
    Status(Status),
    /// Record the violations that there are, so that only new ones fail; the record can only shrink
    #[command(after_help = with_codes("Examples:\n  contract-guard laws baseline\n  contract-guard laws baseline --law upgrade"))]
    Baseline(Select),
}

/// Which laws, and which repository.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct Select {
    /// Only this law
    #[arg(long, value_name = "NAME")]
    pub law: Option<String>,
    /// Only this rule, or the rules of this sentence
    #[arg(long, value_name = "ID")]
    pub rule: Option<String>,
    /// The repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// A built-in law, or a law file, instead of contracts/laws; can be given again
    #[arg(long, value_name = "NAME|FILE")]
    pub pack: Vec<String>,
    /// Compare with the commit that this branch and REF share, a tag, or `freeze:VERSION`
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Compare commit by commit from REF on
    #[arg(long, value_name = "REF", conflicts_with = "against")]
    pub since: Option<String>,
    /// Look at the git index: what the next commit would hold
    #[arg(long, conflicts_with = "at")]
    pub staged: bool,
    /// Look at a commit, branch or tag
    #[arg(long, value_name = "REF")]
    pub at: Option<String>,
    /// What "now" is, as RFC 3339 has it [default: the clock]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Run the commands that laws demand to succeed
    #[arg(long)]
    pub run_commands: bool,
    /// Show violations that the record accepts, too
    #[arg(long)]
    pub all: bool,
    /// Whether a repository without laws is one to hold others against
    #[arg(skip)]
    pub may_be_lawless: bool,
    /// Whether the commit itself is compared with, and not the one that both share
    #[arg(skip)]
    pub is_exact: bool,
}

impl Select {
    /// Whether all rules of the repository are meant.
    pub(super) fn is_of_all(&self) -> bool {
        self.law.is_none() && self.rule.is_none() && self.pack.is_empty()
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Status {
    #[command(flatten)]
    pub select: Select,
    /// A report of tests that ran: JUnit XML, or the output of `cargo test` or `pytest -v`
    #[arg(long, value_name = "FILE")]
    pub ran: Vec<PathBuf>,
    /// Sentences that this repository accepts not to hold: a list of `{pack, sentences, until, owner, reason}`
    #[arg(long, value_name = "FILE")]
    pub waived: Option<PathBuf>,
    /// Exit 1 unless every sentence is tested, waived, or enforced without a finding, and every waiver is needed
    #[arg(long)]
    pub strict: bool,
}
