//! The frozen contracts as a program has them: examples, words, topics.

use std::collections::BTreeSet;
use std::path::Path;

use contract_embed::{
    Band, LogEvent, Obligation, PluginState, Topic, UnknownWord, files, schema, schemas,
};
use serde_json::{Value, json};

/// The schema that an example is of: `storage/examples/note.example_02.json` is of `storage/note`.
fn name_of(example: &str) -> String {
    let (folder, file) = example.split_once("/examples/").unwrap();
    format!("{folder}/{}", file.split('.').next().unwrap())
}

#[test]
fn every_example_is_told_apart() {
    let mut counts = (0, 0);
    for file in files().iter().filter(|file| file.kind == "example") {
        let value: Value = serde_json::from_str(file.text).unwrap();
        // An event is carried by the envelope, and its payload is of the topic.
        let is_event = file.path.starts_with("events/");
        let name = if is_event { "events/envelope".to_owned() } else { name_of(file.path) };
        let mut said = schema(&name, "1").unwrap().validate(&value);
        if is_event && said.is_ok() {
            let topic = value["topic"].as_str().unwrap();
            let topic =
                Topic::ALL.iter().find(|t| topic == t.as_str() || topic == t.name()).unwrap();
            let payload = schemas().find(|schema| schema.path() == topic.schema_path()).unwrap();
            said = payload.validate(&value["payload"]);
        }
        match file.path.contains(".invalid.") {
            true => counts.1 += 1,
            false => counts.0 += 1,
        }
        assert_eq!(said.is_err(), file.path.contains(".invalid."), "{}: {said:?}", file.path);
    }
    assert!(counts.0 > 50 && counts.1 > 20, "{counts:?}");
}

#[test]
fn words_are_those_of_the_contracts() {
    assert_eq!(serde_json::to_string(&PluginState::Unavailable).unwrap(), "\"UNAVAILABLE\"");
    assert_eq!("AMBER".parse(), Ok(Band::Amber));
    let unknown = UnknownWord { what: "Band", word: "PINK".to_owned() };
    assert_eq!("PINK".parse::<Band>(), Err(unknown));
    assert!(serde_json::from_str::<Band>("\"PINK\"").is_err());
    for topic in Topic::ALL {
        assert_eq!(serde_json::from_str::<Topic>(&format!("\"{topic}\"")).unwrap(), *topic);
        assert_eq!(topic.as_str(), format!("{}@{}", topic.name(), topic.version()));
        assert!(schemas().any(|schema| schema.path() == topic.schema_path()), "{topic}");
    }
    assert!(Band::Red.rank() > Band::Amber.rank());
    assert_eq!(Band::Black.obligations(), [Obligation::AuditAccess]);
    assert_eq!(Topic::NoteDeleted.obligations(), [Obligation::TombstoneOnDelete]);
}

#[test]
fn a_schema_is_found_in_the_version_that_was_asked_for() {
    for version in ["1", "1.0", "1.0.0"] {
        assert_eq!(
            schema("storage/note", version).unwrap().path(),
            "storage/schemas/note.schema.json"
        );
    }
    let later = schema("storage/note", "1.99").err().unwrap().to_string();
    assert_eq!(
        later,
        format!("schema `storage/note` is there in version {}, not 1.99", contract_embed::VERSION)
    );
    for (name, version) in [("storage/note", "2"), ("storage/note", "x"), ("storage/nothing", "1")]
    {
        assert!(schema(name, version).is_err(), "{name} {version}");
    }
}

fn every(value: &Value, at: &str, see: &mut impl FnMut(&str, &Value)) {
    see(at, value);
    let members: Vec<(String, &Value)> = match value {
        Value::Object(all) => all.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(all) => all.iter().enumerate().map(|(n, v)| (n.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in members {
        every(value, &format!("{at}/{key}"), see);
    }
}

/// `TenantId` is what a property `tenant_id` is.
fn as_property(definition: &str) -> String {
    let mut name = String::new();
    for (at, letter) in definition.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// What has the name of a common definition refers to it, and writes it nowhere again.
#[test]
fn storage_schemas_refer_to_the_common_definitions() {
    let read = |path: &str| -> Value {
        serde_json::from_str(contract_embed::file(path).unwrap().text).unwrap()
    };
    let common = read("storage/common.schema.json");
    let definitions = common["$defs"].as_object().unwrap();
    let names: BTreeSet<String> = definitions.keys().map(|name| as_property(name)).collect();
    assert!(names.len() > 20 && names.contains("tenant_id"), "{names:?}");
    let mut references = 0;
    for file in files().iter().filter(|file| file.path.starts_with("storage/schemas/")) {
        every(&read(file.path), "", &mut |at, value| {
            let Some((above, name)) = at.rsplit_once('/') else { return };
            // A condition narrows what the properties say already.
            let is_said = above.ends_with("/properties") && !above.contains("/allOf/");
            if !is_said || !names.contains(name) {
                return;
            }
            // A `version` may be that of a record or that of a program.
            let reference = value["$ref"].as_str().unwrap_or_default();
            assert!(reference.starts_with("../common.schema.json#/$defs/"), "{}{at}", file.path);
            references += 1;
        });
    }
    assert!(references > 50, "{references}");
}

/// A page that people read states the version of the set, or none.
#[test]
fn pages_state_no_other_version() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let versions = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let is_one = |word: &&str| {
            let parts: Vec<&str> = word.trim_matches('.').split('.').collect();
            parts.len() == 3 && parts.iter().all(|part| part.parse::<u64>().is_ok())
        };
        words.filter(is_one).map(|word| word.trim_matches('.').to_owned()).collect()
    };
    assert_eq!(versions("now 1.2.3, before `0.9.1`."), ["1.2.3", "0.9.1"]);
    for page in ["README.md", "policy/POLICY_VERSIONING.md", "security/modules/README.md"] {
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        for version in versions(&text) {
            assert_eq!(version, contract_embed::VERSION, "{page}");
        }
    }
    let main = contract_embed::file("api/openapi/main.yaml").unwrap().text;
    let info = main.split("servers:").next().and_then(|head| head.split("info:").nth(1));
    assert_eq!(versions(info.unwrap()), [contract_embed::VERSION]);
}

#[test]
fn a_line_of_the_log_has_its_level_and_its_fields_only() {
    let fields = json!({"worker": "engine", "pid": 7, "exit_code": null});
    let line = LogEvent::WorkerKilled.line("2026-11-22T09:00:00Z", fields);
    let written = json!({"ts": "2026-11-22T09:00:00Z", "level": "warning", "event": "worker_killed",
        "worker": "engine", "pid": 7});
    assert_eq!(line, written);
    assert_eq!(LogEvent::of_line(&line), Ok(LogEvent::WorkerKilled));
    for (key, value, says) in [
        ("event", json!("worker_slain"), "`worker_slain` is no LogEvent"),
        ("level", json!("error"), "`worker_killed` has level `warning`, not `error`"),
        ("ts", json!(null), "`worker_killed` does not say when"),
        ("cycle", json!(7), "`worker_killed` has no field `cycle`"),
        ("pid", json!("7"), "`pid` of `worker_killed` is no integer: \"7\""),
    ] {
        let mut wrong = line.clone();
        wrong[key] = value;
        assert_eq!(LogEvent::of_line(&wrong), Err(says.to_owned()));
    }
}
