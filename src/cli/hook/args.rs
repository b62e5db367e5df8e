//! What `hook` is asked for.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(in crate::cli) const HOOK_HELP: &str = "\
Examples:
  contract-guard hook install              for what this repository uses, else plain git
  contract-guard hook install --with lefthook
  contract-guard hook status
  contract-guard hook run                  what the hook does";

#[derive(Debug, Args)]
pub(in crate::cli) struct Hook {
    #[command(subcommand)]
    pub command: HookCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum HookCommand {
    /// Check what the next commit would hold; silent when nothing is wrong, instant when it is about
    /// something else
    Run(Run),
    /// Have git call the hook before each commit
    Install(Install),
    /// Take out what `install` wrote
    Uninstall(Install),
    /// Show who calls the hook; exit 1 when nobody does
    Status,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Run {
    /// The folder that holds contracts/ [default: the current folder]
    pub path: Option<PathBuf>,
    /// Compare with this branch or commit [default: the main branch of `origin`, else HEAD]
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// The time by which waivers end, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
    /// Names of files, which some managers of hooks pass; the whole commit counts
    #[arg(last = true, hide = true)]
    pub _files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Install {
    /// What calls the hook [default: what this repository uses, else git]
    #[arg(long, value_enum)]
    pub with: Option<Manager>,
}

/// What calls hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Manager {
    /// git itself
    Git,
    /// pre-commit, by `.pre-commit-config.yaml`
    PreCommit,
    /// prek, by `prek.toml`
    Prek,
    /// lefthook, by `lefthook.yml`
    Lefthook,
    /// husky, by `.husky/pre-commit`
    Husky,
}

impl Hook {
    /// Whether it checks, and so writes what `check` does.
    pub(in crate::cli) fn checks(&self) -> bool {
        matches!(self.command, HookCommand::Run(_))
    }
}
