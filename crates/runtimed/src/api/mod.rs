//! What each operation does. A name here is the `operationId` of the contracts; one that is not here is not done.

mod boards;
mod memory;
mod notes;
mod plugins;
mod spine;
mod tabular;

use std::sync::atomic::Ordering;

use contract_embed::EngineStatus;
use contract_embed::api::Operation;
use contract_routing::identity::Identity;
use contract_stores::{Page, Table};
use serde_json::{Value, json};

use crate::app::{App, age};
use crate::http::{Asked, Problem, Reply};

pub(crate) type Answer = Result<Reply, Problem>;

/// Does what an operation says.
pub(crate) async fn perform(
    app: &App,
    operation: &Operation,
    asked: &Asked,
    who: Option<&Identity>,
) -> Answer {
    let Some(who) = who else {
        return match operation.id.as_str() {
            "getHealth" => Ok(health(app)),
            other => Err(not_done(other)),
        };
    };
    match operation.id.as_str() {
        "listPlugins" | "getPlugin" | "getPluginHealth" => plugins::look(app, &operation.id, asked),
        "callPlugin" => plugins::call(app, asked, who).await,
        "createNote" => notes::create(app, asked, who).await,
        "listNotes" => notes::list(app, asked, who).await,
        "getNote" => notes::get(app, asked, who).await,
        "replaceNote" => notes::replace(app, asked, who).await,
        "deleteNote" => notes::delete(app, asked, who).await,
        "getMemory" => memory::get(app, asked, who).await,
        "setMemory" => memory::set(app, asked, who).await,
        "deleteMemory" => memory::delete(app, asked, who).await,
        "listBlackboardEntries" => boards::list(app, asked, who).await,
        "getBlackboardEntry" => boards::get(app, asked, who).await,
        "writeBlackboardEntry" => boards::write(app, asked, who).await,
        "appendSpineEvent" => spine::append(app, asked, who).await,
        "listSpineEvents" => spine::list(app, asked, who).await,
        "getSpineEvent" => spine::get(app, asked, who).await,
        id => match tabular::table(id) {
            Some((table, verb)) => tabular::perform(app, asked, who, (table, verb)).await,
            None => Err(not_done(id)),
        },
    }
}

fn not_done(id: &str) -> Problem {
    Problem::new(503, "not_implemented", format!("this runtime does not do `{id}`"))
}

/// How the runtime is. It answers as long as it runs.
fn health(app: &App) -> Reply {
    let beat = contract_supervisor::read_heartbeat(&app.data, crate::work::NAME);
    let status = match &beat {
        _ if app.is_degraded.load(Ordering::Relaxed) => EngineStatus::Degraded,
        Some(beat) => beat.engine_status,
        None => EngineStatus::Ok,
    };
    let mut body = json!({
        "status": status,
        "version": env!("CARGO_PKG_VERSION"),
        "contract_version": contract_embed::VERSION,
    });
    if let (Some(beat), Some(fields)) = (beat, body.as_object_mut()) {
        fields.insert("heartbeat_age_seconds".to_owned(), json!(age(&beat)));
    }
    Reply::ok(body)
}

/// A parameter of the path; that it is there was checked.
fn of_path<'a>(asked: &'a Asked, name: &str) -> &'a str {
    asked.path(name).unwrap_or_default()
}

fn body(asked: &Asked) -> &Value {
    asked.body().unwrap_or(&Value::Null)
}

fn page(page: Page) -> Reply {
    let mut body = json!({"items": page.items});
    if let (Some(cursor), Some(fields)) = (page.next_cursor, body.as_object_mut()) {
        fields.insert("next_cursor".to_owned(), json!(cursor));
    }
    Reply::ok(body)
}

/// Who writes: the user. An agent would have to be in the token.
fn author() -> Value {
    json!({"created_by": "user"})
}

/// Members of one object, for the payload of an event.
fn taken(from: &Value, keys: &[&str]) -> Value {
    let members = keys.iter().filter_map(|key| Some(((*key).to_owned(), from.get(key)?.clone())));
    Value::Object(members.collect())
}

/// The same with other names, and more.
fn with(mut value: Value, pairs: &[(&str, Value)]) -> Value {
    if let Some(fields) = value.as_object_mut() {
        for (key, value) in pairs {
            fields.insert((*key).to_owned(), value.clone());
        }
    }
    value
}

fn now() -> Value {
    json!(jiff::Timestamp::now().to_string())
}

/// What a table is called in paths.
fn folder(table: Table) -> &'static str {
    match table {
        Table::Flows => "flows",
        Table::Graphs => "graphs",
        Table::Overlays => "overlays",
    }
}
