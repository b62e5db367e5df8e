//! A worker: a process that a supervisor started, and its loop of cycles, which goes on whatever happens in it.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use contract_embed::{EngineStatus, LogEvent};
use contract_state::StateFile;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::beat::{self, Heartbeat, read_heartbeat};
use crate::config::is_name;
use crate::cycles::{Cycle, Outputs, caught};
use crate::error::NotSupervised;
use crate::event::Event;
use crate::instance::{Lock, NoLock, lock};
use crate::ledger::Ledger;
use crate::log::Log;
use crate::pass::Pass;
use crate::record::{self, Begun, Record};
use crate::supervise::Stop;
use crate::system;

/// Why a loop of cycles ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopEnded {
    /// The worker was asked to end.
    Stopped,
    /// The supervisor is gone; a worker does not run without one.
    Orphaned,
}

/// This process, as a worker.
pub struct Worker {
    pass: Pass,
    run_id: String,
    started_at: Timestamp,
    stop: Stop,
    log: Log,
    begun: StateFile<Begun>,
    ledger: Ledger,
    journal: PathBuf,
    last: u64,
    status: EngineStatus,
    parent: Option<u32>,
    _lock: Lock,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Worker({}, cycle {})", self.pass.worker, self.last)
    }
}

impl Worker {
    /// This process as a worker, if a supervisor started it. It is ended with its supervisor where the system does
    /// that, and ends by itself elsewhere.
    ///
    /// # Errors
    /// When it was started by hand, or this worker runs already.
    pub fn from_environment(log: Log) -> Result<Worker, NotSupervised> {
        let pass = Pass::own()?;
        let stranger = |why: String| NotSupervised::Stranger(why);
        if !is_name(&pass.worker) {
            return Err(stranger(format!("`{}` is no name of a worker", pass.worker)));
        }
        system::die_with_parent();
        let stop = Stop::on_signals().map_err(|error| stranger(error.to_string()))?;
        let folder = pass.folder.join(&pass.worker);
        let path = folder.join("worker.lock");
        let failed = |error| format!("`{}`: {error}", path.display());
        std::fs::create_dir_all(&folder).map_err(|error| stranger(failed(error)))?;
        let lock = lock(&path).map_err(|no| match no {
            NoLock::Held => NotSupervised::Busy(format!("`{}` is held", path.display())),
            NoLock::Io(error) => stranger(failed(error)),
        })?;
        let begun = record::begun(&pass.folder, &pass.worker).map_err(stranger)?;
        let journal = record::path(&pass.folder, &pass.worker);
        let mut worker = Worker {
            run_id: ulid::Ulid::generate().to_string(),
            started_at: Timestamp::now(),
            stop,
            log,
            begun,
            ledger: Ledger::new(journal.clone()),
            journal,
            last: 0,
            status: EngineStatus::Ok,
            parent: system::parent(),
            _lock: lock,
            pass,
        };
        worker.take_over();
        Ok(worker)
    }

    /// The number of the last cycle that ended, or was lost with a process.
    pub fn last_cycle(&self) -> u64 {
        self.last
    }

    /// Finds the last cycle, and writes down the one that a dead worker was in.
    fn take_over(&mut self) {
        let beat = read_heartbeat(&self.pass.folder, &self.pass.worker);
        let recorded = record::last(&self.journal);
        let loaded = self.begun.load();
        loaded.happened.iter().for_each(|happened| self.log.healed(happened));
        let begun = loaded.state;
        self.last = recorded.max(begun.cycle).max(beat.map_or(0, |beat| beat.cycle));
        if begun.cycle > recorded {
            self.status = EngineStatus::Degraded;
            let mut record =
                Record::lost(&begun, &self.pass.worker, &self.run_id, Timestamp::now());
            if begun.cycle > recorded + 1 {
                let (from, to) = (recorded + 1, begun.cycle - 1);
                let gap =
                    format!("cycles {from} to {to} ended, and their records were never written");
                record.errors_this_cycle.push(gap);
            }
            self.write_down(&record);
        }
        self.beat();
    }

