//! `api/openapi/modules/notes.yaml`.

use contract_embed::Topic;
use contract_routing::identity::Identity;
use contract_stores::NoteFilter;
use serde_json::{Value, json};

use super::{Answer, author, body, now, of_path, page, taken, with};
use crate::app::App;
use crate::http::{Asked, Problem, Reply};

pub(super) async fn create(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let key = asked.header("idempotency-key");
    let written = app.stores.notes().create(who, body(asked), &author(), key).await?;
    let note = written.record;
    let id = note.get("note_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !written.is_repeated {
        let keys = [
            "note_id",
            "user_id",
            "surface_id",
            "project_id",
            "content_format",
            "tags",
            "source",
            "version",
        ];
        let created = note.pointer("/timestamps/created_at").cloned().unwrap_or_default();
        let payload = with(taken(&note, &keys), &[("created_at", created)]);
        app.publish(Topic::NoteCreated, Some(who), &payload);
    }
    Ok(Reply::record(201, note).at(format!("/v1/notes/{id}")))
}

pub(super) async fn list(app: &App, asked: &Asked, who: &Identity) -> Answer {
    if asked.query("user_id").is_some_and(|user| user != who.user_id) {
        return Err(Problem::new(403, "forbidden", "notes are listed by their own user"));
    }
    let text = |name: &str| asked.query(name).map(str::to_owned);
    let filter = NoteFilter {
        surface_id: text("surface_id"),
        project_id: text("project_id"),
        tag: text("tag"),
    };
    let (cursor, limit) = asked.page();
    Ok(page(app.stores.notes().list(who, &filter, cursor, limit).await?))
}

pub(super) async fn get(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let note = app.stores.notes().get(who, of_path(asked, "note_id")).await?;
    Ok(Reply::record(200, note))
}

pub(super) async fn replace(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let (id, notes) = (of_path(asked, "note_id"), app.stores.notes());
    let (before, after) = notes.replace(who, id, body(asked), &author(), asked.base()).await?;
    let keys = ["title", "content", "content_format", "tags", "project_id"];
    let mut changed: Vec<&str> =
        keys.into_iter().filter(|key| before.get(*key) != after.get(*key)).collect();
    if changed.is_empty() {
        // A version is written whatever is in it, and an event names at least one field.
        changed.push("content");
    }
    let updated = after.pointer("/timestamps/updated_at").cloned().unwrap_or_default();
    let keys = ["note_id", "user_id", "surface_id", "project_id", "source", "version"];
    let payload =
        with(taken(&after, &keys), &[("changed", json!(changed)), ("updated_at", updated)]);
    app.publish(Topic::NoteUpdated, Some(who), &payload);
    Ok(Reply::record(200, after))
}

pub(super) async fn delete(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let id = of_path(asked, "note_id");
    let gone = app.stores.notes().delete(who, id, asked.base()).await?;
    let payload = with(
        taken(&gone, &["note_id", "user_id", "surface_id"]),
        &[
            ("last_version", gone.get("version").cloned().unwrap_or_default()),
            ("tombstone_id", json!(ulid::Ulid::generate().to_string())),
            ("deleted_by", author()),
            ("deleted_at", now()),
        ],
    );
    app.publish(Topic::NoteDeleted, Some(who), &payload);
    Ok(Reply::nothing())
}
