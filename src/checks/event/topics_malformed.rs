//! The shape of `topics.yaml`.
use crate::catalog::{Catalog, ItemId, Kind, Topic};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};
use crate::tree::ArtifactPath;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "topic catalog lacks its shape",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The catalog has no `topics`, or an entry has no name, no `schema_ref`, or a misspelled key.",
        why: "A topic without name or schema cannot be checked, and a misspelled key says nothing.",
        bad: fixture!("topics-malformed/fail/basic/contracts/events/topics.yaml"),
        good: fixture!("topics-malformed/pass/basic/contracts/events/topics.yaml"),
        fix: "Give every entry `name`, `version` and `schema_ref`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("topics-malformed");

const KEYS: &[&str] = &[
    "name",
    "version",
    "schema_ref",
    "description",
    "retention",
    "obligations",
    "min_band",
    "deprecated",
    "owner",
    "producers",
    "consumers",
    "sunset",
    "replaced_by",
];

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(item) = catalog.item(id).filter(|item| item.kind == Kind::Topics) else {
        return Vec::new();
    };
    let Some(value) = item.value() else {
        return Vec::new();
    };
    let list = value.get("topics");
    if !list.is_some_and(|l| l.is_array() || l.is_object()) {
        let location = Location::value(&item.path, Pointer::root().join("topics"));
        let finding = Finding::new(CODE, "topic catalog has no list `topics`", location)
            .label("no list here");
        return vec![finding.help("write `topics:` with an entry for every topic")];
    }
    let own = catalog.topics.iter().filter(|t| t.item == id);
    own.flat_map(|topic| entry(catalog, &item.path, topic)).collect()
}

fn entry(catalog: &Catalog, path: &ArtifactPath, topic: &Topic) -> Vec<Finding> {
    let Some(value) = catalog.value_at(topic.item, &topic.at) else {
        return Vec::new();
    };
    let fail = |message: String, location: Location, label: &str, help: &str| {
        Finding::new(CODE, message, location).label(label).about(topic.full_name()).help(help)
    };
    if !value.is_object() {
        let location = Location::value(path, &topic.at);
        return vec![fail(
            format!("topic is of type {}", value.type_name()),
            location,
            "not an entry",
            "write `name`, `version` and `schema_ref`",
        )];
    }
    let mut findings = Vec::new();
    if topic.name.is_none() {
        let location = Location::value(path, &topic.at);
        findings.push(fail("topic has no `name`".to_owned(), location, "no name", "add `name`"));
    }
    if topic.schema_ref.is_none() {
        let message = format!("topic `{}` has no `schema_ref`", topic.full_name());
        let help = "name the payload schema by `schema_ref`, a path from this file or a `$id`";
        findings.push(fail(message, Location::value(path, &topic.at), "no payload schema", help));
    }
    findings.extend(wrong_types(path, topic, value));
    for member in value
        .members()
        .iter()
        .filter(|m| !KEYS.contains(&m.key.as_str()) && !m.key.starts_with("x-"))
    {
        let near = KEYS.iter().find(|key| strsim::damerau_levenshtein(key, &member.key) <= 2);
        if let Some(near) = near {
            let location = Location::key(path, topic.at.join(&member.key));
            findings.push(fail(
                format!("`{}` is no key of a topic", member.key),
                location,
                "means nothing",
                &format!("write `{near}`"),
            ));
        }
    }
    findings
}

/// A key that is there and says nothing: `obligations:` without a list.
fn wrong_types(path: &ArtifactPath, topic: &Topic, value: &Value) -> Vec<Finding> {
    let fits = |key: &str, value: &Value| match key {
        "obligations" => value.is_array(),
        "min_band" | "description" => value.as_str().is_some(),
        _ => true,
    };
    let wrong = value.members().iter().filter(|m| !fits(&m.key, &m.value));
    wrong
        .map(|m| {
            let wanted = if m.key == "obligations" { "a list" } else { "a text" };
            let name = topic.full_name();
            let message =
                format!("`{}` of topic `{name}` is {}, not {wanted}", m.key, m.value.type_name());
            let finding = Finding::new(CODE, message, Location::key(path, topic.at.join(&m.key)));
            finding
                .label("wrong type")
                .about(name)
                .help(format!("write {wanted}, or leave the key out"))
        })
        .collect()
}
