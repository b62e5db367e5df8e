//! The supervisor and its workers. [`supervise()`] starts workers, and nothing else may: it restarts whatever ends or
//! stops beating, and ends all of them when it is asked to. [`Worker`] is the other side: a loop of cycles in which
//! every failure becomes a degraded cycle. What a cycle does is the business of the host.
//!
//! Below the data folder lie `supervisor.lock` and `supervisor.json`, which say who supervises; `lifecycle.jsonl`, the
//! journal of what happened to workers; and for each worker a folder of its name with `heartbeat.json`,
//! `cycles.jsonl`, the journal of its cycles, and `cycle.json`, the number of the cycle that was begun last.
//!
//! Nothing here happens before it is called: to link this crate starts no thread and no process.

mod beat;
mod config;
mod cycles;
mod error;
mod event;
mod instance;
mod ledger;
mod log;
mod pass;
mod record;
mod supervise;
mod system;
mod ward;
mod worker;

pub use beat::{Heartbeat, read_heartbeat};
pub use config::{Backoff, Config, CrashLoop, Limits, Program, Then};
pub use cycles::{Cycle, Outputs};
pub use error::{BadConfig, NotSupervised};
pub use event::Event;
pub use log::Log;
pub use supervise::{Ended, Stop, supervise};
pub use worker::{LoopEnded, Worker};
