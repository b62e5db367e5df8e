//! What is known of one plugin, and how the contracts write it.

use std::time::Instant;

use contract_embed::{Fault, Missing, PluginState};
use jiff::Timestamp;
use serde_json::{Map, Value};

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
