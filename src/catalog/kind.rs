//! What an artifact is, told by its path first and its content second.

use crate::document::Value;

/// The part of the contracts that a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// HTTP APIs.
    Api,
    /// Event envelope, topics and payloads.
    Events,
    /// Stored records.
    Storage,
    /// Bands, roles, attributes.
    Policy,
    /// Metrics, traces, logs.
    Observability,
    /// Security modules.
    Security,
    /// None of these.
    Other,
}

/// What an artifact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A JSON Schema.
    Schema,
    /// The JSON Schema that every event satisfies.
    Envelope,
    /// A JSON Schema that every version of another artifact satisfies.
    Invariant,
    /// An instance with an expectation.
    Example,
    /// The catalog of topics.
    Topics,
    /// An OpenAPI document.
    OpenApi,
    /// Policy: bands, roles, bindings, attributes or rules, told apart by their keys.
    Policy,
    /// Metrics.
    Metrics,
    /// Spans of traces.
    Traces,
    /// Log events.
    Logs,
    /// Versions of the set or of a module.
    Versions,
    /// The changelog.
    Changelog,
    /// A migration guide.
    Migration,
    /// What a consumer reads and writes.
    Consumer,
    /// A freeze or its digest index.
    Freeze,
    /// Anything else.
    Other,
}

impl Kind {
    /// Whether the artifact is a JSON Schema of any role.
    pub fn is_schema(self) -> bool {
        matches!(self, Kind::Schema | Kind::Envelope | Kind::Invariant)
    }

    /// Every kind.
    pub const ALL: [Kind; 16] = [
        Kind::Schema,
        Kind::Envelope,
        Kind::Invariant,
        Kind::Example,
        Kind::Topics,
        Kind::OpenApi,
        Kind::Policy,
        Kind::Metrics,
        Kind::Traces,
        Kind::Logs,
        Kind::Versions,
        Kind::Changelog,
        Kind::Migration,
        Kind::Consumer,
        Kind::Freeze,
        Kind::Other,
    ];

    /// The kind as users read it, and write it in `[kinds]`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Schema => "schema",
            Kind::Envelope => "envelope",
            Kind::Invariant => "invariant",
            Kind::Example => "example",
            Kind::Topics => "topics",
            Kind::OpenApi => "openapi",
            Kind::Policy => "policy",
            Kind::Metrics => "metrics",
            Kind::Traces => "traces",
            Kind::Logs => "logs",
            Kind::Versions => "versions",
            Kind::Changelog => "changelog",
            Kind::Migration => "migration",
            Kind::Consumer => "consumer",
            Kind::Freeze => "freeze",
            Kind::Other => "other",
        }
    }
}

/// Kind by path; `None` when the content must be asked. `below` is the path below the contracts root.
pub(super) fn by_path(below: &str, area: Area, is_data: bool) -> Option<Kind> {
    let (folders, name) = below.rsplit_once('/').unwrap_or(("", below));
    let in_folder = |wanted: &str| folders.split('/').any(|f| f == wanted);
    let stem = name.split('.').next().unwrap_or(name);
    if folders == "_frozen" || folders.starts_with("_frozen/") {
        return Some(Kind::Freeze);
    }
    if in_folder("migrations") && name.ends_with(".md") && name.contains("-to-") {
        return Some(Kind::Migration);
    }
    if name == "CHANGELOG.md" {
        return Some(Kind::Changelog);
    }
    if !is_data || in_folder("laws") {
        return Some(Kind::Other);
    }
    if is_consumer_name(name) {
        return Some(Kind::Consumer);
    }
    if has_marker(name) {
        return Some(Kind::Example);
    }
    if is_schema_name(name) {
        let is_envelope = stem == "envelope" && area == Area::Events;
        return Some(if in_folder("invariants") {
            Kind::Invariant
        } else if is_envelope {
            Kind::Envelope
        } else {
            Kind::Schema
        });
    }
    if in_folder("examples") {
        return Some(Kind::Example);
    }
    if in_folder("schemas") {
        return Some(Kind::Schema);
    }
    match (stem, area) {
        ("versions", _) => Some(Kind::Versions),
        ("topics", Area::Events) => Some(Kind::Topics),
        (_, Area::Api) => Some(Kind::OpenApi),
        (_, Area::Policy) => Some(Kind::Policy),
        (_, Area::Observability) if in_folder("metrics") => Some(Kind::Metrics),
        (_, Area::Observability) if in_folder("traces") => Some(Kind::Traces),
        (_, Area::Observability) if in_folder("logs") => Some(Kind::Logs),
        _ => None,
    }
}

/// Kind of a document that its path does not tell.
pub(super) fn by_content(value: Option<&Value>) -> Kind {
    let Some(value) = value else {
        return Kind::Other;
    };
    if value.str_at("$schema").is_some_and(|s| s.contains("json-schema.org/")) {
        return Kind::Schema;
    }
    if value.get("openapi").is_some() {
        return Kind::OpenApi;
    }
    Kind::Other
}

/// Whether bytes have a word without which [`by_content`] says nothing; escapes may hide it.
pub(super) fn may_tell(bytes: &[u8]) -> bool {
    [&b"json-schema.org"[..], b"openapi", b"\\"]
        .iter()
        .any(|word| memchr::memmem::find(bytes, word).is_some())
}

/// Whether a file name says that it tells what a consumer relies on: `web.consumer.yaml`.
pub fn is_consumer_name(name: &str) -> bool {
    [".consumer.yaml", ".consumer.yml", ".consumer.json"].iter().any(|end| name.ends_with(end))
}

fn is_schema_name(name: &str) -> bool {
    [".schema.json", ".schema.yaml", ".schema.yml"].iter().any(|end| name.ends_with(end))
}

/// `x.example.json`, `x.example_02.json`, `x.invalid.missing-id.json`.
fn has_marker(name: &str) -> bool {
    marker(name).is_some()
}

fn marker(name: &str) -> Option<(usize, bool)> {
    let find = |word: &str| {
        let at = name.find(word)?;
        let rest = name.get(at + word.len()..)?;
        rest.starts_with(['.', '_', '-']).then_some(at)
    };
    match (find(".example"), find(".invalid")) {
        (Some(example), Some(invalid)) => Some((example.min(invalid), true)),
        (Some(example), None) => Some((example, false)),
        (None, Some(invalid)) => Some((invalid, true)),
        (None, None) => None,
    }
}

/// Whether a file name says that its instances must be rejected.
pub(super) fn is_meant_invalid(name: &str) -> bool {
    marker(name).is_some_and(|(_, invalid)| invalid)
}

/// The name that an example and its schema share.
pub(super) fn stem(name: &str) -> &str {
    if let Some((at, _)) = marker(name) {
        return name.get(..at).unwrap_or(name);
    }
    for end in [
        ".schema.json",
        ".schema.yaml",
        ".schema.yml",
        ".json",
        ".jsonl",
        ".ndjson",
        ".yaml",
        ".yml",
    ] {
        if let Some(stem) = name.strip_suffix(end) {
            return stem;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_pair_examples_with_schemas() {
        assert_eq!(stem("note.schema.json"), "note");
        assert_eq!(stem("note.example_02.json"), "note");
        assert_eq!(stem("note.example.minimal.json"), "note");
        assert_eq!(stem("note.invalid.missing-id.json"), "note");
        assert_eq!(stem("note.payload.example.json"), "note.payload");
        assert!(is_meant_invalid("note.example.invalid.json"));
        assert!(!is_meant_invalid("note.examples.json"));
    }
}
