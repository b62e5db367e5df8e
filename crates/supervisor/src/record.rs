//! What is written down of a cycle: that it began, and how it ended.

use std::path::{Path, PathBuf};

use contract_embed::{EmptyReason, EngineStatus};
use contract_state::{Name, Shape, StateFile};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ledger;

/// The longest text of an error, in characters.
const LONGEST: usize = 500;

/// One line of the journal of cycles; `storage/cycle_record`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub cycle: u64,
    pub worker: String,
    pub run_id: String,
    pub engine_status: EngineStatus,
    pub errors_this_cycle: Vec<String>,
    pub outputs: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty_reason: Option<EmptyReason>,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
}

/// The cycle that was begun last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub cycle: u64,
    pub run_id: String,
    pub started_at: Option<Timestamp>,
}

/// The state file that holds it.
///
/// # Errors
/// When the worker has no name for a file; names of workers are checked before.
pub(crate) fn begun(folder: &Path, worker: &str) -> Result<StateFile<Begun>, String> {
    let name = Name::new(&format!("{worker}/cycle.json")).map_err(|error| error.to_string())?;
    let none = Begun { cycle: 0, run_id: String::new(), started_at: None };
    Ok(StateFile::new(folder, name, Shape::new(none)))
}

/// Where the journal of cycles is.
pub(crate) fn path(folder: &Path, worker: &str) -> PathBuf {
    folder.join(worker).join("cycles.jsonl")
}

/// The number of the last cycle in the journal, or 0.
pub(crate) fn last(path: &Path) -> u64 {
    let entries = ledger::entries(path);
    entries.iter().rev().find_map(|entry| entry.get("cycle")?.as_u64()).unwrap_or(0)
}

/// A text that can be an error of a cycle.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    match text.is_empty() {
        true => "an error without words".to_owned(),
        false => text.chars().take(LONGEST).collect(),
    }
}

impl Record {
    /// A cycle that nobody saw the end of.
    pub(crate) fn lost(begun: &Begun, worker: &str, run_id: &str, now: Timestamp) -> Record {
        let run_id = if begun.run_id.is_empty() { run_id } else { &begun.run_id };
        Record {
            cycle: begun.cycle,
            worker: worker.to_owned(),
            run_id: run_id.to_owned(),
            engine_status: EngineStatus::Degraded,
            errors_this_cycle: vec!["the worker ended within this cycle".to_owned()],
            outputs: 0,
            empty_reason: Some(EmptyReason::CycleFailed),
            started_at: begun.started_at.unwrap_or(now),
            finished_at: now,
        }
    }

    /// As JSON that the contracts allow.
    ///
    /// # Errors
    /// What they have against it.
    pub(crate) fn value(&self) -> Result<Value, String> {
        let value = serde_json::to_value(self).map_err(|error| error.to_string())?;
        crate::beat::check("storage/cycle_record", &value)?;
        Ok(value)
    }
}
