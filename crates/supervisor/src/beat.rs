//! The heartbeat: who beats, and how a supervisor knows that somebody does not.

use std::path::Path;

use contract_embed::{EngineStatus, schema};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The state file that a worker renews in every cycle; `storage/heartbeat`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The name of the worker.
    pub worker: String,
    /// Its process.
    pub pid: u32,
    /// Always `supervisor`.
    pub started_by: String,
    /// Number of the last cycle that ended.
    pub cycle: u64,
    /// How it ended.
    pub engine_status: EngineStatus,
    /// Restarts since the supervisor began.
    pub restarts: u64,
    /// Age from which this counts as lost.
    pub stale_after_seconds: u64,
    /// When the worker began.
    pub started_at: Timestamp,
    /// When it beat.
    pub beat_at: Timestamp,
}

impl Heartbeat {
    /// Puts it in the place of the last one.
    ///
    /// # Errors
    /// What the contracts or the system have against it.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let value = serde_json::to_value(self).map_err(|error| error.to_string())?;
        check("storage/heartbeat", &value)?;
        let text = format!("{value:#}\n");
        contract_state::replace(path, text.as_bytes())
            .map_err(|error| format!("`{}`: {error}", path.display()))
    }
}

/// Whether a value is as the contracts say.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), String> {
    let schema = schema(name, "1.0.0").map_err(|error| error.to_string())?;
    schema.validate(value).map_err(|error| error.to_string())
}

/// The last heartbeat of a worker; nothing when there is none, or what is there is none.
pub fn read_heartbeat(folder: &Path, worker: &str) -> Option<Heartbeat> {
    let text = std::fs::read(path(folder, worker)).ok()?;
    let value: Value = serde_json::from_slice(&text).ok()?;
    check("storage/heartbeat", &value).ok()?;
    serde_json::from_value(value).ok()
}

/// Where the heartbeat of a worker is.
pub(crate) fn path(folder: &Path, worker: &str) -> std::path::PathBuf {
    folder.join(worker).join("heartbeat.json")
}
