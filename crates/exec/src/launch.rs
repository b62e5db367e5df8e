//! What a host and its launcher tell each other. The host gives a plan, as an argument; the launcher answers with
//! lines on standard error before it becomes the program. A word that only the two know tells its lines from those
//! of the program.

use serde::{Deserialize, Serialize};

#[cfg(unix)]
use crate::limits::{Demand, Limits, Permissions, Writes};

/// The argument that makes a launcher of a program.
pub(crate) const FLAG: &str = "--contract-exec-launch";

/// Exit code of a launcher that could not become the program; its line says why.
pub(crate) const FAILED: u8 = 125;

/// What the launcher is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Known to the host and the launcher.
    pub word: String,
    /// The process that waits.
    pub host: i32,
    pub folder: Option<std::path::PathBuf>,
    pub cpu_seconds: u64,
    pub memory: u64,
    pub file_size: u64,
    pub open_files: u64,
    pub processes: bool,
    pub network: bool,
    /// Nothing: anywhere.
    pub writes_below: Option<Vec<std::path::PathBuf>>,
    /// Whether what cannot be done ends it.
    pub strict: bool,
}

#[cfg(unix)]
impl Plan {
    pub(crate) fn new(
        folder: Option<std::path::PathBuf>,
        limits: &Limits,
        may: &Permissions,
        demand: Demand,
    ) -> Plan {
        let whole = limits.cpu.as_secs() + u64::from(limits.cpu.subsec_nanos() > 0);
        Plan {
            word: word(),
            host: i32::try_from(std::process::id()).unwrap_or(0),
            folder,
            cpu_seconds: whole.max(1),
            memory: limits.memory,
            file_size: limits.file_size,
            open_files: limits.open_files,
            processes: may.processes,
            network: may.network,
            writes_below: match &may.writes {
                Writes::Anywhere => None,
                Writes::Below(folders) => Some(folders.clone()),
            },
            strict: demand == Demand::All,
        }
    }
}

/// A word that the program cannot guess: the keys that the standard library draws for its maps.
#[cfg(unix)]
fn word() -> String {
    use std::hash::{BuildHasher, RandomState};
    let drawn = || RandomState::new().hash_one(std::time::Instant::now());
    format!("{:016x}{:016x}", drawn(), drawn())
}

/// What a launcher says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// It becomes the program.
    Enters(Confinement),
    /// It does not, as something is missing.
    Lacks {
        /// A word of the contracts.
        missing: String,
        what: String,
    },
}

/// What a process was kept from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Its use of memory, processor, files.
    pub limits: Measure,
    /// Being seen in the session of the host: its terminal, its group.
    pub session: Measure,
    /// New processes and sockets, other sessions, signals to others, calls that only administrators need.
    pub calls: Measure,
    /// Writing elsewhere than allowed.
    pub writes: Measure,
    /// Living on when the host dies.
    pub orphans: Measure,
}

/// Whether a process was kept from something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// It was.
    Enforced,
    /// Nobody asked for it.
    NotAsked,
    /// It was not: this system cannot, and why.
    Missing(String),
}

impl Confinement {
    /// What the process was not kept from although it was asked for: the measure and why.
    pub fn gaps(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("limits", &self.limits),
            ("session", &self.session),
            ("calls", &self.calls),
            ("writes", &self.writes),
            ("orphans", &self.orphans),
        ];
        all.into_iter().filter_map(|(name, measure)| match measure {
            Measure::Missing(why) => Some((name, why.as_str())),
            _ => None,
        })
    }
}
