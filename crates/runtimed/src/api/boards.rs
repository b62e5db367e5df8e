//! `api/openapi/modules/blackboard.yaml`.

use contract_embed::Topic;
use contract_routing::identity::Identity;
use contract_stores::Run;
use serde_json::Value;

use super::{Answer, author, body, of_path, page, taken, with};
use crate::app::App;
use crate::http::{Asked, Reply};

fn run<'a>(asked: &'a Asked, who: &'a Identity) -> Run<'a> {
    Run { who, project_id: of_path(asked, "project_id"), run_id: of_path(asked, "run_id") }
}

pub(super) async fn list(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let (cursor, limit) = asked.page();
    Ok(page(app.stores.blackboard().list(run(asked, who), cursor, limit).await?))
}

pub(super) async fn get(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let version = asked.version();
    let key = of_path(asked, "key");
    let entry = app.stores.blackboard().read(run(asked, who), key, version).await?;
    Ok(Reply::record(200, entry))
}

pub(super) async fn write(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let (run, key) = (run(asked, who), of_path(asked, "key"));
    let value = body(asked).get("value").unwrap_or(&Value::Null);
    let once = asked.header("idempotency-key");
    let board = app.stores.blackboard();
    let written = board.write(run, (key, value), asked.base(), &author(), once).await?;
    let entry = written.record;
    if !written.is_repeated {
        let keys =
            ["project_id", "run_id", "key", "version", "base_version", "size_bytes", "written_by"];
        let at = entry.get("updated_at").cloned().unwrap_or_default();
        app.publish(
            Topic::BlackboardWritten,
            Some(who),
            &with(taken(&entry, &keys), &[("written_at", at)]),
        );
    }
    if entry.get("version").and_then(Value::as_u64) == Some(1) {
        let (project, run) = (run.project_id, run.run_id);
        let location = format!("/v1/blackboards/{project}/{run}/entries/{key}");
        return Ok(Reply::record(201, entry).at(location));
    }
    Ok(Reply::record(200, entry))
}
