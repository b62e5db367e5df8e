//! What a supervisor is told: which workers there are, and how patient it is.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::BadConfig;

/// What to supervise.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where state and journals lie.
    pub folder: PathBuf,
    /// The workers, each with a name of its own.
    pub workers: Vec<Program>,
    /// How patient it is.
    pub limits: Limits,
}

/// A program that runs as a worker.
#[derive(Debug, Clone)]
pub struct Program {
    /// The name of the worker: letters, digits, `-` and `_`, at most 63, the first one a letter.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// How patient a supervisor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The age from which a heartbeat counts as lost, in seconds, at least one.
    pub stale_after_seconds: u64,
    /// How long a worker has to end after it was asked to, in seconds. Then it is killed.
    pub kill_timeout_seconds: u64,
    /// How long is waited before a restart.
    pub backoff: Backoff,
    /// When restarts count as a loop.
    pub crash_loop: CrashLoop,
}

/// How long is waited before a restart: twice as long each time, up to the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Before the first restart.
    pub first: Duration,
    /// The longest.
    pub cap: Duration,
    /// A worker that ran so long counts as well, and the next restart as the first.
    pub well_after: Duration,
}

/// When restarts count as a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashLoop {
    /// So many exits,
    pub exits: usize,
    /// within so much time.
    pub window: Duration,
    /// What follows.
    pub then: Then,
}

/// What follows when restarts are a loop. Either way it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Then {
    /// The worker is started again, always after the longest wait.
    #[default]
    KeepTrying,
    /// The worker is not started again.
    Stop,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            stale_after_seconds: 90,
            kill_timeout_seconds: 10,
            backoff: Backoff {
                first: Duration::from_millis(200),
                cap: Duration::from_secs(30),
                well_after: Duration::from_secs(60),
            },
            crash_loop: CrashLoop {
                exits: 5,
                window: Duration::from_secs(60),
                then: Then::default(),
            },
        }
    }
}

impl Backoff {
    /// The wait before the restart after so many failures in a row, from 1.
    pub(crate) fn wait(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.cap)
    }
}

impl Config {
    /// Whether it can be followed.
    pub(crate) fn check(&self) -> Result<(), BadConfig> {
        if self.workers.is_empty() {
            return Err(BadConfig::NoWorkers);
        }
        let mut names: Vec<&str> = self.workers.iter().map(|worker| worker.name.as_str()).collect();
        names.sort_unstable();
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            return Err(BadConfig::Name((*name).to_owned()));
        }
        let mut pairs = names.iter().zip(names.iter().skip(1));
        if let Some((name, _)) = pairs.find(|(left, right)| left == right) {
            return Err(BadConfig::Twice((*name).to_owned()));
        }
        if self.limits.stale_after_seconds == 0 {
            return Err(BadConfig::StaleAtOnce);
        }
        Ok(())
    }
}

/// As the schema of the heartbeat has it.
pub(crate) fn is_name(name: &str) -> bool {
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= 63 && name.chars().all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap() {
        let seconds = Duration::from_secs;
        let backoff = Backoff { first: seconds(1), cap: seconds(30), well_after: seconds(60) };
        let waits: Vec<u64> = (0..8).map(|n| backoff.wait(n).as_secs()).collect();
        assert_eq!(waits, [1, 1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff.wait(u32::MAX), seconds(30));
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        let program = |name: &str| Program {
            name: name.to_owned(),
            path: PathBuf::from("worker"),
            arguments: Vec::new(),
        };
        let config = |names: &[&str]| Config {
            folder: PathBuf::from("."),
            workers: names.iter().map(|name| program(name)).collect(),
            limits: Limits::default(),
        };
        assert_eq!(config(&["engine", "uw-flow_2"]).check(), Ok(()));
        assert_eq!(config(&[]).check(), Err(BadConfig::NoWorkers));
        for bad in ["", "Engine", "../x", "1st", "a b"] {
            assert_eq!(config(&[bad]).check(), Err(BadConfig::Name(bad.to_owned())));
        }
        assert_eq!(config(&["a", "b", "a"]).check(), Err(BadConfig::Twice("a".to_owned())));
    }
}
