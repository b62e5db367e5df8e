//! Why a supervisor or a worker does not begin.

use std::fmt;

/// A configuration that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadConfig {
    /// There is nothing to supervise.
    NoWorkers,
    /// It is no name of a worker.
    Name(String),
    /// Two workers have the name.
    Twice(String),
    /// Every heartbeat would be lost.
    StaleAtOnce,
}

/// Why a process may not run as a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSupervised {
    /// No supervisor started it.
    ByHand,
    /// What it was given does not agree with the supervisor of its data folder.
    Stranger(String),
    /// Another process is this worker.
    Busy(String),
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadConfig::NoWorkers => f.write_str("the configuration names no worker; name one"),
            BadConfig::Name(name) => write!(
                f,
                "`{name}` is no name of a worker: take lower-case letters, digits, `-` and `_`, at most 63, the first one a letter"
            ),
            BadConfig::Twice(name) => write!(f, "two workers have the name `{name}`; rename one"),
            BadConfig::StaleAtOnce => f.write_str(
                "stale_after_seconds is 0; every heartbeat would be lost, so take at least 1",
            ),
        }
    }
}

impl std::error::Error for BadConfig {}

impl fmt::Display for NotSupervised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSupervised::ByHand => {
                f.write_str("only the supervisor starts workers; start the supervisor instead")
            }
            NotSupervised::Stranger(why) => {
                write!(f, "the supervisor of the data folder did not start this worker: {why}")
            }
            NotSupervised::Busy(why) => write!(f, "this worker runs already: {why}"),
        }
    }
}

impl std::error::Error for NotSupervised {}
