//! What a runtime tells of itself, as the contracts fix it: events of the log with their level and fields, metrics
//! with their labels, spans with their attributes. Telling it is done elsewhere.

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::{LOG_EVENTS, LogEvent, METRICS, Metric, SPANS, Span};

/// What the contracts say of an event of the log.
#[derive(Debug)]
pub(crate) struct LogFacts {
    pub(crate) event: LogEvent,
    pub(crate) level: &'static str,
    /// Each with its type.
    pub(crate) fields: &'static [(&'static str, &'static str)],
}

/// What the contracts say of a metric.
#[derive(Debug)]
pub(crate) struct MetricFacts {
    pub(crate) metric: Metric,
    pub(crate) kind: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) about: &'static str,
    pub(crate) labels: &'static [&'static str],
}

/// What the contracts say of a span.
#[derive(Debug)]
pub(crate) struct SpanFacts {
    pub(crate) span: Span,
    pub(crate) attributes: &'static [&'static str],
}

/// Fields that every line has besides its own.
const EVERY: [&str; 3] = ["ts", "level", "event"];

impl LogEvent {
    fn facts(self) -> Option<&'static LogFacts> {
        LOG_EVENTS.iter().find(|facts| facts.event == self)
    }

    /// How bad it is: `info`, `warning` or `error`.
    pub fn level(self) -> &'static str {
        self.facts().map_or("error", |facts| facts.level)
    }

    /// Its fields, `ts` among them.
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        let fields = self.facts().map_or(&[][..], |facts| facts.fields);
        fields.iter().map(|(name, _)| *name)
    }

    /// The line of a moment, a timestamp of RFC 3339, with the fields of an object; those that are null are left out.
    pub fn line(self, at: impl Display, fields: Value) -> Value {
        let mut line = Map::new();
        line.insert("ts".to_owned(), at.to_string().into());
        line.insert("level".to_owned(), self.level().into());
        line.insert("event".to_owned(), self.as_str().into());
        if let Value::Object(fields) = fields {
            line.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
        }
        Value::Object(line)
    }

    /// Reads a line.
    ///
    /// # Errors
    /// What about it is not as the contracts say.
    pub fn of_line(line: &Value) -> Result<LogEvent, String> {
        let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default();
        let event: LogEvent = text("event").parse().map_err(|error| format!("{error}"))?;
        if text("level") != event.level() {
            return Err(format!(
                "`{event}` has level `{}`, not `{}`",
                event.level(),
                text("level")
            ));
        }
        if text("ts").is_empty() {
            return Err(format!("`{event}` does not say when"));
        }
        let known = event.facts().map_or(&[][..], |facts| facts.fields);
        for (name, value) in line.as_object().into_iter().flatten() {
            if EVERY.contains(&name.as_str()) {
                continue;
            }
            let Some((_, kind)) = known.iter().find(|(known, _)| known == name) else {
                return Err(format!("`{event}` has no field `{name}`"));
            };
            let fits = match *kind {
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "array" => value.is_array(),
                _ => false,
            };
            if !fits {
                return Err(format!("`{name}` of `{event}` is no {kind}: {value}"));
            }
        }
        Ok(event)
    }
}

impl Metric {
    fn facts(self) -> Option<&'static MetricFacts> {
        METRICS.iter().find(|facts| facts.metric == self)
    }

    /// `counter`, `gauge` or `histogram`.
    pub fn kind(self) -> &'static str {
        self.facts().map_or("", |facts| facts.kind)
    }

    /// `seconds`, `bytes`, `ratio`, or `1` for what is counted.
    pub fn unit(self) -> &'static str {
        self.facts().map_or("", |facts| facts.unit)
    }

    /// What it tells, in a sentence.
    pub fn about(self) -> &'static str {
        self.facts().map_or("", |facts| facts.about)
    }

    /// Its labels.
    pub fn labels(self) -> &'static [&'static str] {
        self.facts().map_or(&[], |facts| facts.labels)
    }
}

impl Span {
    /// Its attributes.
    pub fn attributes(self) -> &'static [&'static str] {
        SPANS.iter().find(|facts| facts.span == self).map_or(&[], |facts| facts.attributes)
    }
}
