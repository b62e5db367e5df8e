//! The host: it loads, starts, stops and calls plugins, and records what comes of it. No way leads around
//! `contract_exec`, and none comes back without the registry knowing.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use contract_embed::{Fault, LogEvent, Missing, PluginState};
use contract_exec::{Cause, Lack, Outcome, Task};
use jiff::Timestamp;
use serde_json::{Value, json};
use ulid::Ulid;

use crate::call::{Call, CallResult, Failed, Refused};
use crate::events::{Sink, Told, call_failed};
use crate::plugin::{BadPlugin, Plugin};
use crate::reason::reason;
use crate::registry::{Registry, UnknownCalls, Why};
use crate::snapshot::Snapshot;
use crate::states::Illegal;

/// What to do about a plugin that failed, or is unavailable.
const AGAIN: &str = "call it again, or start it again";
const PROVIDE: &str = "provide it, then start the plugin again";

/// An optional module that the host runs without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why, on which an operator can act.
    pub reason: String,
}

/// Hosts plugins. Copies are of one host.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

struct Shared {
    registry: Registry,
    sink: Box<dyn Sink>,
    calls: AtomicUsize,
    most_calls: usize,
    skipped: Mutex<Vec<Skipped>>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = self.plugins().into_iter().map(|plugin| (plugin.name, plugin.state));
        f.debug_map().entries(states).finish()
    }
}

impl Host {
    /// A host without plugins, which makes at most so many calls at a time.
    pub fn new(sink: impl Sink + 'static, most_calls: usize) -> Host {
        let (registry, calls, skipped) =
            (Registry::default(), AtomicUsize::new(0), Mutex::new(Vec::new()));
        Host {
            shared: Arc::new(Shared { registry, sink: Box::new(sink), calls, most_calls, skipped }),
        }
    }

    /// Takes in a plugin. Nothing of it runs yet.
    ///
    /// # Errors
    /// When another one has its name, or the contracts do not allow what it says of itself.
    pub fn register(&self, plugin: Plugin) -> Result<(), BadPlugin> {
        self.shared.registry.register(plugin)
    }

    /// Every plugin, in the order of their names.
    pub fn plugins(&self) -> Vec<Snapshot> {
        self.shared.registry.snapshots()
    }

    /// A plugin.
    pub fn plugin(&self, name: &str) -> Option<Snapshot> {
        self.shared.registry.snapshot(name)
    }

    /// Calls of names that no plugin has.
    pub fn unknown_calls(&self) -> UnknownCalls {
        self.shared.registry.unknown()
    }

    /// Events and lines that were never told, as the sink did not keep up.
    pub fn untold(&self) -> u64 {
        self.shared.registry.lost()
    }

