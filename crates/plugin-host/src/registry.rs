//! What is known of every plugin, behind one lock. The lock is held for a few steps in memory and never while a
//! plugin runs or anybody is told; a thread that dies with it leaves nothing half done, so it is taken all the same.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use contract_embed::{Fault, Missing, PluginState};
use contract_exec::Task;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::events::{Change, Sink, Told};
use crate::plugin::{BadPlugin, Plugin};
use crate::states::{Illegal, is_legal};

/// What waits to be told, at most.
const ROOM: usize = 10_000;
/// Names that no plugin has and that are kept, at most.
const UNKNOWN: usize = 1000;

/// What is known of a plugin at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Its state.
    pub state: PluginState,
    /// The state before.
    pub previous: Option<PluginState>,
    /// Why it does not work, when it does not.
    pub reason: Option<String>,
    /// What went wrong in a FAILED one.
    pub fault: Option<Fault>,
    /// What an UNAVAILABLE one lacks.
    pub missing: Option<Missing>,
    /// When it was loaded, and the same on a clock that is never set.
    pub loaded_at: Option<(Timestamp, Instant)>,
    /// When it came into its state.
    pub changed_at: Timestamp,
    /// Calls that ended well.
    pub success_count: u64,
    /// Calls that did not, refused ones among them.
    pub error_count: u64,
}

/// Calls of names that no plugin has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownCalls {
    /// All of them.
    pub count: u64,
    /// How many for each of the first thousand names, cut after 63 characters.
    pub names: BTreeMap<String, u64>,
}

/// A plugin in the registry.
struct Entry {
    plugin: Plugin,
    known: Snapshot,
    task: Option<Task>,
    /// Rises when it is loaded or stopped: what a call of before comes to says nothing of now.
    generation: u64,
    /// Calls of this generation that have not ended.
    in_flight: u64,
}

#[derive(Default)]
struct Inner {
    entries: BTreeMap<String, Entry>,
    unknown: UnknownCalls,
    queue: VecDeque<Told>,
    lost: u64,
    is_telling: bool,
}

/// Every plugin.
#[derive(Default)]
pub(crate) struct Registry {
    inner: Mutex<Inner>,
}

/// A call that has begun.
pub(crate) struct Begun {
    pub task: Task,
    pub generation: u64,
}

/// What a step brings with it.
#[derive(Default)]
pub(crate) struct Why {
    pub reason: Option<String>,
    pub fault: Option<Fault>,
    pub missing: Option<Missing>,
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves the lock as a thread does that panics with it.
    pub(crate) fn poison(&self) {
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let _held = self.lock();
            std::panic::resume_unwind(Box::new("a thread that dies with the lock"));
        }));
    }

    pub(crate) fn register(&self, plugin: Plugin) -> Result<(), BadPlugin> {
        let known = Snapshot {
            name: plugin.name.clone(),
            version: plugin.version.clone(),
            description: plugin.description.clone(),
            state: PluginState::Registered,
            previous: None,
            reason: None,
            fault: None,
            missing: None,
            loaded_at: None,
            changed_at: Timestamp::now(),
            success_count: 0,
            error_count: 0,
        };
        let schema = contract_embed::schema("storage/plugin_state", "1.0.0");
        let schema = schema.map_err(|error| BadPlugin::Invalid(error.to_string()))?;
        let valid = schema.validate(&known.value());
        valid.map_err(|invalid| BadPlugin::Invalid(invalid.to_string()))?;
        let mut inner = self.lock();
        if inner.entries.contains_key(&plugin.name) {
            return Err(BadPlugin::Taken(plugin.name));
        }
        let name = plugin.name.clone();
        let entry = Entry { plugin, known, task: None, generation: 0, in_flight: 0 };
        inner.entries.insert(name, entry);
        Ok(())
    }

    pub(crate) fn snapshot(&self, name: &str) -> Option<Snapshot> {
        self.lock().entries.get(name).map(|entry| entry.known.clone())
    }

    pub(crate) fn snapshots(&self) -> Vec<Snapshot> {
        self.lock().entries.values().map(|entry| entry.known.clone()).collect()
    }

    pub(crate) fn plugin(&self, name: &str) -> Option<Plugin> {
        self.lock().entries.get(name).map(|entry| entry.plugin.clone())
    }

    pub(crate) fn unknown(&self) -> UnknownCalls {
        self.lock().unknown.clone()
    }

    /// Things that nobody was told, as there was no room for them.
    pub(crate) fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// Takes a step that stands for itself: loading, stopping, and what loading came to.
    pub(crate) fn step(
        &self,
        name: &str,
        to: PluginState,
        why: Why,
        task: Option<Task>,
    ) -> Result<(), Illegal> {
        let mut inner = self.lock();
        let told = match inner.entries.get_mut(name) {
            None => return Err(Illegal { name: name.to_owned(), from: None, to }),
            Some(entry) => {
                let told = entry.go(to, why)?;
                match to {
                    PluginState::Loading | PluginState::Stopped => {
                        entry.generation += 1;
                        (entry.in_flight, entry.task, entry.known.loaded_at) = (0, None, None);
                    }
                    PluginState::Ready => entry.task = task,
                    _ => {}
                }
                told
            }
        };
        inner.tell(told);
        Ok(())
    }

    /// Begins a call: the plugin is RUNNING from here on.
    ///
    /// # Errors
    /// What is known of a plugin that cannot be called, or nothing when there is none. Both are counted.
    pub(crate) fn begin(&self, name: &str) -> Result<Begun, Option<Box<Snapshot>>> {
        let mut inner = self.lock();
        let Inner { entries, unknown, .. } = &mut *inner;
        let Some(entry) = entries.get_mut(name) else {
            unknown.add(name);
            return Err(None);
        };
        let is_running = entry.known.state == PluginState::Running;
        let told = match &entry.task {
            Some(_) if is_running => Ok(Vec::new()),
            Some(_) => entry.go(PluginState::Running, Why::default()),
            None => Err(entry.illegal(PluginState::Running)),
        };
        let (Ok(told), Some(task)) = (told, entry.task.clone()) else {
            entry.known.error_count += 1;
            return Err(Some(Box::new(entry.known.clone())));
        };
        entry.in_flight += 1;
        let begun = Begun { task, generation: entry.generation };
        inner.tell(told);
        Ok(begun)
    }

    /// Counts a call that could not be made.
    pub(crate) fn refuse(&self, name: &str) {
        let mut inner = self.lock();
        match inner.entries.get_mut(name) {
            Some(entry) => entry.known.error_count += 1,
            None => inner.unknown.add(name),
        }
    }

    /// Ends a call. Gives the state after it and the count of errors.
    pub(crate) fn end(
        &self,
        name: &str,
        generation: u64,
        failed: Option<Why>,
    ) -> (PluginState, u64) {
        let mut inner = self.lock();
        let Some(entry) = inner.entries.get_mut(name) else {
            return (PluginState::Stopped, 0);
        };
        match &failed {
            None => entry.known.success_count += 1,
            Some(_) => entry.known.error_count += 1,
        }
        let mut told = Vec::new();
        if generation == entry.generation {
            entry.in_flight = entry.in_flight.saturating_sub(1);
            told = match failed {
                Some(why) => entry.go(PluginState::Failed, why),
                None if entry.in_flight == 0 && entry.known.state == PluginState::Running => {
                    entry.go(PluginState::Ready, Why::default())
                }
                None => Ok(Vec::new()),
            }
            .unwrap_or_default();
        }
        let after = (entry.known.state, entry.known.error_count);
        inner.tell(told);
        after
    }

    /// Has something told, and tells what waits, unless another thread does.
    pub(crate) fn tell(&self, told: Vec<Told>, sink: &dyn Sink) {
        let mut inner = self.lock();
        inner.tell(told);
        if inner.is_telling {
            return;
        }
        inner.is_telling = true;
        while let Some(next) = inner.queue.pop_front() {
            drop(inner);
            let _ = catch_unwind(AssertUnwindSafe(|| next.to(sink)));
            inner = self.lock();
        }
        inner.is_telling = false;
    }
}

