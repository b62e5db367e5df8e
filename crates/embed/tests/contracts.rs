//! The frozen contracts as a program has them: examples, words, topics, and what the build refuses.
#![expect(clippy::unwrap_used, reason = "a test stops")]

use std::path::{Path, PathBuf};
use std::process::Command;

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
    let later = schema("storage/note", "1.7").err().unwrap().to_string();
    assert_eq!(later, "schema `storage/note` is there in version 1.0.0, not 1.7");
    for (name, version) in [("storage/note", "2"), ("storage/note", "x"), ("storage/nothing", "1")]
    {
        assert!(schema(name, version).is_err(), "{name} {version}");
    }
}

/// A repository with the contracts and nothing else, and what the build says of it.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Repository {
        let repository = Repository(tempfile::tempdir().unwrap());
        let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
        copy(&contracts, &repository.path("contracts"));
        std::fs::create_dir_all(repository.path("crates/embed")).unwrap();
        std::fs::create_dir(repository.path("out")).unwrap();
        repository
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// Runs the program that cargo runs for this crate; nothing is the same as no errors.
    fn build(&self) -> Vec<String> {
        let output = Command::new(env!("CONTRACTS_BUILD_SCRIPT"))
            .env("CARGO_MANIFEST_DIR", self.path("crates/embed"))
            .env("OUT_DIR", self.path("out"))
            .output()
            .unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let errors = stdout.lines().filter_map(|line| line.strip_prefix("cargo::error="));
        let errors: Vec<String> = errors.map(str::to_owned).collect();
        assert_eq!(output.status.success(), errors.is_empty(), "{stdout}");
        errors
    }

    fn change(&self, path: &str, change: impl Fn(String) -> String) {
        let path = self.path(path);
        std::fs::write(&path, change(std::fs::read_to_string(&path).unwrap())).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

const NOTE: &str = "contracts/storage/schemas/note.schema.json";

#[test]
fn what_is_frozen_is_built() {
    let repository = Repository::new();
    assert_eq!(repository.build(), [""; 0]);
    assert!(
        std::fs::read_to_string(repository.path("out/contracts.rs"))
            .unwrap()
            .contains("NoteCreated")
    );
    // What people read may change between two freezes, and line endings are those of the checkout.
    repository.change("contracts/CHANGELOG.md", |text| text + "\n## Next\n");
    repository.change(NOTE, |text| text.replace('\n', "\r\n"));
    assert_eq!(repository.build(), [""; 0]);
}

#[test]
fn a_schema_that_nobody_froze_is_not_built() {
    let repository = Repository::new();
    repository.change(NOTE, |text| text.replace("\"maxLength\":", "\"maxLength\": 1"));
    let errors = repository.build();
    assert_eq!(errors[0], format!("`{NOTE}` is not what freeze 1.0.0 holds"));
    assert!(errors[1].contains("contract-guard workflow minor"), "{errors:?}");
    std::fs::remove_file(repository.path(NOTE)).unwrap();
    assert_eq!(repository.build()[0], format!("`{NOTE}` is gone, and freeze 1.0.0 holds it"));
}

#[test]
fn a_new_schema_waits_for_its_freeze() {
    let repository = Repository::new();
    let new = "contracts/storage/schemas/diary.schema.json";
    std::fs::copy(repository.path(NOTE), repository.path(new)).unwrap();
    assert_eq!(repository.build()[0], format!("`{new}` is in no freeze"));
}

#[test]
fn a_freeze_that_was_edited_is_none() {
    let repository = Repository::new();
    let latest = "contracts/_frozen/freeze-latest.json";
    repository.change(latest, |text| text.replacen("Crockford", "crockford", 1));
    let errors = repository.build();
    assert!(errors[0].contains("was edited") && errors[0].contains("restore it"), "{errors:?}");
    std::fs::remove_file(repository.path(latest)).unwrap();
    let errors = repository.build();
    assert!(errors[0].contains("contract-guard freeze create"), "{errors:?}");
}
