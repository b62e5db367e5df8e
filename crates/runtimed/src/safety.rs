//! The gate before anything is executed for somebody. What it decides is on the spine before anything runs; when that
//! cannot be, nothing runs.

use contract_embed::SpineEventType;
use contract_routing::identity::Identity;
use contract_stores::{Emitter, Error, Stores};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a gate decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Whether it may run.
    pub is_allowed: bool,
    /// Why, on which an operator can act: at least three words.
    pub justification: String,
}

/// Decides whether something may run.
pub trait Gate: Send + Sync {
    /// Its name, for the record.
    fn name(&self) -> &str;

    /// Decides about a function of a plugin. One that panics denies.
    fn decide(&self, who: &Identity, plugin: &str, function: &str) -> Ruling;
}

/// Allows what the policy has let through: the gate of a runtime that has no other.
pub(crate) struct Open;

impl Gate for Open {
    fn name(&self) -> &'static str {
        "policy"
    }

    fn decide(&self, _: &Identity, plugin: &str, function: &str) -> Ruling {
        let justification = format!("the policy allows `{plugin}` to run `{function}`");
        Ruling { is_allowed: true, justification }
    }
}

/// As the contracts write it.
pub(crate) fn word(ruling: &Ruling) -> &'static str {
    if ruling.is_allowed { "allow" } else { "deny" }
}

/// Asks a gate and puts its ruling on the spine. Also says whether the gate itself failed.
///
/// # Errors
/// When the ruling is not on record; then nothing may run.
pub(crate) async fn rule(
    gate: &dyn Gate,
    stores: &Stores,
    who: &Identity,
    (plugin, function): (&str, &str),
    at: (&str, &str),
) -> Result<(Ruling, bool), Error> {
    let asked = std::panic::AssertUnwindSafe(|| gate.decide(who, plugin, function));
    let (ruling, has_failed) = match std::panic::catch_unwind(asked) {
        Ok(ruling) => (ruling, false),
        Err(_) => {
            let justification = format!("the gate `{}` itself failed, which denies", gate.name());
            (Ruling { is_allowed: false, justification }, true)
        }
    };
    let payload = json!({
        "gate": gate.name(),
        "gate_failed": has_failed,
        "decision": word(&ruling),
        "justification": ruling.justification,
        "plugin": plugin,
        "function": function,
    });
    record(stores, who, at, (SpineEventType::Safety, payload)).await?;
    Ok((ruling, has_failed))
}

/// Puts something on the spine that the runtime does for somebody, at a step of a run.
pub(crate) async fn record(
    stores: &Stores,
    who: &Identity,
    (run_id, step_id): (&str, &str),
    (event_type, payload): (SpineEventType, Value),
) -> Result<(), Error> {
    let event = json!({
        "event_id": Uuid::new_v4().to_string(),
        "surface_id": who.surface_id,
        "run_id": run_id,
        "step_id": step_id,
        "timestamp": jiff::Timestamp::now().to_string(),
        "event_type": event_type,
        "source": "system",
        "payload": payload,
    });
    stores.spine().append(Emitter::Identity(who), &event).await.map(drop)
}
