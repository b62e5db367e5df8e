//! The command line of everything that raises versions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::gate::Step;

/// A step that a user names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Named {
    /// Words, examples, fixes that nobody notices
    Patch,
    /// Additions
    Minor,
    /// Breaks
    Major,
}

impl Named {
    pub(in crate::cli) fn step(self) -> Step {
        match self {
            Named::Patch => Step::Patch,
            Named::Minor => Step::Minor,
            Named::Major => Step::Major,
        }
    }
}

/// Where and when; what every one of these commands has.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct Setting {
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    pub path: Option<PathBuf>,
    /// The time of the release, as RFC 3339 has it [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Workflow {
    /// The step that the change is meant to be
    #[arg(value_enum)]
    pub step: Named,
    /// What the release is for, one sentence: it goes into history, changelog and freeze
    pub summary: String,
    /// The module that the step is about [default: the whole set]
    #[arg(long, value_name = "NAME")]
    pub module: Option<String>,
    /// Make it a pre-release, such as `rc`
    #[arg(long, value_name = "NAME")]
    pub pre: Option<String>,
    #[command(flatten)]
    pub setting: Setting,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Release {
    /// What the release is for [default: the summary in versions.yaml]
    pub summary: Option<String>,
    #[command(flatten)]
    pub setting: Setting,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Bump {
    /// The module [default: all, and the whole set]
    pub module: Option<String>,
    /// The tree before: a freeze, a commit, a branch, a folder [default: the newest freeze]
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// The tree after, to look at; cannot be written [default: the working tree]
    #[arg(long, value_name = "REF", conflicts_with = "write")]
    pub head: Option<String>,
    /// Declare what is demanded: versions.yaml, OpenAPI and topic catalogs, changelog, migration guide
    #[arg(long)]
    pub write: bool,
    /// Make it a pre-release, such as `rc`
    #[arg(long, value_name = "NAME", requires = "write")]
    pub pre: Option<String>,
    /// What the version is for, one sentence
    #[arg(long, short, value_name = "TEXT", requires = "write")]
    pub message: Option<String>,
    #[command(flatten)]
    pub setting: Setting,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Rollback {
    /// The version to go back to, or a freeze file
    pub version: String,
    /// Why, one sentence: it goes into history and changelog
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Overwrite what is saved nowhere else; it is kept in a rescue freeze
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub setting: Setting,
}
