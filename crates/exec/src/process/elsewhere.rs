//! Programs where processes cannot be confined: they are never started, and the outcome says so.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use contract_embed::Missing;
use serde_json::Value;

use crate::launcher::Launcher;
use crate::limits::{Demand, Limits, Permissions};
use crate::outcome::{Outcome, Report};

/// A program that is run in a process of its own.
#[derive(Debug, Clone)]
pub struct Process {
    /// What starts it.
    pub launcher: Launcher,
    /// Its file.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// All that it finds in its environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Where it works; nothing: where the host does.
    pub folder: Option<PathBuf>,
    /// How much it may use.
    pub limits: Limits,
    /// What it may do.
    pub permissions: Permissions,
    /// What happens where it cannot be confined.
    pub demand: Demand,
}

impl Process {
    /// A program with the strict defaults, no arguments and an empty environment.
    pub fn new(launcher: Launcher, program: impl Into<PathBuf>) -> Process {
        Process {
            launcher,
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: None,
            limits: Limits::default(),
            permissions: Permissions::default(),
            demand: Demand::default(),
        }
    }

    /// Says that processes cannot be confined here.
    pub fn run(&self, _: &Value) -> Report {
        let what = "processes cannot be confined on this system; use a WebAssembly module instead";
        Report {
            outcome: Outcome::lacks(Missing::Permission, what),
            took: Duration::ZERO,
            output_bytes: 0,
            stderr: String::new(),
            confinement: None,
        }
    }
}
