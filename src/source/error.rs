//! What keeps a source from being read, in the user's words, and what to do about it.

use std::fmt;
use std::path::PathBuf;

/// The world is not as it should be. Never about what stands in a file.
#[derive(Debug)]
pub enum SourceError {
    /// There is nothing to check.
    NoTree {
        /// Where one was looked for.
        base: PathBuf,
    },
    /// The next commit would hold no contracts.
    NotStaged {
        /// The contracts, from the current folder.
        root: String,
        /// What is on disk, and would have to be added.
        missing: Vec<String>,
    },
    /// The configuration names a folder that cannot be the contracts.
    Root {
        /// The folder.
        folder: String,
        /// Why, a clause.
        reason: &'static str,
    },
    /// Reading failed.
    Io {
        /// What was read.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// git failed, with its own words.
    Git {
        /// What was asked.
        what: String,
        /// What it answered.
        stderr: String,
    },
    /// There is no git to ask.
    NoGit {
        /// What would have been asked.
        what: String,
    },
    /// Another tool failed.
    Tool {
        /// What it could not do.
        what: String,
        /// Why.
        reason: String,
    },
    /// The history does not reach the commit that is compared with.
    CutOff {
        /// What is compared with.
        name: String,
        /// Why it cannot be, a clause.
        reason: &'static str,
        /// The command that brings what is missing.
        fetch: String,
    },
    /// A restore was killed, and nothing has ended it yet.
    Interrupted {
        /// Where.
        base: PathBuf,
    },
    /// More than the budget.
    TooMuch {
        /// Of what.
        what: String,
        /// How to go on.
        help: String,
    },
    /// The freeze cannot be read.
    Freeze {
        /// The file.
        path: PathBuf,
        /// A clause.
        reason: String,
        /// Whether its digests are wrong, rather than its form.
        integrity: bool,
    },
}

/// What git says where there is none.
const NO_REPOSITORY: &str = "not a git repository";

/// How many lines of git are told, and how long one may be: its usage has hundreds.
const LINES: usize = 8;
const WIDTH: usize = 300;

/// What git said that somebody can use: first the line that says what is wrong, then the others.
fn said(stderr: &str) -> Vec<String> {
    let is_said = |line: &&str| !line.is_empty() && !line.starts_with("hint:");
    let lines = stderr.lines().map(str::trim).filter(is_said);
    let mut lines: Vec<&str> = lines.take_while(|line| !line.starts_with("usage: ")).collect();
    let is_wrong = |line: &&str| line.starts_with("fatal: ") || line.starts_with("error: ");
    if let Some(at) = lines.iter().position(is_wrong) {
        lines.rotate_left(at);
    }
    lines.iter().take(LINES).map(|line| line.chars().take(WIDTH).collect()).collect()
}

impl SourceError {
    /// What else there is to say, a line each.
    pub fn details(&self) -> Vec<String> {
        match self {
            SourceError::Git { stderr, .. } => said(stderr).into_iter().skip(1).collect(),
            _ => Vec::new(),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            SourceError::NoTree { .. } => {
                Some("run `contract-guard init` to make a small tree, or name the folder: `contract-guard check PATH`".to_owned())
            }
            SourceError::NotStaged { missing, .. } if missing.is_empty() => {
                Some("run `contract-guard init` to make a small tree, then `git add` it".to_owned())
            }
            SourceError::NotStaged { missing, .. } => {
                let missing = missing.join(" ");
                Some(format!("run `git add {missing}` first; `contract-guard check` alone looks at the files on disk"))
            }
            SourceError::NoGit { .. } => {
                Some("install git (https://git-scm.com), or add the folder that it is in to PATH".to_owned())
            }
            SourceError::TooMuch { help, .. } => Some(help.clone()),
            SourceError::CutOff { fetch, .. } => {
                Some(format!("run `{fetch}`; with actions/checkout, set `fetch-depth: 0`"))
            }
            SourceError::Root { .. } => {
                Some("`contracts` in `contract-guard.toml` is a folder below that file".to_owned())
            }
            SourceError::Freeze { integrity: true, .. } => {
                Some("restore the freeze from version control: freezes are never edited".to_owned())
            }
            SourceError::Freeze { .. } => {
                Some("`check` takes a folder or a freeze file; for single examples there is `validate FILE`".to_owned())
            }
            SourceError::Git { stderr, .. } if stderr.contains(NO_REPOSITORY) => Some(
                "go into a folder of the repository, or make one: `git init`".to_owned(),
            ),
            SourceError::Interrupted { .. } => {
                Some("run `contract-guard freeze list`: any freeze command ends it first".to_owned())
            }
            _ => None,
        }
    }

    /// Whether git does not read a repository because it is somebody else's (git-config(1), `safe.directory`).
    pub fn is_distrust(&self) -> bool {
        matches!(self, SourceError::Git { stderr, .. } if stderr.contains("dubious ownership"))
    }

    /// Whether a freeze is damaged, which has an exit code of its own.
    pub fn is_integrity(&self) -> bool {
        matches!(self, SourceError::Freeze { integrity: true, .. })
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceError::NoTree { base } => {
                write!(f, "there is no contracts tree in `{}`", base.display())
            }
            SourceError::NotStaged { root, .. } => {
                write!(f, "nothing of `{root}` is in the git index")
            }
            SourceError::NoGit { what } => {
                write!(f, "cannot {what}: git is not installed, or not on PATH")
            }
            SourceError::Root { folder, reason } => {
                write!(f, "`contracts = \"{folder}\"` {reason}")
            }
            SourceError::Io { path, error } => {
                write!(f, "cannot read `{}`: {error}", path.display())
            }
            SourceError::Git { what, stderr } => {
                let lines = said(stderr);
                let first = lines.first().map_or("it does not say why", String::as_str);
                write!(f, "git cannot {what}: {first}")
            }
            SourceError::Tool { what, reason } => write!(f, "{what}: {reason}"),
            SourceError::CutOff { name, reason, .. } => {
                write!(f, "cannot compare with `{name}`: {reason}")
            }
            SourceError::Interrupted { base } => {
                write!(f, "a run was interrupted in `{}`", base.display())
            }
            SourceError::TooMuch { what, .. } => write!(f, "{what}"),
            SourceError::Freeze { path, reason, .. } => {
                write!(f, "freeze `{}` {reason}", path.display())
            }
        }
    }
}

impl std::error::Error for SourceError {}
