//! Rust text for what a freeze holds: its files, and enums for the words that contracts fix.

use std::fmt::Write;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::frozen::Freeze;

/// Enums that are made from a list of words: the name, what it is, the file below the contracts, and the place of
/// the list.
const WORDS: [(&str, &str, &str, &str); 16] = [
    ("Band", "How sensitive something is.", COMMON, "/$defs/Band"),
    ("Mode", "How a runtime is run.", COMMON, "/$defs/Mode"),
    ("PluginState", "Where a plugin stands.", COMMON, "/$defs/PluginState"),
    ("EngineStatus", "How a cycle went.", COMMON, "/$defs/EngineStatus"),
    ("ResourceKind", "What a route leads to.", COMMON, "/$defs/ResourceKind"),
    ("Backend", "What keeps data.", COMMON, "/$defs/Backend"),
    (
        "Obligation",
        "What whoever handles an event must do.",
        ENVELOPE,
        "/properties/obligations/items",
    ),
    ("Delivery", "How often an event arrives.", ENVELOPE, "/properties/qos/properties/delivery"),
    ("ActorKind", "Who acts.", ENVELOPE, "/properties/actor/properties/kind"),
    (
        "LifecyclePhase",
        "What happened to a worker.",
        "events/schemas/engine_lifecycle.schema.json",
        "/properties/phase",
    ),
    (
        "EmptyReason",
        "Why a cycle had nothing to do.",
        "storage/schemas/cycle_record.schema.json",
        "/properties/empty_reason",
    ),
    (
        "Fault",
        "How a call of a plugin ended badly.",
        "storage/schemas/plugin_state.schema.json",
        "/properties/fault",
    ),
    (
        "Missing",
        "What a plugin cannot be loaded without.",
        "storage/schemas/plugin_state.schema.json",
        "/properties/missing",
    ),
    (
        "SpineEventType",
        "What a record of the spine is about.",
        "storage/schemas/event_spine_record.schema.json",
        "/properties/event_type",
    ),
    (
        "HealedProblem",
        "What was wrong with a state file.",
        "events/schemas/state_file_healed.schema.json",
        "/properties/problem",
    ),
    (
        "AuditOutcome",
        "What came of an attempt.",
        "events/schemas/audit_recorded.schema.json",
        "/properties/outcome",
    ),
];

const COMMON: &str = "storage/common.schema.json";
const ENVELOPE: &str = "events/envelope.schema.json";

#[derive(Deserialize)]
struct Topics {
    topics: Vec<Topic>,
}

#[derive(Deserialize)]
struct Topic {
    name: String,
    version: String,
    schema_ref: String,
    description: String,
    retention: String,
    obligations: Vec<String>,
    min_band: String,
}

#[derive(Deserialize)]
struct Bands {
    bands: Vec<Band>,
}

#[derive(Deserialize)]
struct Band {
    name: String,
    rank: u8,
    obligations: Vec<String>,
}

/// The module that the crate includes.
///
/// # Errors
/// When the contracts do not say what is asked of them here.
pub(crate) fn generate(freeze: &Freeze) -> Result<String, Vec<String>> {
    text(freeze).map_err(|problem| vec![problem])
}

fn text(freeze: &Freeze) -> Result<String, String> {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "/// The version of the set.\npub const VERSION: &str = {:?};",
        freeze.version
    );
    let _ =
        writeln!(out, "/// The digest of the freeze.\npub const ROOT: &str = {:?};", freeze.root);
    out.push_str("static FILES: &[File] = &[\n");
    for artifact in freeze.artifacts.iter().filter(|artifact| artifact.is_wanted()) {
        let (path, kind, content) = (artifact.below(), &artifact.kind, &artifact.content);
        let _ = writeln!(out, "    File {{ path: {path:?}, kind: {kind:?}, text: {content:?} }},");
    }
    out.push_str("];\n");
    documents(&mut out, freeze)?;
    for (name, about, path, pointer) in WORDS {
        let words = words(freeze, path, pointer)?;
        enumeration(&mut out, name, about, &words);
    }
    topics(&mut out, freeze)?;
    bands(&mut out, freeze)?;
    crate::observability::generate(&mut out, freeze)?;
    Ok(out)
}

/// Descriptions of APIs are written as YAML and read as JSON.
fn documents(out: &mut String, freeze: &Freeze) -> Result<(), String> {
    out.push_str("static DOCUMENTS: &[(&str, &str)] = &[\n");
    for artifact in freeze.artifacts.iter().filter(|artifact| artifact.kind == "openapi") {
        let path = artifact.below();
        let document: Value = serde_yaml::from_str(&artifact.content)
            .map_err(|error| format!("`{path}` is not understood: {error}"))?;
        let _ = writeln!(out, "    ({path:?}, {:?}),", document.to_string());
    }
    out.push_str("];\n");
    Ok(())
}

