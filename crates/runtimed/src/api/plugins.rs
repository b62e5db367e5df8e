//! `api/openapi/modules/plugins.yaml`: the host answers, and a gate stands before every call.

use std::time::Instant;

use contract_embed::{LogEvent, Metric, Span, Topic};
use contract_routing::identity::Identity;
use serde_json::{Value, json};

use super::{Answer, body, now, of_path};
use crate::app::App;
use crate::http::{Asked, Problem, Reply};
use crate::trace::Trace;
use crate::{safety, trace};

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
    let step = text("step_id");
    if app.plugins.plugin(&name).is_some() {
        gated(app, who, (&name, function), (run, step.unwrap_or("call"))).await?;
    }
    let (host, bytes, start) = (app.plugins.clone(), asks.to_string(), Instant::now());
    let plugin = name.clone();
    let called = trace::blocking(move || host.post(&plugin, bytes.as_bytes()));
    let answer =
        called.await.map_err(|_| Problem::new(429, "internal", "the call was lost").retry(1))?;
    if answer.status == 200 {
        let is_ok = answer.body.get("ok").and_then(Value::as_bool) == Some(true);
        let outcome = if is_ok { "ok" } else { "error" };
        let pairs = [("plugin", name.as_str()), ("outcome", outcome)];
        app.metrics.count(Metric::RuntimePluginCallsTotal, &pairs);
        app.metrics.took(Metric::RuntimePluginCallDurationSeconds, &pairs, start.elapsed());
        let of = |pointer: &str| answer.body.pointer(pointer).cloned();
        trace::tell(&app.log, Span::PluginCall, start.elapsed(), || {
            json!({
                "plugin.name": name,
                "plugin.state": of("/state"),
                "fault": of("/error/fault"),
                "run.id": run,
                "step.id": step,
            })
        });
    }
    reply(answer)
}

/// Whether the gate lets a call through; what it decided is on record and published.
async fn gated(
    app: &App,
    who: &Identity,
    called: (&str, &str),
    (run, step): (&str, &str),
) -> Result<(), Problem> {
    let start = Instant::now();
    let ruled = safety::rule(&*app.gate, &app.stores, who, called, (run, step)).await;
    let (ruling, has_failed) = ruled.map_err(|error| {
        // The API has no 503 here: whoever calls is told to come back.
        Problem::new(429, "safety_record_unavailable", error.to_string()).retry(1)
    })?;
    let (gate, decision) = (app.gate.name(), safety::word(&ruling));
    let labels = [("gate", gate), ("decision", decision)];
    app.metrics.count(Metric::RuntimeSafetyDecisionsTotal, &labels);
    trace::tell(
        &app.log,
        Span::SafetyGate,
        start.elapsed(),
        || json!({"gate": gate, "decision": decision, "run.id": run, "step.id": step}),
    );
    let fields = json!({
        "trace_id": Trace::here().map(|trace| trace.trace_id),
        "run_id": run,
        "gate": gate,
        "decision": decision,
        "reason": ruling.justification,
    });
    app.log.tell(LogEvent::SafetyDecided, fields);
    let payload = json!({
        "decision_id": ulid::Ulid::generate().to_string(),
        "gate": gate,
        "decision": decision,
        "gate_failed": has_failed,
        "justification": ruling.justification,
        "run_id": run,
        "step_id": step,
        "decided_at": now(),
    });
    app.publish(Topic::SafetyDecided, Some(who), &payload);
    if ruling.is_allowed {
        Ok(())
    } else {
        Err(Problem::new(403, "denied_by_gate", ruling.justification))
    }
}

fn reply(answer: contract_plugin_host::Answer) -> Answer {
    let headers = answer.retry_after.map(|seconds| ("retry-after", seconds.to_string()));
    let headers = headers.into_iter().collect();
    Ok(Reply { status: answer.status, headers, body: Some(answer.body) })
}