    /// Runs cycles until the worker is asked to end, each `pause` after the end of the last. An error of a cycle, or
    /// a panic in it, makes that cycle degraded; the next one follows all the same.
    pub fn run_cycles<E: fmt::Display>(
        &mut self,
        pause: Duration,
        mut run: impl FnMut(&Cycle) -> Result<Outputs, E>,
    ) -> LoopEnded {
        loop {
            if let Some(ended) = self.ended() {
                self.log.flush();
                return ended;
            }
            self.cycle(&mut run);
            let start = Instant::now();
            while start.elapsed() < pause && self.ended().is_none() {
                let left = pause.saturating_sub(start.elapsed());
                std::thread::sleep(left.min(Duration::from_millis(20)));
            }
        }
    }

    fn ended(&self) -> Option<LoopEnded> {
        if self.stop.is_asked() {
            Some(LoopEnded::Stopped)
        } else if system::parent() != self.parent {
            Some(LoopEnded::Orphaned)
        } else {
            None
        }
    }

    fn cycle<E: fmt::Display>(&mut self, run: &mut impl FnMut(&Cycle) -> Result<Outputs, E>) {
        let (number, run_id) = (self.last + 1, self.run_id.clone());
        let started_at = Timestamp::now();
        let begun = Begun { cycle: number, run_id: run_id.clone(), started_at: Some(started_at) };
        let begun = self.begun.save(&begun).map_err(|error| error.to_string());
        let cycle = Cycle { number, run_id: run_id.clone(), stop: self.stop.clone() };
        let mut outputs = caught(&cycle, run);
        // What could not be written down is as much a failure of the cycle as any other.
        outputs.errors.extend(begun.err().map(|why| record::sentence(&why)));
        let lost = self.ledger.take_lost();
        if lost > 0 {
            outputs.errors.push(format!("{lost} records of earlier cycles could not be written"));
        }
        let is_ok = outputs.errors.is_empty();
        self.status = if is_ok { EngineStatus::Ok } else { EngineStatus::Degraded };
        // Clocks are set back now and then; no cycle ends before it begins.
        let finished_at = Timestamp::now().max(started_at);
        let record = Record {
            cycle: number,
            worker: self.pass.worker.clone(),
            run_id,
            engine_status: self.status,
            errors_this_cycle: outputs.errors,
            outputs: outputs.count,
            empty_reason: outputs.empty.filter(|_| outputs.count == 0),
            started_at,
            finished_at,
        };
        self.last = number;
        self.write_down(&record);
        self.beat();
    }

    /// Appends a record and says it in the log. What fails is said, too, and tried again with the next record.
    fn write_down(&mut self, record: &Record) {
        let value = record.value();
        let done =
            value.and_then(|value| self.ledger.append(value).map_err(|error| error.to_string()));
        if let Err(why) = done {
            self.not_written(why);
        }
        self.log.line(&LogEvent::CycleCompleted.line(record.finished_at, completed(record)));
        if record.engine_status == EngineStatus::Degraded {
            self.log.line(&LogEvent::CycleDegraded.line(record.finished_at, degraded(record)));
        }
    }

    fn beat(&mut self) {
        let beat = Heartbeat {
            worker: self.pass.worker.clone(),
            pid: std::process::id(),
            started_by: "supervisor".to_owned(),
            cycle: self.last,
            engine_status: self.status,
            restarts: self.pass.restarts,
            stale_after_seconds: self.pass.stale_after_seconds,
            started_at: self.started_at,
            beat_at: Timestamp::now(),
        };
        if let Err(why) = beat.write(&beat::path(&self.pass.folder, &self.pass.worker)) {
            self.not_written(why);
        }
    }

    fn not_written(&self, reason: String) {
        let worker = Some(self.pass.worker.clone());
        self.log.line(&Event::NotWritten { worker, reason }.line(Timestamp::now()));
    }
}

fn completed(record: &Record) -> Value {
    json!({
        "worker": record.worker,
        "run_id": record.run_id,
        "cycle": record.cycle,
        "engine_status": record.engine_status,
        "errors_this_cycle": record.errors_this_cycle,
        "outputs": record.outputs,
        "empty_reason": record.empty_reason,
    })
}

fn degraded(record: &Record) -> Value {
    json!({
        "worker": record.worker,
        "run_id": record.run_id,
        "cycle": record.cycle,
        "errors_this_cycle": record.errors_this_cycle,
    })
}
