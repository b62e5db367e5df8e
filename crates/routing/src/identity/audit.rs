//! What is recorded of a refusal: the payload of AUDIT_RECORDED. It names the part, never its value.

use std::time::SystemTime;

use contract_embed::{AuditOutcome, schema};
use jiff::Timestamp;
use serde_json::{Value, json};
use ulid::Ulid;

use super::refused::Mismatch;

/// Nothing was recorded, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFailed(pub String);

/// Takes payloads of AUDIT_RECORDED to the event spine.
pub trait AuditSink {
    /// Records a payload; it is on record when this returns.
    ///
    /// # Errors
    /// When it is not.
    fn record(&self, payload: &Value) -> Result<(), AuditFailed>;
}

impl<A: AuditSink + ?Sized> AuditSink for &A {
    fn record(&self, payload: &Value) -> Result<(), AuditFailed> {
        (**self).record(payload)
    }
}

/// The payload about a mismatch, valid against `events/audit_recorded`.
pub(super) fn payload(mismatch: &Mismatch, now: SystemTime) -> Result<Value, String> {
    let at = Timestamp::try_from(now).map_err(|error| error.to_string())?;
    let payload = json!({
        "audit_id": Ulid::from_datetime(now).to_string(),
        "action": "identity_mismatch",
        "outcome": AuditOutcome::Denied.as_str(),
        "rule_id": "identity-must-agree",
        "reason": format!("{mismatch}; the request was refused"),
        "recorded_at": format!("{at:.3}"),
    });
    let schema = schema("events/audit_recorded", "1.0.0").map_err(|error| error.to_string())?;
    schema.validate(&payload).map_err(|invalid| invalid.to_string())?;
    Ok(payload)
}
