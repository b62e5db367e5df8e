//! Rust text for what a runtime tells of itself: events of the log, metrics, spans.

use std::fmt::Write;

use serde::Deserialize;

use crate::code::{described_enumeration, pascal, yaml};
use crate::frozen::Freeze;

#[derive(Deserialize)]
struct Logs {
    fields: Vec<Field>,
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Event {
    name: String,
    level: String,
    description: String,
    fields: Vec<String>,
}

#[derive(Deserialize)]
struct Metrics {
    metrics: Vec<Metric>,
}

#[derive(Deserialize)]
struct Metric {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    unit: String,
    description: String,
    labels: Vec<String>,
}

#[derive(Deserialize)]
struct Traces {
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    name: String,
    description: String,
    attributes: Vec<String>,
}

const LOGS: &str = "observability/logs/runtime.yaml";

/// An enum for each of them, and a table of what the contracts say of its words.
pub(crate) fn generate(out: &mut String, freeze: &Freeze) -> Result<(), String> {
    logs(out, &yaml(freeze, LOGS)?)?;
    metrics(out, &yaml(freeze, "observability/metrics/runtime.yaml")?);
    spans(out, &yaml(freeze, "observability/traces/runtime.yaml")?);
    Ok(())
}

fn logs(out: &mut String, logs: &Logs) -> Result<(), String> {
    let words = logs
        .events
        .iter()
        .map(|event| (event.name.as_str(), event.name.as_str(), event.description.clone()));
    described_enumeration(out, "LogEvent", "What a line of the log tells.", words);
    out.push_str("static LOG_EVENTS: &[LogFacts] = &[\n");
    for event in &logs.events {
        let mut fields = Vec::new();
        for name in &event.fields {
            let known = logs.fields.iter().find(|field| field.name == *name);
            let known = known.ok_or_else(|| format!("`{LOGS}` does not say what `{name}` is"))?;
            fields.push((&known.name, &known.kind));
        }
        let (variant, level) = (pascal(&event.name), &event.level);
        let _ = writeln!(
            out,
            "    LogFacts {{ event: LogEvent::{variant}, level: {level:?}, fields: &{fields:?} }},"
        );
    }
    out.push_str("];\n");
    Ok(())
}

fn metrics(out: &mut String, metrics: &Metrics) {
    let all = &metrics.metrics;
    let words = all
        .iter()
        .map(|metric| (metric.name.as_str(), metric.name.as_str(), metric.description.clone()));
    described_enumeration(out, "Metric", "What is counted or measured.", words);
    out.push_str("static METRICS: &[MetricFacts] = &[\n");
    for Metric { name, kind, unit, description, labels } in all {
        let variant = pascal(name);
        let _ = writeln!(
            out,
            "    MetricFacts {{ metric: Metric::{variant}, kind: {kind:?}, unit: {unit:?}, about: {description:?}, labels: &{labels:?} }},"
        );
    }
    out.push_str("];\n");
}

fn spans(out: &mut String, traces: &Traces) {
    let words = traces
        .spans
        .iter()
        .map(|span| (span.name.as_str(), span.name.as_str(), span.description.clone()));
    described_enumeration(out, "Span", "A part of a trace.", words);
    out.push_str("static SPANS: &[SpanFacts] = &[\n");
    for Span { name, attributes, .. } in &traces.spans {
        let variant = pascal(name);
        let _ = writeln!(
            out,
            "    SpanFacts {{ span: Span::{variant}, attributes: &{attributes:?} }},"
        );
    }
    out.push_str("];\n");
}
