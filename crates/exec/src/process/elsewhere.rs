//! Programs where processes cannot be confined: they are never started, and the outcome says so.

use std::time::Duration;

use contract_embed::Missing;
use serde_json::Value;

use super::Process;
use crate::outcome::{Outcome, Report};

impl Process {
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
