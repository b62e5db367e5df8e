//! Tuning: a change of settings is on the spine before it is applied, and is not applied when it cannot be.

use contract_embed::SpineEventType;
use contract_routing::identity::Identity;
use contract_stores::{Error, Stores};
use serde_json::{Value, json};

use crate::safety::record;

/// Puts a change on the spine, at a step of a run, and then applies it.
///
/// # Errors
/// When it is not on record; `apply` has then not been called.
pub async fn tune<T>(
    stores: &Stores,
    who: &Identity,
    at: (&str, &str),
    (setting, value): (&str, &Value),
    apply: impl FnOnce() -> T,
) -> Result<T, Error> {
    let payload = json!({"setting": setting, "value": value});
    record(stores, who, at, (SpineEventType::Tuning, payload)).await?;
    Ok(apply())
}
