//! Access to data: the policy is asked, and what has to be on record is on record before it is done.

use std::time::Instant;

use contract_embed::{AuditOutcome, Backend, Band, Span, SpineEventType, Topic};
use contract_routing::identity::Identity;
use serde_json::json;

use crate::app::App;
use crate::http::Problem;
use crate::{policy, safety, trace};

/// Whether somebody may do what an operation does, with data of a band.
///
/// # Errors
/// When the policy denies it, or when it cannot be put on record and has to be.
pub(crate) async fn allowed(
    app: &App,
    operation: &str,
    who: &Identity,
    band: Band,
) -> Result<(), Problem> {
    let backend = app.stores.routed().registry().routes().next();
    let backend = backend.map_or(Backend::Filesystem, |route| route.backend);
    let start = Instant::now();
    let said = policy::may(operation, who, band, (backend, &app.trust));
    trace::tell(&app.log, Span::PolicyDecide, start.elapsed(), || {
        json!({
            "decision": if said.denied.is_none() { "allow" } else { "deny" },
            "event.band": band,
            "policy.version": contract_embed::VERSION,
        })
    });
    if said.is_audited {
        audit(app, operation, who, band, said.denied.as_deref()).await?;
    }
    said.denied.map_or(Ok(()), |why| Err(Problem::forbidden(&why)))
}

async fn audit(
    app: &App,
    operation: &str,
    who: &Identity,
    band: Band,
    denied: Option<&str>,
) -> Result<(), Problem> {
    let action = match operation {
        _ if operation.starts_with("delete") => "delete",
        _ if operation.starts_with("get") || operation.starts_with("list") => "read",
        _ => "write",
    };
    let outcome = if denied.is_some() { AuditOutcome::Denied } else { AuditOutcome::Allowed };
    let reason = denied.map_or_else(
        || format!("`{operation}` on data of band {band}, which the policy allows"),
        |why| format!("`{operation}` on data of band {band}: {why}"),
    );
    let payload = json!({
        "audit_id": ulid::Ulid::generate().to_string(),
        "action": action,
        "outcome": outcome,
        "reason": reason.chars().take(500).collect::<String>(),
        "recorded_at": jiff::Timestamp::now().to_string(),
    });
    let run = ulid::Ulid::generate().to_string();
    safety::record(&app.stores, who, (&run, "access"), (SpineEventType::Audit, payload.clone()))
        .await?;
    app.publish(Topic::AuditRecorded, Some(who), &payload);
    Ok(())
}
