//! Programs in processes of their own: what there is to say of one. How it is run differs by system.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::launcher::Launcher;
use crate::limits::{Demand, Limits, Permissions};

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod run;

/// A program that is run in a process of its own.
#[derive(Debug, Clone)]
pub struct Process {
    /// What starts it.
    pub launcher: Launcher,
    /// Its file. A name without a slash is looked for in the `PATH` of its environment.
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
}
