//! What is embedded is what was frozen, byte for byte, and the build refuses everything else.

use std::path::{Path, PathBuf};
use std::process::Command;

use contract_embed::{ROOT, VERSION, files};
use serde_json::Value;

/// Kinds of frozen files that are for people, or for the gate alone.
const NOT_EMBEDDED: [&str; 3] = ["changelog", "other", "versions"];

#[test]
fn embedded_contracts_are_the_frozen_ones() {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let freeze = std::fs::read(contracts.join("_frozen/freeze-latest.json")).unwrap();
    let freeze: Value = serde_json::from_slice(&freeze).unwrap();
    assert_eq!((&freeze["version"], &freeze["root"]), (&VERSION.into(), &ROOT.into()));
    let frozen = freeze["artifacts"].as_array().unwrap().iter();
    let frozen: Vec<&Value> =
        frozen.filter(|it| !NOT_EMBEDDED.contains(&it["kind"].as_str().unwrap())).collect();
    assert!(frozen.len() > 100, "{}", frozen.len());
    assert_eq!(files().len(), frozen.len());
    for (file, frozen) in files().iter().zip(frozen) {
        assert_eq!(format!("contracts/{}", file.path), frozen["path"]);
        assert_eq!((&file.kind.into(), &file.text.into()), (&frozen["kind"], &frozen["content"]));
        // And what is on the disk is that, too, but for line endings.
        let disk = std::fs::read_to_string(contracts.join(file.path)).unwrap();
        assert_eq!(disk.replace("\r\n", "\n"), file.text.replace("\r\n", "\n"), "{}", file.path);
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
    assert_eq!(errors[0], format!("`{NOTE}` is not what freeze {VERSION} holds"));
    assert!(errors[1].contains("contract-guard workflow minor"), "{errors:?}");
    std::fs::remove_file(repository.path(NOTE)).unwrap();
    assert_eq!(repository.build()[0], format!("`{NOTE}` is gone, and freeze {VERSION} holds it"));
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
