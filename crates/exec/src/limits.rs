//! What a task may use and do. The defaults are strict: whoever needs more says so.

use std::path::PathBuf;
use std::time::Duration;

/// How much a task may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time of a clock on the wall, from start to end.
    pub wall: Duration,
    /// Time of a processor, in whole seconds and at least one. For processes alone.
    pub cpu: Duration,
    /// Bytes: the address space of a process, the memories and tables of a module.
    pub memory: u64,
    /// Bytes of standard output, or of the answer of a module. Whoever gives more is ended.
    pub output: usize,
    /// Bytes of standard error that are kept, from the end. The rest is taken and counted.
    pub stderr: usize,
    /// Bytes of any file that is written. For processes alone.
    pub file_size: u64,
    /// Files that are open at a time. For processes alone.
    pub open_files: u64,
    /// Units of fuel, about one for each instruction. For modules alone.
    pub fuel: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            wall: Duration::from_secs(30),
            cpu: Duration::from_secs(30),
            memory: 512 << 20,
            output: 4 << 20,
            stderr: 16 << 10,
            file_size: 16 << 20,
            open_files: 64,
            fuel: 10_000_000_000,
        }
    }
}

/// What a process may do. The default is nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permissions {
    /// Whether it may start other processes. They are in its group and end with it, but each has its own limits.
    pub processes: bool,
    /// Whether it may make sockets.
    pub network: bool,
    /// Where it may write.
    pub writes: Writes,
}

/// Where a process may write, make and remove files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writes {
    /// Wherever the user of the host may.
    Anywhere,
    /// In these folders; they must be there. `/dev/null` is always allowed.
    Below(Vec<PathBuf>),
}

impl Default for Writes {
    fn default() -> Self {
        Writes::Below(Vec::new())
    }
}

/// What happens on a system that cannot keep a process from something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Demand {
    /// It is not started, and the outcome says what is missing.
    #[default]
    All,
    /// It is started, and the report says what it was not kept from.
    WhatThereIs,
}
