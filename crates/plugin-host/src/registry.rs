//! What is known of every plugin, behind one lock. The lock is held for a few steps in memory and never while a
//! plugin runs or anybody is told; a thread that dies with it leaves nothing half done, so it is taken all the same.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use contract_embed::{Fault, Missing, PluginState};
use contract_exec::Task;
use jiff::Timestamp;

use crate::events::{Change, Sink, Told};
use crate::plugin::{BadPlugin, Plugin};
use crate::snapshot::Snapshot;
use crate::states::{Illegal, is_legal};

/// What waits to be told, at most.
const ROOM: usize = 10_000;
/// Names that no plugin has and that are kept, at most.
const UNKNOWN: usize = 1000;

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
        valid(&known)?;
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

/// Whether the contracts allow what a plugin says of itself, in both ways in which it is told.
fn valid(known: &Snapshot) -> Result<(), BadPlugin> {
    let schema = |name| contract_embed::schema(name, "1.0.0");
    let told = [
        (schema("storage/plugin_state"), known.value()),
        (schema("storage/plugin_health_response"), known.health()),
    ];
    told.into_iter().try_for_each(|(schema, value)| {
        let schema = schema.map_err(|error| BadPlugin::Invalid(error.to_string()))?;
        schema.validate(&value).map_err(|invalid| BadPlugin::Invalid(invalid.to_string()))
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Source;
    use contract_exec::{Launcher, Process};

    fn load(registry: &Registry, process: &Process) {
        registry.step("ocr", PluginState::Loading, Why::default(), None).unwrap();
        let task = Some(Task::from(process.clone()));
        registry.step("ocr", PluginState::Ready, Why::default(), task).unwrap();
    }

    #[test]
    fn a_call_of_before_changes_nothing_of_now() {
        let registry = Registry::default();
        let process = Process::new(Launcher::at("launcher"), "ocr");
        registry.register(Plugin::new("ocr", Source::Process(process.clone()))).unwrap();
        load(&registry, &process);
        let old = registry.begin("ocr").ok().unwrap();
        registry.step("ocr", PluginState::Stopped, Why::default(), None).unwrap();
        load(&registry, &process);
        let new = registry.begin("ocr").ok().unwrap();
        let state = registry.end("ocr", old.generation, Some(Why::default()));
        assert_eq!(state, (PluginState::Running, 1));
        let state = registry.end("ocr", old.generation, None);
        assert_eq!(state, (PluginState::Running, 1));
        assert_eq!(registry.end("ocr", new.generation, None), (PluginState::Ready, 1));
    }

    #[test]
    fn a_plugin_runs_as_long_as_one_of_its_calls_does() {
        let registry = Registry::default();
        let process = Process::new(Launcher::at("launcher"), "ocr");
        registry.register(Plugin::new("ocr", Source::Process(process.clone()))).unwrap();
        load(&registry, &process);
        let calls: Vec<u64> =
            (0..3).map(|_| registry.begin("ocr").ok().unwrap().generation).collect();
        assert_eq!(registry.end("ocr", calls[0], None).0, PluginState::Running);
        assert_eq!(registry.end("ocr", calls[1], Some(Why::default())).0, PluginState::Failed);
        // The last one ends well, and the fault before it stays to be seen.
        assert_eq!(registry.end("ocr", calls[2], None).0, PluginState::Failed);
    }
}
