//! What can be run, of whatever kind, and the promise that it ends in an outcome.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::outcome::{Failure, Outcome, Report};
use crate::process::Process;
use crate::wasm::Wasm;

/// Something to run.
#[derive(Debug, Clone)]
pub enum Task {
    /// A program, in a process of its own.
    Process(Process),
    /// A WebAssembly module, in this process.
    Wasm(Wasm),
}

impl Task {
    /// Runs it with a value. Never panics, and comes back soon after its limits at the latest.
    pub fn run(&self, input: &Value) -> Report {
        let start = Instant::now();
        let run = || match self {
            Task::Process(process) => process.run(input),
            Task::Wasm(wasm) => wasm.run(input),
        };
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
            let message =
                "the host met an error of its own while it ran this; report it".to_owned();
            let outcome = Outcome::Failed(Failure::Trap { message });
            let (took, stderr) = (start.elapsed(), String::new());
            Report { outcome, took, output_bytes: 0, stderr, confinement: None }
        })
    }

    /// The longest time that a run may take on a wall clock.
    pub fn wall(&self) -> Duration {
        match self {
            Task::Process(process) => process.limits.wall,
            Task::Wasm(wasm) => wasm.limits.wall,
        }
    }
}

impl From<Process> for Task {
    fn from(process: Process) -> Task {
        Task::Process(process)
    }
}

impl From<Wasm> for Task {
    fn from(wasm: Wasm) -> Task {
        Task::Wasm(wasm)
    }
}
