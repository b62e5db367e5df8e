//! A call of a plugin, and what comes of it.

use std::fmt;
use std::time::Duration;

use contract_embed::{Fault, PluginState};
use serde_json::{Value, json};

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function of the plugin.
    pub function: String,
    /// Its arguments, an object.
    pub arguments: Value,
    /// The run that it is of, a ULID.
    pub run_id: String,
    /// The step inside the run.
    pub step_id: Option<String>,
}

/// What came of a call that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct CallResult {
    /// The call, a ULID.
    pub call_id: String,
    /// What the plugin gave, or why it gave nothing.
    pub value: Result<Value, Failed>,
    /// The state of the plugin after the call.
    pub state: PluginState,
    /// How long it took.
    pub took: Duration,
}

/// How a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The word for it.
    pub fault: Fault,
    /// On which an operator can act.
    pub reason: String,
}

/// Why a call was not made. It is counted all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No plugin has the name.
    Unknown(String),
    /// The plugin is in a state in which it cannot be called.
    State {
        /// The plugin.
        name: String,
        /// Its state.
        state: PluginState,
        /// Why it is in it, where that is known.
        reason: Option<String>,
    },
    /// As many calls as the host makes at a time are being made.
    Busy(usize),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Unknown(name) => write!(f, "no plugin has the name `{name}`"),
            Refused::State { name, state, reason } => {
                write!(f, "plugin `{name}` is {state} and cannot be called")?;
                reason.iter().try_for_each(|reason| write!(f, ": {reason}"))
            }
            Refused::Busy(most) => {
                write!(f, "{most} calls of plugins are being made; call again when one has ended")
            }
        }
    }
}

impl std::error::Error for Refused {}

impl Call {
    /// What the plugin gets.
    pub(crate) fn input(&self) -> Value {
        json!({"function": self.function, "arguments": self.arguments})
    }
}

impl CallResult {
    /// As the API gives it: `PluginCallResult`.
    pub fn body(&self) -> Value {
        let millis = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        let mut body = json!({
            "call_id": self.call_id,
            "ok": self.value.is_ok(),
            "state": self.state,
            "duration_ms": millis,
        });
        if let Value::Object(body) = &mut body {
            match &self.value {
                Ok(value) => body.insert("value".to_owned(), value.clone()),
                Err(failed) => body.insert("reason".to_owned(), failed.reason.clone().into()),
            };
        }
        body
    }
}
