//! `api/openapi/modules/memory.yaml`.

use contract_embed::{Band, Topic};
use contract_routing::identity::Identity;
use contract_stores::{MemoryWrite, Session};
use serde_json::{Value, json};

use super::{Answer, body, now, of_path};
use crate::access;
use crate::app::App;
use crate::http::{Asked, Reply};

fn session<'a>(asked: &'a Asked, who: &'a Identity) -> (Session<'a>, &'a str) {
    (Session { who, id: of_path(asked, "session_id") }, of_path(asked, "key"))
}

pub(super) async fn get(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let (session, key) = session(asked, who);
    let entry = app.stores.memory().get(session, key).await?;
    let band = entry.get("band").and_then(Value::as_str).and_then(|band| band.parse().ok());
    // How sensitive it is, only the entry says.
    access::allowed(app, "getMemory", who, band.unwrap_or(Band::Black)).await?;
    Ok(Reply::record(200, entry))
}

pub(super) async fn set(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let (session, key) = session(asked, who);
    let asks = body(asked);
    let band = asks.get("band").and_then(Value::as_str).and_then(|band| band.parse().ok());
    let write = MemoryWrite {
        value: asks.get("value").unwrap_or(&Value::Null),
        band: band.unwrap_or(Band::Green),
        // What is too large to be read is too long.
        ttl_seconds: asks.get("ttl_seconds").map(|ttl| ttl.as_u64().unwrap_or(u64::MAX)),
        base: asked.base(),
        idempotency_key: asked.header("idempotency-key"),
    };
    let written = app.stores.memory().set(session, key, write).await?;
    let entry = written.record;
    if !written.is_repeated {
        let mut payload = json!({"session_id": session.id, "key": key, "operation": "set",
            "version": entry.get("version"), "written_at": entry.get("updated_at")});
        if let (Some(ttl), Some(fields)) = (entry.get("ttl_seconds"), payload.as_object_mut()) {
            fields.insert("ttl_seconds".to_owned(), ttl.clone());
        }
        app.publish(Topic::MemoryWritten, Some(who), &payload);
    }
    Ok(Reply::record(200, entry))
}

pub(super) async fn delete(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let (session, key) = session(asked, who);
    app.stores.memory().delete(session, key, asked.base()).await?;
    let payload = json!({"session_id": session.id, "key": key, "operation": "delete",
        "version": asked.base() + 1, "written_at": now()});
    app.publish(Topic::MemoryWritten, Some(who), &payload);
    Ok(Reply::nothing())
}