    /// Optional modules that could not be loaded.
    pub fn skipped(&self) -> Vec<Skipped> {
        self.shared.skipped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Leaves every lock as a thread does that panics while it holds them. For tests of hosts.
    #[doc(hidden)]
    pub fn poison(&self) {
        self.shared.registry.poison();
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let _held = self.shared.skipped.lock();
            std::panic::resume_unwind(Box::new("a thread that dies with the lock"));
        }));
    }

    /// Loads a plugin and starts it. What goes wrong in it is no error here: it is in the state that this gives.
    ///
    /// # Errors
    /// When no plugin has the name, or it is in a state in which it cannot be loaded.
    pub fn start(&self, name: &str) -> Result<PluginState, Illegal> {
        let to = PluginState::Loading;
        let unknown = || Illegal { name: name.to_owned(), from: None, to };
        let plugin = self.shared.registry.plugin(name).ok_or_else(unknown)?;
        self.step(name, to, Why::default(), None)?;
        let loaded = catch_unwind(AssertUnwindSafe(|| load(&plugin)));
        let loaded = loaded.unwrap_or_else(|_| {
            let what = "the host met an error of its own while it loaded this; report it";
            Err(Lack { missing: Missing::Dependency, what: what.to_owned() })
        });
        // Between the two steps nobody else can take one: nothing leads out of LOADING but these.
        match loaded {
            Ok(task) => self.step(name, PluginState::Ready, Why::default(), Some(task))?,
            Err(lack) => {
                let (reason, missing) = (reason(name, &lack.what, PROVIDE), Some(lack.missing));
                let why = Why { reason: Some(reason), fault: None, missing };
                self.step(name, PluginState::Unavailable, why, None)?;
            }
        }
        if let (Some(function), Some(PluginState::Ready)) =
            (&plugin.start, self.plugin(name).map(|plugin| plugin.state))
        {
            let call = Call {
                function: function.clone(),
                arguments: json!({}),
                run_id: Ulid::generate().to_string(),
                step_id: None,
            };
            let _ = self.call(name, &call);
        }
        Ok(self.plugin(name).map_or(PluginState::Stopped, |plugin| plugin.state))
    }

    /// Starts every plugin that can be started, all at the same time. Takes no longer than the slowest of them may,
    /// and never fails: those that do not work are FAILED or UNAVAILABLE, and the host goes on without them.
    pub fn start_all(&self) {
        thread::scope(|scope| {
            for plugin in self.plugins() {
                let start = move || drop(self.start(&plugin.name));
                // Without another thread it is done by this one.
                if thread::Builder::new().spawn_scoped(scope, start.clone()).is_err() {
                    start();
                }
            }
        });
    }

    /// Stops a plugin. Calls that are being made end by themselves, within their limits.
    ///
    /// # Errors
    /// When no plugin has the name, or it is in a state in which it cannot be stopped.
    pub fn stop(&self, name: &str) -> Result<(), Illegal> {
        self.step(name, PluginState::Stopped, Why::default(), None)
    }

    /// Calls a function of a plugin. Comes back within the limits of the plugin, whatever it does.
    ///
    /// # Errors
    /// When the call was not made. It is counted all the same.
    pub fn call(&self, name: &str, call: &Call) -> Result<CallResult, Refused> {
        let Some(_slot) = Slot::take(&self.shared) else {
            self.shared.registry.refuse(name);
            return Err(Refused::Busy(self.shared.most_calls));
        };
        let begun = self.shared.registry.begin(name).map_err(|known| match known {
            None => Refused::Unknown(name.to_owned()),
            Some(known) => {
                Refused::State { name: known.name, state: known.state, reason: known.reason }
            }
        })?;
        self.tell(Vec::new());
        let start = Instant::now();
        let value = outcome(name, begun.task.run(&call.input()).outcome);
        let why = value.as_ref().err().map(|failed| Why {
            reason: Some(failed.reason.clone()),
            fault: Some(failed.fault),
            missing: None,
        });
        let (state, errors) = self.shared.registry.end(name, begun.generation, why);
        let (call_id, took) = (Ulid::generate().to_string(), start.elapsed());
        let result = CallResult { call_id, value, state, took };
        let told = match &result.value {
            Ok(_) => Vec::new(),
            Err(failed) => call_failed(name, call, &result, failed, errors, Timestamp::now()),
        };
        self.tell(told);
        Ok(result)
    }

    /// Loads something that the host can do without, in this process: a part of itself, not a plugin. When that
    /// fails or panics there is nothing, the log says so, and the host goes on.
    pub fn optional<T, E: fmt::Display>(
        &self,
        name: &str,
        load: impl FnOnce() -> Result<T, E>,
    ) -> Option<T> {
        let loaded = catch_unwind(AssertUnwindSafe(|| load().map_err(|error| error.to_string())));
        let why = match loaded {
            Ok(Ok(module)) => return Some(module),
            Ok(Err(why)) => why,
            Err(panic) => match panic.downcast_ref::<&str>() {
                Some(text) => format!("it panicked: {text}"),
                None => {
                    format!("it panicked: {}", panic.downcast_ref::<String>().map_or("", |s| s))
                }
            },
        };
        let reason = reason(name, &why, "mend it and restart the host, which runs without it");
        let fields = json!({"plugin": name, "reason": reason});
        let line = LogEvent::OptionalModuleSkipped.line(Timestamp::now(), fields);
        self.tell(vec![Told::Line(line)]);
        let skipped = Skipped { name: name.to_owned(), reason };
        self.shared.skipped.lock().unwrap_or_else(PoisonError::into_inner).push(skipped);
        None
    }

    fn step(
        &self,
        name: &str,
        to: PluginState,
        why: Why,
        task: Option<Task>,
    ) -> Result<(), Illegal> {
        let done = self.shared.registry.step(name, to, why, task);
        self.tell(Vec::new());
        done
    }

    fn tell(&self, told: Vec<crate::events::Told>) {
        self.shared.registry.tell(told, self.shared.sink.as_ref());
    }
}

/// One of the calls that are made at a time; given back however the call ends.
struct Slot<'s>(&'s Shared);

impl Slot<'_> {
    fn take(shared: &Shared) -> Option<Slot<'_>> {
        let before = shared.calls.fetch_add(1, Ordering::SeqCst);
        let slot = Slot(shared);
        (before < shared.most_calls).then_some(slot)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Makes a plugin ready to be called. Whatever keeps it from that is something that it lacks.
fn load(plugin: &Plugin) -> Result<Task, Lack> {
    let task = plugin.task()?;
    let Some(function) = &plugin.load else { return Ok(task) };
    let outcome = task.run(&json!({"function": function, "arguments": {}})).outcome;
    let missing = match &outcome {
        Outcome::Ok(_) => return Ok(task),
        Outcome::Unavailable(lack) => return Err(lack.clone()),
        // It may use too little of something.
        Outcome::TimedOut(_) | Outcome::Killed(Cause::Memory(_) | Cause::Cpu(_)) => {
            Missing::Configuration
        }
        Outcome::Failed(_) | Outcome::Killed(_) => Missing::Dependency,
    };
    Err(Lack { missing, what: format!("it cannot be loaded: {outcome}") })
}

/// What a call of a loaded plugin came to. Something that it lacks now, and did not when it was loaded, is a fault.
fn outcome(name: &str, outcome: Outcome) -> Result<Value, Failed> {
    match outcome {
        Outcome::Ok(value) => Ok(value),
        other => {
            let fault = other.fault().unwrap_or(Fault::Exception);
            Err(Failed { fault, reason: reason(name, &other.to_string(), AGAIN) })
        }
    }
}
