//! One worker under supervision: when it is started, when it is ended, and when it is given up.

use std::collections::VecDeque;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::beat::read_heartbeat;
use crate::config::{Config, Limits, Program, Then};
use crate::event::Event;
use crate::pass::{Pass, Supervisor, VARIABLE};
use crate::supervise::Events;
use crate::system;

/// Between two looks at the heartbeat.
const LOOK: Duration = Duration::from_millis(200);

pub(crate) struct Ward {
    program: Program,
    pass: Pass,
    limits: Limits,
    state: State,
    /// Exits in a row after too short a time.
    failures: u32,
    /// Exits within the window.
    exits: VecDeque<Instant>,
    is_looping: bool,
}

enum State {
    /// It is to be started then.
    Waiting(Instant),
    Running(Running),
    /// It is not started again.
    Over,
}

struct Running {
    child: Child,
    since: Instant,
    began: Timestamp,
    looked: Instant,
    ending: Option<Ending>,
}

/// It was asked to end.
struct Ending {
    at: Instant,
    is_killed: bool,
}

impl Ward {
    pub(crate) fn new(config: &Config, supervisor: &Supervisor, program: &Program) -> Ward {
        let pass = Pass {
            token: supervisor.token.clone(),
            worker: program.name.clone(),
            folder: config.folder.clone(),
            restarts: 0,
            stale_after_seconds: config.limits.stale_after_seconds,
        };
        Ward {
            program: program.clone(),
            pass,
            limits: config.limits,
            state: State::Waiting(Instant::now()),
            failures: 0,
            exits: VecDeque::new(),
            is_looping: false,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Does what is to be done now.
    pub(crate) fn look(&mut self, is_asked: bool, events: &mut Events<'_>) {
        match &mut self.state {
            State::Over => {}
            State::Waiting(_) if is_asked => self.state = State::Over,
            State::Waiting(until) if *until <= Instant::now() => self.start(events),
            State::Waiting(_) => {}
            State::Running(running) => match system::ended(&mut running.child) {
                Some(code) => self.exited(code, is_asked, events),
                None => self.look_after(is_asked, events),
            },
        }
    }

    fn name(&self) -> String {
        self.program.name.clone()
    }

    fn start(&mut self, events: &mut Events<'_>) {
        let restarts = self.pass.restarts;
        events.tell(&Event::Starting { worker: self.name(), restarts });
        match self.spawn() {
            Ok(child) => {
                let (pid, now) = (child.id(), Instant::now());
                events.tell(&Event::Started { worker: self.name(), pid, restarts });
                let (since, began) = (now, Timestamp::now());
                self.state =
                    State::Running(Running { child, since, began, looked: now, ending: None });
            }
            Err(reason) => {
                events.tell(&Event::Unstartable { worker: self.name(), reason });
                self.again(Duration::ZERO, events);
            }
        }
    }

    fn spawn(&self) -> Result<Child, String> {
        let pass = serde_json::to_string(&self.pass).map_err(|error| error.to_string())?;
        let mut command = Command::new(&self.program.path);
        command.args(&self.program.arguments).env(VARIABLE, pass).stdin(Stdio::null());
        system::in_group(&mut command);
        command.spawn().map_err(|error| {
            format!("`{}` cannot be started: {error}", self.program.path.display())
        })
    }

    /// Asks a running worker to end when it must, and ends it when it does not.
    fn look_after(&mut self, is_asked: bool, events: &mut Events<'_>) {
        let (worker, limits) = (self.program.name.clone(), self.limits);
        let State::Running(running) = &mut self.state else { return };
        let pid = running.child.id();
        if let Some(ending) = &mut running.ending {
            let bound = Duration::from_secs(limits.kill_timeout_seconds);
            if !ending.is_killed && ending.at.elapsed() >= bound {
                ending.is_killed = true;
                system::kill(&mut running.child);
                events.tell(&Event::Killed { worker, pid });
            }
            return;
        }
        let stale = if is_asked || running.looked.elapsed() < LOOK {
            None
        } else {
            running.looked = Instant::now();
            stale(&self.pass, running)
        };
        if let Some(reason) = &stale {
            events.tell(&Event::Stale { worker, pid, reason: reason.clone() });
        }
        if is_asked || stale.is_some() {
            system::terminate(&mut running.child);
            running.ending = Some(Ending { at: Instant::now(), is_killed: false });
        }
    }

    fn exited(&mut self, code: i32, is_asked: bool, events: &mut Events<'_>) {
        let (worker, restarts) = (self.name(), self.pass.restarts);
        let State::Running(running) = &self.state else { return };
        let (pid, ran, expected) =
            (running.child.id(), running.since.elapsed(), running.ending.is_some());
        events.tell(&Event::Exited { worker, pid, code, expected, restarts });
        if is_asked {
            self.state = State::Over;
        } else {
            self.again(ran, events);
        }
    }

    /// Decides when, and whether, it is started again.
    fn again(&mut self, ran: Duration, events: &mut Events<'_>) {
        let (now, backoff, rule) = (Instant::now(), self.limits.backoff, self.limits.crash_loop);
        if ran >= backoff.well_after {
            (self.failures, self.is_looping) = (0, false);
        }
        self.failures = self.failures.saturating_add(1);
        self.exits.push_back(now);
        self.exits.retain(|exit| now.duration_since(*exit) <= rule.window);
        let (worker, exits) = (self.name(), self.exits.len());
        if exits >= rule.exits && !self.is_looping {
            self.is_looping = true;
            let (window_seconds, goes_on) = (rule.window.as_secs(), rule.then == Then::KeepTrying);
            let worker = worker.clone();
            events.tell(&Event::CrashLoop { worker, exits, window_seconds, goes_on });
        }
        if self.is_looping && rule.then == Then::Stop {
            self.state = State::Over;
            return;
        }
        let wait = if self.is_looping { backoff.cap } else { backoff.wait(self.failures) };
        self.pass.restarts += 1;
        let restarts = self.pass.restarts;
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        events.tell(&Event::Restarting { worker, restarts, wait_ms });
        self.state = State::Waiting(now + wait);
    }
}

/// Why the heartbeat of a worker counts as lost. A worker that has just begun has as long for its first one.
fn stale(pass: &Pass, running: &Running) -> Option<String> {
    let limit = i64::try_from(pass.stale_after_seconds).unwrap_or(i64::MAX);
    let beat = read_heartbeat(&pass.folder, &pass.worker);
    let own = beat.filter(|beat| beat.pid == running.child.id() && beat.beat_at >= running.began);
    let (last, what) = match own {
        Some(beat) => (beat.beat_at, "its last heartbeat"),
        None => (running.began, "its start, without a heartbeat,"),
    };
    // A clock that was set back makes no heartbeat young for ever: then the time that it runs counts.
    let now = Timestamp::now();
    let age = now.as_second().saturating_sub(last.as_second());
    let is_lost =
        age > limit || (age < 0 && running.since.elapsed().as_secs() > pass.stale_after_seconds);
    is_lost.then(|| {
        format!("{what} was {age} s ago, and {limit} s are allowed; it is ended and started again")
    })
}
