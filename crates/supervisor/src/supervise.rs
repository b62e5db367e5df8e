//! The loop of the supervisor: one thread that looks at every worker, again and again, and at whether it was asked to
//! end.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::config::Config;
use crate::event::Event;
use crate::instance::{Lock, NoLock, lock};
use crate::ledger::Ledger;
use crate::log::Log;
use crate::pass::Supervisor;
use crate::ward::Ward;

/// Between two looks.
const TICK: Duration = Duration::from_millis(20);

/// How a supervisor ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to, and every worker has ended.
    Stopped,
    /// Another supervisor has the data folder.
    AlreadyRunning,
    /// No worker is left that would be started again.
    CrashLoop,
    /// The configuration or the data folder cannot be used; the sentence says why.
    Unusable(String),
}

impl Ended {
    /// The exit code that tells it: those of `sysexits.h`.
    pub fn code(&self) -> u8 {
        match self {
            Ended::Stopped => 0,
            Ended::AlreadyRunning => 75,
            Ended::CrashLoop => 69,
            Ended::Unusable(_) => 78,
        }
    }
}

/// Asks a supervisor, or a loop of cycles, to end. Copies ask the same one.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// One that SIGTERM and SIGINT ask, too.
    ///
    /// # Errors
    /// Those of the system.
    pub fn on_signals() -> std::io::Result<Stop> {
        let stop = Stop::default();
        for signal in [SIGTERM, SIGINT] {
            signal_hook::flag::register(signal, Arc::clone(&stop.0))?;
        }
        Ok(stop)
    }

    /// Asks.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Where events go: the journal, the log and the listener. None of them can stop the supervisor.
pub(crate) struct Events<'l> {
    ledger: Option<Ledger>,
    log: Log,
    listener: &'l mut dyn FnMut(&Event),
    /// When the journal said no: it is said once in a while only.
    failed: Option<Instant>,
}

impl Events<'_> {
    pub(crate) fn tell(&mut self, event: &Event) {
        let now = Timestamp::now();
        self.show(event, now);
        let payload = event.payload(now);
        let Some((payload, ledger)) = payload.zip(self.ledger.as_mut()) else { return };
        let done = match crate::beat::check("events/engine_lifecycle", &payload) {
            Ok(()) => ledger.append(payload).map_err(|error| error.to_string()),
            Err(why) => Err(why),
        };
        let lost = ledger.take_lost();
        match done {
            Ok(()) if lost == 0 => self.failed = None,
            Ok(()) => self.not_written(format!("{lost} events of workers are in no journal")),
            Err(why) if self.failed.is_none_or(|at| at.elapsed() > Duration::from_secs(60)) => {
                self.failed = Some(Instant::now());
                self.not_written(why);
            }
            Err(_) => {}
        }
    }

    fn not_written(&mut self, reason: String) {
        self.show(&Event::NotWritten { worker: None, reason }, Timestamp::now());
    }

    fn show(&mut self, event: &Event, now: Timestamp) {
        self.log.line(&event.line(now));
        let tell = std::panic::AssertUnwindSafe(|| (self.listener)(event));
        let _ = std::panic::catch_unwind(tell);
    }
}

/// Supervises until it is asked to end, and then ends every worker. Only one process does so for a data folder; no
/// other is to start workers.
pub fn supervise(
    config: &Config,
    log: Log,
    stop: &Stop,
    listener: &mut dyn FnMut(&Event),
) -> Ended {
    let mut events = Events { ledger: None, log, listener, failed: None };
    let ended = match begin(config, &mut events) {
        Ok((_lock, supervisor)) => watch(config, &supervisor, stop, &mut events),
        Err(ended) => ended,
    };
    events.log.flush();
    ended
}

fn begin(config: &Config, events: &mut Events<'_>) -> Result<(Lock, Supervisor), Ended> {
    let mut unusable = |reason: String| {
        events.tell(&Event::Unusable { reason: reason.clone() });
        Ended::Unusable(reason)
    };
    config.check().map_err(|error| unusable(error.to_string()))?;
    let folder = &config.folder;
    let failed = |error| format!("the data folder `{}` cannot be used: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(|error| unusable(failed(error)))?;
    let lock = match lock(&folder.join("supervisor.lock")) {
        Ok(lock) => lock,
        Err(NoLock::Io(error)) => return Err(unusable(failed(error))),
        Err(NoLock::Held) => {
            let reason = already(folder);
            let pid = Supervisor::read(folder).ok().map(|other| other.pid);
            events.tell(&Event::AlreadyRunning { pid, reason });
            return Err(Ended::AlreadyRunning);
        }
    };
    let supervisor = Supervisor::own();
    supervisor.write(folder).map_err(|error| unusable(failed(error)))?;
    events.ledger = Some(Ledger::new(folder.join("lifecycle.jsonl")));
    Ok((lock, supervisor))
}

fn already(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "another supervisor has the data folder `{folder}`; end it first, or take another folder"
    )
}

fn watch(config: &Config, supervisor: &Supervisor, stop: &Stop, events: &mut Events<'_>) -> Ended {
    let ward = |program| Ward::new(config, supervisor, program);
    let mut wards: Vec<Ward> = config.workers.iter().map(ward).collect();
    loop {
        let is_asked = stop.is_asked();
        for ward in &mut wards {
            ward.look(is_asked, events);
        }
        if wards.iter().all(Ward::is_over) {
            return if is_asked { Ended::Stopped } else { Ended::CrashLoop };
        }
        std::thread::sleep(TICK);
    }
}
