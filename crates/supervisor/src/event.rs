//! What happens to workers: as types, as payloads of ENGINE_LIFECYCLE, and as lines of the log.

use contract_embed::{LifecyclePhase, LogEvent};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Something that a supervisor did or saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It starts a worker.
    Starting {
        /// The worker.
        worker: String,
        /// Restarts so far.
        restarts: u64,
    },
    /// The worker runs.
    Started {
        /// The worker.
        worker: String,
        /// Its process.
        pid: u32,
        /// Restarts so far.
        restarts: u64,
    },
    /// The worker has ended.
    Exited {
        /// The worker.
        worker: String,
        /// Its process.
        pid: u32,
        /// Its exit code, or minus the number of the signal that ended it.
        code: i32,
        /// Whether it was asked to end.
        expected: bool,
        /// Restarts so far.
        restarts: u64,
    },
    /// It will be started again.
    Restarting {
        /// The worker.
        worker: String,
        /// Restarts so far, the one to come among them.
        restarts: u64,
        /// Milliseconds until then.
        wait_ms: u64,
    },
    /// The program of a worker could not be started.
    Unstartable {
        /// The worker.
        worker: String,
        /// Why.
        reason: String,
    },
    /// The worker does not beat and is ended.
    Stale {
        /// The worker.
        worker: String,
        /// Its process.
        pid: u32,
        /// Why.
        reason: String,
    },
    /// The worker did not end when it was asked to, and was killed.
    Killed {
        /// The worker.
        worker: String,
        /// Its process.
        pid: u32,
    },
    /// The worker ends again and again.
    CrashLoop {
        /// The worker.
        worker: String,
        /// So many exits
        exits: usize,
        /// within so many seconds.
        window_seconds: u64,
        /// Whether it is started again all the same.
        goes_on: bool,
    },
    /// Another supervisor has the data folder; this one ends.
    AlreadyRunning {
        /// Its process, where it says so.
        pid: Option<u32>,
        /// What to do.
        reason: String,
    },
    /// The data folder cannot be used; nothing is supervised.
    Unusable {
        /// Why.
        reason: String,
    },
    /// Something could not be written down; it is kept and tried again.
    NotWritten {
        /// The worker, or nothing for the supervisor.
        worker: Option<String>,
        /// What and why.
        reason: String,
    },
}

impl Event {
    fn phase(&self) -> Option<LifecyclePhase> {
        Some(match self {
            Event::Starting { .. } => LifecyclePhase::WorkerStarting,
            Event::Started { .. } => LifecyclePhase::WorkerStarted,
            Event::Exited { .. } => LifecyclePhase::WorkerExited,
            Event::Restarting { .. } => LifecyclePhase::WorkerRestarting,
            _ => return None,
        })
    }

    /// The payload of ENGINE_LIFECYCLE; nothing for what is no phase of it.
    pub fn payload(&self, at: Timestamp) -> Option<Value> {
        let mut payload =
            json!({"phase": self.phase()?.as_str(), "by": "supervisor", "at": at.to_string()});
        let more = match self {
            Event::Starting { worker, restarts } | Event::Restarting { worker, restarts, .. } => {
                json!({"worker": worker, "restarts": restarts})
            }
            Event::Started { worker, pid, restarts } => {
                json!({"worker": worker, "pid": pid, "restarts": restarts})
            }
            Event::Exited { worker, pid, code, expected, restarts } => json!({
                "worker": worker,
                "pid": pid,
                "exit_code": code,
                "expected": expected,
                "restarts": restarts,
            }),
            _ => return None,
        };
        if let (Value::Object(payload), Value::Object(more)) = (&mut payload, more) {
            payload.extend(more);
        }
        Some(payload)
    }

    /// The line of the log: the time, the level and the name, and the fields.
    pub fn line(&self, at: Timestamp) -> Value {
        let fields = match self {
            Event::Starting { worker, restarts } | Event::Restarting { worker, restarts, .. } => {
                json!({"worker": worker, "restarts": restarts})
            }
            Event::Started { worker, pid, restarts } => {
                json!({"worker": worker, "pid": pid, "restarts": restarts})
            }
            Event::Exited { worker, pid, code, .. } => {
                json!({"worker": worker, "pid": pid, "exit_code": code})
            }
            Event::Unstartable { worker, reason } => json!({"worker": worker, "reason": reason}),
            Event::Stale { worker, pid, reason } => {
                json!({"worker": worker, "pid": pid, "reason": reason})
            }
            Event::Killed { worker, pid } => json!({"worker": worker, "pid": pid}),
            Event::CrashLoop { worker, exits, window_seconds, goes_on } => {
                let follows = if *goes_on {
                    "it is started after the longest wait"
                } else {
                    "it is not started again"
                };
                let reason = format!("{exits} exits within {window_seconds} s; {follows}");
                json!({"worker": worker, "reason": reason})
            }
            Event::AlreadyRunning { pid, reason } => json!({"pid": pid, "reason": reason}),
            Event::Unusable { reason } => json!({"reason": reason}),
            Event::NotWritten { worker, reason } => json!({"worker": worker, "reason": reason}),
        };
        self.logged().line(at, fields)
    }

    /// What it is in the log.
    pub fn logged(&self) -> LogEvent {
        match self {
            Event::Starting { .. } => LogEvent::WorkerStarting,
            Event::Started { .. } => LogEvent::WorkerStarted,
            Event::Exited { .. } => LogEvent::WorkerExited,
            Event::Restarting { .. } => LogEvent::WorkerRestarting,
            Event::Unstartable { .. } => LogEvent::WorkerUnstartable,
            Event::Stale { .. } => LogEvent::WorkerStale,
            Event::Killed { .. } => LogEvent::WorkerKilled,
            Event::CrashLoop { .. } => LogEvent::WorkerCrashLoop,
            Event::AlreadyRunning { .. } => LogEvent::SupervisorAlreadyRunning,
            Event::Unusable { .. } => LogEvent::SupervisorUnusable,
            Event::NotWritten { .. } => LogEvent::RecordNotWritten,
        }
    }
}
