//! `api/openapi/modules/spine.yaml`.

use contract_routing::identity::Identity;
use contract_stores::{Emitter, SpineFilter};
use serde_json::Value;

use super::{Answer, body, of_path, page};
use crate::app::App;
use crate::http::{Asked, Problem, Reply};

pub(super) async fn append(app: &App, asked: &Asked, who: &Identity) -> Answer {
    if body(asked).get("source").and_then(Value::as_str) == Some("system") {
        return Err(Problem::forbidden("what the system records, the runtime records itself"));
    }
    let record = app.stores.spine().append(Emitter::Identity(who), body(asked)).await?;
    let id = record.get("event_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let headers = vec![("location", format!("/v1/spine/events/{id}"))];
    Ok(Reply { status: 201, headers, body: Some(record) })
}

pub(super) async fn list(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let filter = SpineFilter {
        event_type: asked.query("event_type").and_then(|text| text.parse().ok()),
        run_id: asked.query("run_id").map(str::to_owned),
        since: asked.query("since").and_then(|text| text.parse().ok()),
    };
    let (cursor, limit) = asked.page();
    let spine = app.stores.spine();
    Ok(page(spine.list(who.mode, &who.tenant_id, &filter, cursor, limit).await?))
}

pub(super) async fn get(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let id = of_path(asked, "event_id");
    Ok(Reply::ok(app.stores.spine().get(who.mode, &who.tenant_id, id).await?))
}
