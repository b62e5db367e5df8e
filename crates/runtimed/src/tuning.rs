//! Tuning: a change of settings is on the spine before it is applied, and is not applied when it cannot be.

use contract_embed::SpineEventType;
use contract_routing::identity::Identity;
use contract_stores::{Emitter, Error, Stores};
use serde_json::{Value, json};
use uuid::Uuid;

/// Puts a change on the spine, and then applies it.
///
/// # Errors
/// When it is not on record; `apply` has then not been called.
pub async fn tune<T>(
    stores: &Stores,
    who: &Identity,
    (run_id, step_id): (&str, &str),
    (setting, value): (&str, &Value),
    apply: impl FnOnce() -> T,
) -> Result<T, Error> {
    let event = json!({
        "event_id": Uuid::new_v4().to_string(),
        "surface_id": who.surface_id,
        "run_id": run_id,
        "step_id": step_id,
        "timestamp": jiff::Timestamp::now().to_string(),
        "event_type": SpineEventType::Tuning,
        "source": "system",
        "payload": {"setting": setting, "value": value},
    });
    stores.spine().append(Emitter::Identity(who), &event).await?;
    Ok(apply())
}
