//! `api/openapi/modules/plugins.yaml`: the host answers, and a gate stands before every call.

use std::time::Instant;

use contract_embed::LogEvent;
use contract_routing::identity::Identity;
use serde_json::{Value, json};

use super::{Answer, body, of_path};
use crate::app::App;
use crate::http::{Asked, Problem, Reply};
use crate::safety;

/// What is known of plugins.
pub(super) fn look(app: &App, operation: &str, asked: &Asked) -> Answer {
    let name = of_path(asked, "name");
    let answer = match operation {
        "getPlugin" => app.plugins.get(name),
        "getPluginHealth" => app.plugins.health(name),
        _ => app.plugins.list(),
    };
    reply(answer)
}

pub(super) async fn call(app: &App, asked: &Asked, who: &Identity) -> Answer {
    let (name, asks) = (of_path(asked, "name").to_owned(), body(asked));
    let text = |key: &str| asks.get(key).and_then(Value::as_str);
    let (function, run) =
        (text("function").unwrap_or_default(), text("run_id").unwrap_or_default());
    if app.plugins.plugin(&name).is_some() {
        let at = (run, text("step_id").unwrap_or("call"));
        let ruling = safety::rule(&*app.gate, &app.stores, who, (&name, function), at).await;
        let ruling = ruling.map_err(|error| {
            // The API has no 503 here: whoever calls is told to come back.
            Problem::new(429, "safety_record_unavailable", error.to_string()).retry(1)
        })?;
        let decision = if ruling.is_allowed { "allow" } else { "deny" };
        let pairs = [("gate", app.gate.name()), ("decision", decision)];
        app.metrics.count("runtime_safety_decisions_total", &pairs);
        let fields = json!({
            "trace_id": asked.trace_id,
            "run_id": run,
            "gate": app.gate.name(),
            "decision": decision,
            "reason": ruling.justification,
        });
        app.log.tell(LogEvent::SafetyDecided, fields);
        if !ruling.is_allowed {
            return Err(Problem::new(403, "denied_by_gate", ruling.justification));
        }
    }
    let (host, bytes, start) = (app.plugins.clone(), asks.to_string(), Instant::now());
    let plugin = name.clone();
    let called = tokio::task::spawn_blocking(move || host.post(&plugin, bytes.as_bytes()));
    let answer =
        called.await.map_err(|_| Problem::new(429, "internal", "the call was lost").retry(1))?;
    if answer.status == 200 {
        let is_ok = answer.body.get("ok").and_then(Value::as_bool) == Some(true);
        let outcome = if is_ok { "ok" } else { "error" };
        let pairs = [("plugin", name.as_str()), ("outcome", outcome)];
        app.metrics.count("runtime_plugin_calls_total", &pairs);
        app.metrics.took("runtime_plugin_call_duration_seconds", &pairs, start.elapsed());
    }
    reply(answer)
}

fn reply(answer: contract_plugin_host::Answer) -> Answer {
    let headers = answer.retry_after.map(|seconds| ("retry-after", seconds.to_string()));
    let headers = headers.into_iter().collect();
    Ok(Reply { status: answer.status, headers, body: Some(answer.body) })
}
