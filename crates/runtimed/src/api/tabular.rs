//! `api/openapi/modules/flows.yaml`: flows, graphs and overlays, which differ in their names.

use contract_embed::Topic;
use contract_routing::identity::Identity;
use contract_stores::Table;
use serde_json::{Value, json};

use super::{Answer, body, folder, of_path, page, taken, with};
use crate::app::App;
use crate::http::{Asked, Problem, Reply};

/// What is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verb {
    Create,
    List,
    Get,
    Save,
    Delete,
}

/// Operations, and what they are about.
const OPERATIONS: [(&str, Table, Verb); 15] = [
    ("createFlow", Table::Flows, Verb::Create),
    ("listFlows", Table::Flows, Verb::List),
    ("getFlow", Table::Flows, Verb::Get),
    ("saveFlow", Table::Flows, Verb::Save),
    ("deleteFlow", Table::Flows, Verb::Delete),
    ("createGraph", Table::Graphs, Verb::Create),
    ("listGraphs", Table::Graphs, Verb::List),
    ("getGraph", Table::Graphs, Verb::Get),
    ("saveGraph", Table::Graphs, Verb::Save),
    ("deleteGraph", Table::Graphs, Verb::Delete),
    ("createOverlay", Table::Overlays, Verb::Create),
    ("listOverlays", Table::Overlays, Verb::List),
    ("getOverlay", Table::Overlays, Verb::Get),
    ("saveOverlay", Table::Overlays, Verb::Save),
    ("deleteOverlay", Table::Overlays, Verb::Delete),
];

pub(super) fn table(operation: &str) -> Option<(Table, Verb)> {
    let found = OPERATIONS.iter().find(|(id, ..)| *id == operation);
    found.map(|(_, table, verb)| (*table, *verb))
}

pub(super) async fn perform(
    app: &App,
    asked: &Asked,
    who: &Identity,
    (table, verb): (Table, Verb),
) -> Answer {
    let tabular = app.stores.tabular(table);
    let id = of_path(asked, &format!("{}_id", table.what()));
    match verb {
        Verb::Create => {
            let key = asked.header("idempotency-key");
            let scoped = scoped(body(asked), who);
            let written = tabular.create(who, &scoped, key).await?;
            if !written.is_repeated {
                saved(app, who, table, &written.record);
            }
            let id = written.record.get("id").and_then(Value::as_str).unwrap_or_default();
            let location = format!("/v1/{}/{id}", folder(table));
            Ok(Reply::record(201, written.record).at(location))
        }
        Verb::List => {
            let (cursor, limit) = asked.page();
            let of = (asked.query("surface_id"), asked.query("project_id"));
            Ok(page(tabular.list(who, of, cursor, limit).await?))
        }
        Verb::Get => {
            let version = asked.version();
            Ok(Reply::record(200, tabular.read(who, id, version).await?))
        }
        Verb::Save => {
            let record = tabular.save(who, id, body(asked), asked.base()).await?;
            saved(app, who, table, &record);
            Ok(Reply::record(200, record))
        }
        Verb::Delete => {
            tabular.delete(who, id, asked.base()).await.map_err(Problem::from)?;
            Ok(Reply::nothing())
        }
    }
}

/// Surface and project of a new record were checked as a part of who asks; in the record they stand in its scope.
fn scoped(body: &Value, who: &Identity) -> Value {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.shift_remove("surface_id");
        fields.shift_remove("project_id");
    }
    with(body, &[("scope", who.scope())])
}

fn saved(app: &App, who: &Identity, table: Table, record: &Value) {
    if table != Table::Flows {
        return;
    }
    let steps = record.pointer("/json_blob/steps").and_then(Value::as_array).map_or(0, Vec::len);
    let part = |key: &str| record.get(key).cloned().unwrap_or_default();
    let payload = with(
        taken(record, &["scope", "name", "version"]),
        &[("flow_id", part("id")), ("step_count", json!(steps)), ("saved_at", part("updated_at"))],
    );
    app.publish(Topic::FlowSaved, Some(who), &payload);
}
