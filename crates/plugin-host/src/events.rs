//! What others are told of plugins: payloads of events, and lines of the log.

use contract_embed::{LogEvent, PluginState, Topic};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::call::{Call, CallResult, Failed};

/// Who is told. It is called without any lock being held, by one thread at a time, in the order in which things
/// happened. A sink that panics is told the next thing all the same.
pub trait Sink: Send + Sync {
    /// An event: its topic, and a payload that is valid for it.
    fn event(&self, topic: Topic, payload: &Value);

    /// A line of the log, with the names of the contracts. It is not written anywhere when nobody does.
    fn log(&self, line: &Value) {
        let _ = line;
    }
}

/// A sink that nobody listens to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Sink for Quiet {
    fn event(&self, _: Topic, _: &Value) {}
}

/// Something to tell.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    Event(Topic, Value),
    Line(Value),
}

impl Told {
    /// Tells it.
    pub(crate) fn to(&self, sink: &dyn Sink) {
        match self {
            Told::Event(topic, payload) => sink.event(*topic, payload),
            Told::Line(line) => sink.log(line),
        }
    }
}

/// A plugin went from one state to another.
pub(crate) struct Change<'c> {
    pub name: &'c str,
    pub version: Option<&'c str>,
    pub from: PluginState,
    pub to: PluginState,
    pub reason: Option<&'c str>,
    pub at: Timestamp,
}

impl Change<'_> {
    pub(crate) fn told(&self) -> Vec<Told> {
        let mut payload = Map::new();
        payload.insert("name".to_owned(), self.name.into());
        payload.insert("previous_state".to_owned(), self.from.as_str().into());
        payload.insert("state".to_owned(), self.to.as_str().into());
        if let Some(version) = self.version {
            payload.insert("version".to_owned(), version.into());
        }
        if let Some(reason) = self.reason {
            payload.insert("reason".to_owned(), reason.into());
        }
        payload.insert("changed_at".to_owned(), self.at.to_string().into());
        let mut told = vec![Told::Event(Topic::PluginStateChanged, Value::Object(payload))];
        if let (PluginState::Unavailable, Some(reason)) = (self.to, self.reason) {
            let fields = json!({"plugin": self.name, "state": self.to, "reason": reason});
            told.push(Told::Line(LogEvent::PluginUnavailable.line(self.at, fields)));
        }
        told
    }
}

/// A call failed.
pub(crate) fn call_failed(
    name: &str,
    call: &Call,
    result: &CallResult,
    failed: &Failed,
    error_count: u64,
    at: Timestamp,
) -> Vec<Told> {
    let millis = u64::try_from(result.took.as_millis()).unwrap_or(u64::MAX);
    let mut payload = json!({
        "name": name,
        "call_id": result.call_id,
        "run_id": call.run_id,
        "fault": failed.fault,
        "reason": failed.reason,
        "duration_ms": millis,
        "error_count": error_count,
    });
    if let (Value::Object(payload), Some(step)) = (&mut payload, &call.step_id) {
        payload.insert("step_id".to_owned(), step.as_str().into());
    }
    let fields = json!({"plugin": name, "state": result.state, "reason": failed.reason,
        "duration_ms": millis});
    let line = Told::Line(LogEvent::PluginFailed.line(at, fields));
    vec![Told::Event(Topic::PluginCallFailed, payload), line]
}