impl Inner {
    fn tell(&mut self, told: Vec<Told>) {
        self.queue.extend(told);
        while self.queue.len() > ROOM {
            self.queue.pop_front();
            self.lost += 1;
        }
    }
}

impl UnknownCalls {
    fn add(&mut self, name: &str) {
        self.count += 1;
        let name: String = name.chars().take(63).collect();
        if self.names.len() < UNKNOWN || self.names.contains_key(&name) {
            *self.names.entry(name).or_default() += 1;
        }
    }
}

impl Entry {
    fn illegal(&self, to: PluginState) -> Illegal {
        Illegal { name: self.known.name.clone(), from: Some(self.known.state), to }
    }

    fn go(&mut self, to: PluginState, why: Why) -> Result<Vec<Told>, Illegal> {
        let from = self.known.state;
        if !is_legal(from, to) {
            return Err(self.illegal(to));
        }
        let at = Timestamp::now();
        let known = &mut self.known;
        (known.state, known.previous, known.changed_at) = (to, Some(from), at);
        (known.reason, known.fault, known.missing) = (why.reason, why.fault, why.missing);
        if from == PluginState::Loading && to == PluginState::Ready {
            known.loaded_at = Some((at, Instant::now()));
        }
        let (name, version, reason) =
            (&known.name, known.version.as_deref(), known.reason.as_deref());
        Ok(Change { name, version, from, to, reason, at }.told())
    }
}

impl Snapshot {
    /// As the contracts have it: `storage/plugin_state`.
    pub fn value(&self) -> Value {
        let mut value = self.base();
        if let Some(previous) = self.previous {
            value.insert("previous_state".to_owned(), previous.as_str().into());
        }
        if let Some(fault) = self.fault {
            value.insert("fault".to_owned(), fault.as_str().into());
        }
        if let Some(missing) = self.missing {
            value.insert("missing".to_owned(), missing.as_str().into());
        }
        value.insert("sandboxed".to_owned(), true.into());
        if let Some((at, _)) = self.loaded_at {
            value.insert("loaded_at".to_owned(), at.to_string().into());
        }
        value.insert("changed_at".to_owned(), self.changed_at.to_string().into());
        Value::Object(value)
    }

    /// As the contracts have it: `storage/plugin_health_response`.
    pub fn health(&self) -> Value {
        let mut value = self.base();
        if let Some((_, since)) = self.loaded_at {
            value.insert("uptime_seconds".to_owned(), since.elapsed().as_secs_f64().into());
        }
        Value::Object(value)
    }

    fn base(&self) -> Map<String, Value> {
        let mut value = Map::new();
        value.insert("name".to_owned(), self.name.as_str().into());
        value.insert("state".to_owned(), self.state.as_str().into());
        let texts = [
            ("version", &self.version),
            ("description", &self.description),
            ("reason", &self.reason),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                value.insert(name.to_owned(), text.as_str().into());
            }
        }
        value.insert("success_count".to_owned(), self.success_count.into());
        value.insert("error_count".to_owned(), self.error_count.into());
        value
    }
}