fn content<'f>(freeze: &'f Freeze, path: &str) -> Result<&'f str, String> {
    let found = freeze.artifacts.iter().find(|artifact| artifact.below() == path);
    let found = found.map(|artifact| artifact.content.as_str());
    found.ok_or_else(|| format!("freeze {} has no `{path}`", freeze.version))
}

fn words(freeze: &Freeze, path: &str, pointer: &str) -> Result<Vec<String>, String> {
    let wrong = |why: &str| format!("`{path}` {why} at `{pointer}/enum`");
    let value: Value = serde_json::from_str(content(freeze, path)?)
        .map_err(|error| format!("`{path}` is no JSON: {error}"))?;
    let list = value.pointer(pointer).and_then(|at| at.get("enum")).and_then(Value::as_array);
    let list = list.ok_or_else(|| wrong("has no list of words"))?;
    let words: Option<Vec<String>> =
        list.iter().map(|word| word.as_str().map(str::to_owned)).collect();
    words.ok_or_else(|| wrong("has more than words"))
}

/// `NOTE_CREATED`, `note_created` and `note.created` are `NoteCreated`.
pub(crate) fn pascal(word: &str) -> String {
    let parts = word.split(['_', '.']).filter(|part| !part.is_empty());
    let big = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|c| c.to_ascii_lowercase())).collect::<String>()
    };
    parts.map(big).collect()
}

fn enumeration(out: &mut String, name: &str, about: &str, words: &[String]) {
    let described = words.iter().map(|word| (word.as_str(), word.as_str(), format!("`{word}`")));
    described_enumeration(out, name, about, described);
}

/// An enum of words: the name of each, the word, and what it means.
pub(crate) fn described_enumeration<'w>(
    out: &mut String,
    name: &str,
    about: &str,
    words: impl Iterator<Item = (&'w str, &'w str, String)>,
) {
    let _ = writeln!(out, "words! {{\n    /// {about}\n    {name} {{");
    for (name, word, says) in words {
        let says = says.replace('\n', " ");
        let _ = writeln!(out, "        /// {says}\n        {} = {word:?},", pascal(name));
    }
    out.push_str("    }\n}\n");
}

fn list(name: &str, words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("{name}::{}", pascal(word))).collect();
    format!("&[{}]", words.join(", "))
}

/// A file of the contracts that is YAML.
pub(crate) fn yaml<T: DeserializeOwned>(freeze: &Freeze, path: &str) -> Result<T, String> {
    serde_yaml::from_str(content(freeze, path)?)
        .map_err(|error| format!("`{path}` is not understood: {error}"))
}

fn topics(out: &mut String, freeze: &Freeze) -> Result<(), String> {
    let topics: Topics = yaml(freeze, "events/topics.yaml")?;
    let ids: Vec<String> =
        topics.topics.iter().map(|t| format!("{}@{}", t.name, t.version)).collect();
    let words = topics.topics.iter().zip(&ids);
    let words = words.map(|(t, id)| (t.name.as_str(), id.as_str(), t.description.clone()));
    described_enumeration(out, "Topic", "What an event is about.", words);
    out.push_str("static TOPICS: &[TopicFacts] = &[\n");
    for topic in &topics.topics {
        let schema = topic.schema_ref.trim_start_matches("./");
        let _ = writeln!(
            out,
            "    TopicFacts {{ topic: Topic::{}, name: {:?}, version: {:?}, schema: {:?}, retention: {:?}, obligations: {}, min_band: Band::{} }},",
            pascal(&topic.name),
            topic.name,
            topic.version,
            format!("events/{schema}"),
            topic.retention,
            list("Obligation", &topic.obligations),
            pascal(&topic.min_band),
        );
    }
    out.push_str("];\n");
    Ok(())
}

fn bands(out: &mut String, freeze: &Freeze) -> Result<(), String> {
    let bands: Bands = yaml(freeze, "policy/bands.yaml")?;
    out.push_str("static BANDS: &[BandFacts] = &[\n");
    for band in &bands.bands {
        let _ = writeln!(
            out,
            "    BandFacts {{ band: Band::{}, rank: {}, obligations: {} }},",
            pascal(&band.name),
            band.rank,
            list("Obligation", &band.obligations),
        );
    }
    out.push_str("];\n");
    Ok(())
}
