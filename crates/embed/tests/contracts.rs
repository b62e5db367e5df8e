//! The frozen contracts as a program has them: examples, words, topics.

use contract_embed::{Band, Obligation, PluginState, Topic, UnknownWord, files, schema, schemas};
use serde_json::Value;

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
