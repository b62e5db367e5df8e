//! From idea to release through the real binary: what a command writes passes `check`, and a command that
//! stops half-way leaves what was there.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

mod binary;

use std::collections::BTreeMap;
use std::path::Path;

use binary::{Run, command, git, run};
use serde_json::{Value, json};

const NOTE: &str = "contracts/storage/schemas/note.schema.json";
const NOW: &str = "2026-11-21T12:00:00Z";

/// A repository with the tree of `init`, committed.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    done(folder.path(), &["init"]);
    commit(folder.path());
    folder
}

/// The same, released as 1.1.0.
fn released() -> tempfile::TempDir {
    let folder = repository();
    done(folder.path(), &["workflow", "minor", "first", "--now", NOW]);
    commit(folder.path());
    folder
}

fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", "all"]);
}

fn done(folder: &Path, args: &[&str]) -> String {
    let Run { code, stdout, stderr } = run(folder, args);
    assert_eq!(code, 0, "{args:?}: {stdout}{stderr}");
    stdout
}

fn refused(folder: &Path, args: &[&str], wanted: i32, words: &str) {
    let before = files(folder);
    let Run { code, stdout, stderr } = run(folder, args);
    assert_eq!(code, wanted, "{args:?}: {stdout}{stderr}");
    assert!(stderr.contains(words), "{args:?}: {stdout}{stderr}");
    assert_eq!(files(folder), before, "{args:?} wrote something");
}

/// All files but those of git, by path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = binary::files(folder);
    files.retain(|path, _| !path.contains("/.git/"));
    files
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn change(folder: &Path, path: &str, edit: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_str(&read(folder, path)).unwrap();
    edit(&mut value);
    write(folder, path, &format!("{value:#}\n"));
}

fn add_field(folder: &Path, name: &str) {
    change(folder, NOTE, |schema| schema["properties"][name] = json!({"type": "string"}));
}

fn remove_field(folder: &Path, name: &str) {
    change(folder, NOTE, |schema| {
        schema["properties"].as_object_mut().unwrap().remove(name).unwrap();
    });
}

/// A second module with a version of its own.
fn add_module(folder: &Path) {
    write(
        folder,
        "contracts/modules/retrieval/versions.yaml",
        "# Retrieval\nmodule: retrieval\nversion: '0.1.0'\nhistory:\n  - {version: '0.1.0', summary: first}\n",
    );
    let schema = |path: &str| {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": format!("https://example.com/{path}"),
            "type": "object", "additionalProperties": false, "properties": {"q": {"type": "string"}},
        })
    };
    let path = "contracts/modules/retrieval/storage/schemas/query.schema.json";
    write(folder, path, &format!("{:#}\n", schema(path)));
    write(
        folder,
        "contracts/modules/retrieval/storage/examples/query.example.json",
        "{\"q\": \"x\"}\n",
    );
}

#[test]
fn workflow_validates_bumps_validates_and_freezes() {
    let folder = repository();
    let path = folder.path();
    add_field(path, "colour");
    let out = done(path, &["workflow", "minor", "notes have a colour", "--now", NOW]);
    assert!(out.contains("version of the set goes from 1.0.0 to 1.1.0 (minor)"), "{out}");
    assert!(out.contains("froze 1.1.0: 13 artifacts"), "{out}");
    assert!(out.contains("git tag contracts-v1.1.0"), "{out}");
    done(path, &["check"]);
    done(path, &["freeze", "verify"]);
    assert!(done(path, &["freeze", "list"]).contains("notes have a colour"));
    assert!(read(path, "contracts/events/topics.yaml").starts_with("version: \"1.1.0\"\n"));
    // Nothing has changed since.
    refused(path, &["workflow", "patch", "nothing"], 1, "nothing has changed since freeze 1.1.0");
    // What does not pass is not released.
    write(path, "contracts/storage/examples/note.example.json", "{}\n");
    refused(path, &["workflow", "patch", "broken"], 1, "does not pass `check`");
}

#[test]
fn a_smaller_step_than_the_changes_demand_is_refused() {
    let folder = repository();
    let path = folder.path();
    add_field(path, "colour");
    done(path, &["workflow", "minor", "notes have a colour", "--now", NOW]);
    remove_field(path, "colour");
    refused(path, &["workflow", "minor", "drop colour"], 1, "the changes demand a major one");
    refused(path, &["workflow", "patch", "drop colour"], 1, "property `colour`");
    refused(path, &["release"], 1, "contract-guard bump --write");
    let before = files(path);
    let plan = done(path, &["workflow", "major", "drop colour", "--now", NOW, "--dry-run"]);
    assert!(plan.contains("+++ contracts/migrations/1.1.0-to-2.0.0.md"), "{plan}");
    assert_eq!(files(path), before, "a dry run wrote something");
    done(path, &["workflow", "major", "drop colour", "--now", NOW]);
    done(path, &["check"]);
}

#[test]
fn bump_writes_version_and_history() {
    let folder = released();
    let path = folder.path();
    let text = "# ours\nversion: '1.1.0' # now\nhistory:\n  # newest first\n  - {version: '1.1.0', date: 2026-11-21, summary: first}\n";
    write(path, "contracts/versions.yaml", text);
    add_field(path, "colour");
    let Run { code, stdout, .. } = run(path, &["bump"]);
    assert_eq!(
        (code, stdout.contains("demands minor (1.2.0), declares none (1.1.0): too small")),
        (1, true),
        "{stdout}"
    );
    done(path, &["bump", "--write", "-m", "notes: a colour", "--now", NOW]);
    assert_eq!(
        read(path, "contracts/versions.yaml"),
        "# ours\nversion: '1.2.0' # now\nhistory:\n  # newest first\n  - version: \"1.2.0\"\n    date: \"2026-11-21\"\n    summary: \"notes: a colour\"\n  - {version: '1.1.0', date: 2026-11-21, summary: first}\n"
    );
    let changelog = read(path, "contracts/CHANGELOG.md");
    let line = "### Added\n\n- Property `colour` of the document is new (`storage/schemas/note.schema.json`).\n";
    assert!(changelog.contains(line), "{changelog}");
    done(path, &["bump"]);
    done(path, &["check"]);
    let before = files(path);
    assert!(done(path, &["bump", "--write"]).contains("nothing to write"));
    assert_eq!(files(path), before);
    done(path, &["release", "--now", NOW]);
    assert!(done(path, &["freeze", "list"]).contains("notes: a colour"));
}

#[test]
fn bump_drafts_the_migration_of_a_break() {
    let folder = released();
    let path = folder.path();
    remove_field(path, "content");
    change(path, "contracts/storage/examples/note.example.json", |note| {
        note.as_object_mut().unwrap().remove("content").unwrap();
    });
    done(path, &["bump", "--write", "-m", "notes without content", "--now", NOW]);
    let guide = read(path, "contracts/migrations/1.1.0-to-2.0.0.md");
    for section in ["## Impact", "## Migration", "## Rollback", "\"content\"", "note.schema.json"] {
        assert!(guide.contains(section), "{section}: {guide}");
    }
    let versions = read(path, "contracts/versions.yaml");
    assert!(versions.contains("migration: migrations/1.1.0-to-2.0.0.md"), "{versions}");
    assert!(versions.contains("breaking:\n      - property `content`"), "{versions}");
    // What people write into a guide stays.
    write(
        path,
        "contracts/migrations/1.1.0-to-2.0.0.md",
        "# By hand\n\n## Impact\n\n## Migration\n\n## Rollback\n",
    );
    done(path, &["release", "--now", NOW]);
    assert!(read(path, "contracts/migrations/1.1.0-to-2.0.0.md").starts_with("# By hand"));
}

#[test]
fn a_module_is_tagged_by_its_name_and_version() {
    let folder = repository();
    let path = folder.path();
    add_module(path);
    done(path, &["workflow", "minor", "first", "--now", NOW]);
    let schema = "contracts/modules/retrieval/storage/schemas/query.schema.json";
    change(path, schema, |schema| schema["properties"]["reasons"] = json!({"type": "array"}));
    let out = done(path, &["workflow", "minor", "reasons", "--module", "retrieval", "--now", NOW]);
    assert!(out.contains("version of module retrieval goes from 0.1.0 to 0.2.0 (minor)"), "{out}");
    assert!(out.contains("git tag contracts-retrieval-0.2.0\n  git tag contracts-v1.2.0"), "{out}");
    let versions = read(path, "contracts/modules/retrieval/versions.yaml");
    assert!(
        versions.starts_with("# Retrieval\nmodule: retrieval\nversion: '0.2.0'\n"),
        "{versions}"
    );
    // A module follows its own changes, also when the set is meant.
    change(path, schema, |schema| schema["properties"]["more"] = json!({"type": "array"}));
    let out = done(path, &["workflow", "minor", "more", "--now", NOW]);
    assert!(out.contains("git tag contracts-retrieval-0.3.0"), "{out}");
    refused(
        path,
        &["workflow", "minor", "x", "--module", "other"],
        1,
        "modules with a `versions.yaml` are retrieval",
    );
}

#[test]
fn a_pre_release_is_counted_and_then_released() {
    let folder = released();
    let path = folder.path();
    add_field(path, "colour");
    let out = done(path, &["workflow", "minor", "colour", "--pre", "rc", "--now", NOW]);
    assert!(out.contains("git tag contracts-v1.2.0-rc.1"), "{out}");
    add_field(path, "size");
    let out = done(path, &["workflow", "minor", "size", "--pre", "rc", "--now", NOW]);
    assert!(out.contains("froze 1.2.0-rc.2"), "{out}");
    add_field(path, "weight");
    let out = done(path, &["workflow", "minor", "all of it", "--now", NOW]);
    assert!(out.contains("froze 1.2.0:"), "{out}");
    done(path, &["check"]);
}

#[test]
fn a_rollback_gives_what_was_under_a_new_version() {
    let folder = repository();
    let path = folder.path();
    add_field(path, "colour");
    done(path, &["workflow", "minor", "colour", "--now", NOW]);
    let then = read(path, NOTE);
    remove_field(path, "colour");
    write(
        path,
        "contracts/storage/examples/note.example_02.json",
        &read(path, "contracts/storage/examples/note.example.json"),
    );
    done(path, &["workflow", "major", "no colour", "--now", NOW]);
    let steps = "contracts/migrations/1.1.0-to-2.0.0.json";
    assert!(path.join(steps).is_file());
    write(path, NOTE, &read(path, NOTE).replace("200", "300"));
    refused(path, &["rollback", "1.1.0"], 1, "would be lost");
    commit(path);
    let out = done(path, &["rollback", "1.1.0", "--reason", "readers failed", "--now", NOW]);
    assert!(out.contains("version of the set goes from 2.0.0 to 2.1.0"), "{out}");
    assert_eq!(read(path, NOTE), then);
    assert!(path.join(steps).is_file(), "the way here is forgotten");
    assert!(!path.join("contracts/storage/examples/note.example_02.json").exists());
    let changelog = read(path, "contracts/CHANGELOG.md");
    assert!(changelog.contains("Rolled back to 1.1.0: readers failed."), "{changelog}");
    assert!(changelog.contains("## [2.0.0]"), "{changelog}");
    done(path, &["check"]);
    done(path, &["release", "--now", NOW]);
    done(path, &["freeze", "verify"]);
    let again = done(path, &["rollback", "2.1.0"]);
    assert!(again.contains("are those of 2.1.0 already"), "{again}");
}

#[test]
fn what_people_wrote_in_the_changelog_is_kept() {
    let folder = released();
    let path = folder.path();
    let text = "# Changelog\r\n\r\n## [Unreleased]\r\n\r\n### Fixed\r\n\r\n- A word, by hand.\r\n\r\n## [1.1.0] - 2026-11-21\r\n\r\n- First.\r\n";
    write(path, "contracts/CHANGELOG.md", text);
    add_field(path, "colour");
    done(path, &["workflow", "minor", "more", "--now", NOW]);
    let new = read(path, "contracts/CHANGELOG.md");
    assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
    let expected = "## [Unreleased]\n\n## [1.2.0] - 2026-11-21\n\nMore.\n\n### Added\n\n- Property `colour` of the document is new (`storage/schemas/note.schema.json`).\n\n### Fixed\n\n- A word, by hand.\n\n## [1.1.0] - 2026-11-21\n\n- First.\n";
    assert!(new.replace("\r\n", "\n").ends_with(expected), "{new}");
}

/// Whatever is cut off, wherever: the next command that writes ends it, and what is there then is what was
/// there before, or passes `check`.
#[test]
fn a_killed_release_is_old_or_new() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let folder = released();
    let path = folder.path();
    // Fields come and go at random here.
    write(path, "contract-guard.toml", "[deprecation]\nreleases = 0\n");
    let (mut killed, mut finished) = (0, 0);
    for round in 0..60 {
        match next(4) {
            0 => add_field(path, &format!("field_{round}")),
            1 => write(path, &format!("contracts/notes_{round}.md"), "words\n"),
            2 => change(path, NOTE, |s| s["description"] = json!(format!("round {round}"))),
            _ => {
                let fields = serde_json::from_str::<Value>(&read(path, NOTE)).unwrap();
                let mut names = fields["properties"].as_object().unwrap().keys();
                if let Some(name) = names.find(|name| name.starts_with("field_")).cloned() {
                    remove_field(path, &name);
                }
            }
        }
        let before = files(path);
        let args: &[&str] = match next(4) {
            0 => &["workflow", "patch", "a patch"],
            1 => &["workflow", "minor", "a minor"],
            2 => &["bump", "--write"],
            _ => &["workflow", "major", "a major"],
        };
        let mut child = command(path, args)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_micros(next(120_000)));
        child.kill().unwrap();
        match child.wait().unwrap().code() {
            Some(_) => finished += 1,
            None => killed += 1,
        }
        done(path, &["freeze", "list"]);
        if files(path) != before {
            let Run { code, stdout, stderr } = run(path, &["check"]);
            assert_eq!(code, 0, "after {args:?} in round {round}: {stdout}{stderr}");
            assert!(!files(path).keys().any(|file| file.contains(".contract-guard/")));
        }
    }
    assert!(killed > 5, "{killed} killed, {finished} finished: the delays do not fit this machine");
}

#[test]
fn new_schema_makes_a_schema_and_an_example_that_validate() {
    let folder = repository();
    let path = folder.path();
    done(path, &["new", "schema", "user_preference", "--fields", "title:string!"]);
    assert_eq!(done(path, &["validate"]), "0 mismatched example(s)\n");
    let listed = done(path, &["list", "examples"]);
    assert!(listed.contains("user_preference.invalid.no-id.json"), "{listed}");
    let example = read(path, "contracts/storage/examples/user_preference.example.json");
    let id = serde_json::from_str::<Value>(&example).unwrap()["id"].as_str().unwrap().to_owned();
    done(path, &["ulid", "check", &id]);
    done(path, &["workflow", "minor", "preferences", "--now", NOW]);
}

#[test]
fn new_event_adds_schema_topic_and_example() {
    let folder = repository();
    let path = folder.path();
    done(path, &["new", "event", "preference changed", "--fields", "preference_id:ulid!"]);
    done(path, &["check"]);
    assert!(done(path, &["list", "topics"]).contains("PREFERENCE_CHANGED"));
    for file in
        ["schemas/preference_changed.schema.json", "examples/preference_changed.example.json"]
    {
        assert!(path.join("contracts/events").join(file).is_file(), "{file}");
    }
    // What would change what a name means is not made.
    refused(path, &["new", "event", "envelope"], 1, "does not pass `check`");
}

#[test]
fn new_endpoint_adds_an_operation_that_validates() {
    let folder = repository();
    let path = folder.path();
    let url = "/v1/preferences/{preference_id}";
    done(path, &["new", "endpoint", "read_preference", "--url", url]);
    done(path, &["new", "endpoint", "change_preference", "--url", url, "--method", "put"]);
    done(path, &["check"]);
    let api = read(path, "contracts/api/openapi/main.yaml");
    for line in ["operationId: changePreference", "mtls", "\"404\":", "\"429\":"] {
        assert!(api.contains(line), "{line}: {api}");
    }
    refused(path, &["new", "endpoint", "again", "--url", url], 2, "already");
}

#[test]
fn missing_refusals_and_misspelt_fields_are_repaired() {
    let folder = repository();
    let path = folder.path();
    done(path, &["new", "schema", "document", "--fields", "doc_id:string!,sha256:string!"]);
    done(path, &["new", "endpoint", "read_document", "--url", "/v1/documents/{doc_id}"]);
    let example = "contracts/storage/examples/document.example.json";
    let right = read(path, example);
    write(path, example, &right.replace("doc_id", "doc_ref").replace("sha256", "checksum"));
    let api = "contracts/api/openapi/main.yaml";
    let whole = read(path, api);
    let lines: Vec<&str> = whole.lines().collect();
    let at = lines.iter().position(|line| line.contains("\"403\":")).unwrap();
    write(path, api, &[&lines[..at], &lines[at + 2..]].concat().join("\n"));
    assert_eq!(run(path, &["check"]).code, 1);
    let told = done(path, &["fix"]);
    assert!(told.contains("2 fixed: 1 example-invalid, 1 missing-4xx-response"), "{told}");
    assert_eq!(read(path, example), right);
    assert!(
        read(path, api).contains("\"403\":\n          $ref: \"#/components/responses/Forbidden\"")
    );
    done(path, &["check"]);
}

#[test]
fn a_hotfix_adds_nothing_and_owes_an_approval() {
    let folder = released();
    let path = folder.path();
    add_field(path, "colour");
    refused(path, &["hotfix", "tokens leak", "--by", "ada"], 1, "a hotfix adds nothing");
    remove_field(path, "colour");
    refused(path, &["hotfix", "tokens leak", "--by", "ada"], 1, "nothing has changed");
    change(path, NOTE, |schema| schema["properties"]["title"]["maxLength"] = json!(100));
    let out = done(path, &["hotfix", "titles leaked", "--by", "ada", "--now", NOW]);
    assert!(out.contains("version of the set goes from 1.1.0 to 2.0.0 (major)"), "{out}");
    let told = done(path, &["check"]);
    assert!(told.contains("hotfix 2.0.0 waits for its approval since 2026-11-21"), "{told}");
    change(path, NOTE, |schema| schema["description"] = json!("A note."));
    refused(path, &["workflow", "patch", "words"], 1, "hotfix 2.0.0 waits for its approval");
    refused(path, &["hotfix", "--approve", "2.0.0", "--by", " Ada"], 1, "cannot approve it");
    refused(path, &["hotfix", "--approve", "3.0.0", "--by", "grace"], 2, "2.0.0 waits");
    done(path, &["hotfix", "--approve", "2.0.0", "--by", "grace", "--now", NOW]);
    let debts = read(path, "contracts/debts.yaml");
    assert!(debts.contains("approved_by: grace\n    approved_on: \"2026-11-21\""), "{debts}");
    assert!(!done(path, &["check"]).contains("hotfix"));
    done(path, &["workflow", "patch", "words", "--now", NOW]);
}

#[test]
fn what_goes_is_announced_for_two_releases() {
    let folder = repository();
    let path = folder.path();
    add_field(path, "colour");
    done(path, &["workflow", "minor", "colours", "--now", NOW]);
    add_field(path, "size");
    done(path, &["workflow", "minor", "sizes", "--now", NOW]);
    remove_field(path, "colour");
    let early = "was deprecated in 0 of the 2 releases that it takes";
    let told = run(path, &["workflow", "major", "no colours"]);
    assert_eq!(told.code, 1);
    assert!(told.stdout.replace("\n  │ ", " ").contains(early), "{}", told.stdout);
    add_field(path, "colour");
    let place = "note.schema.json#/properties/colour";
    let before = read(path, NOTE);
    let out = done(path, &["deprecate", place]);
    assert!(out.contains("is deprecated since 1.3.0, to go in 2.0.0"), "{out}");
    assert!(done(path, &["deprecate", place]).contains("is marked already"));
    done(path, &["deprecate", place, "--undo"]);
    assert_eq!(read(path, NOTE), before);
    done(path, &["deprecate", place, "--remove-in", "3.0.0"]);
    for (marked, state) in [(0, "0 of 2 releases"), (1, "1 of 2 releases"), (2, "may go")] {
        let listed = done(path, &["list", "deprecated"]);
        assert!(listed.contains(&format!("/properties/colour  1.3.0  3.0.0  {state}")), "{listed}");
        if marked < 2 {
            write(path, "contracts/notes.md", &format!("{marked}\n"));
            done(path, &["workflow", "minor", "one more", "--now", NOW]);
        }
    }
    let changelog = read(path, "contracts/CHANGELOG.md");
    assert!(changelog.contains("### Deprecated\n\n- `colour` is deprecated now"), "{changelog}");
    remove_field(path, "colour");
    done(path, &["workflow", "major", "no colours", "--now", NOW]);
    refused(path, &["deprecate", "nothing.schema.json"], 2, "is called `nothing.schema.json`");
    refused(
        path,
        &["deprecate", "NOTE_CREATED", "--remove-in", "1.0.0"],
        2,
        "it cannot go in 1.0.0",
    );
    done(path, &["deprecate", "NOTE_CREATED"]);
    let topics = read(path, "contracts/events/topics.yaml");
    assert!(topics.contains("    deprecated: true\n    deprecated_since: \"2.1.0\"\n"), "{topics}");
}

#[test]
fn a_guide_names_the_crates_that_rely_on_what_breaks() {
    let folder = released();
    let path = folder.path();
    write(
        path,
        "crates/shop/Cargo.toml",
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n[package.metadata.contracts]\nconsumes = { \"storage/note\" = \"^1\" }\n",
    );
    git(path, &["add", "-A"]);
    change(path, NOTE, |schema| schema["properties"]["title"]["maxLength"] = json!(100));
    done(path, &["workflow", "major", "shorter titles", "--now", NOW]);
    let guide = read(path, "contracts/migrations/1.1.0-to-2.0.0.md");
    assert!(guide.contains("- Consumers: `shop`\n"), "{guide}");
}

#[test]
fn a_break_after_a_pre_release_is_a_break() {
    let folder = released();
    let path = folder.path();
    add_field(path, "colour");
    done(path, &["workflow", "minor", "colour", "--pre", "rc", "--now", NOW]);
    refused(path, &["bump", "--write", "--pre", "beta"], 1, "is smaller than 1.2.0-rc.1");
    refused(path, &["workflow", "minor", "x", "--pre", "a b"], 2, "is no name of a pre-release");
    // What was tried goes out as it is.
    let before = files(path);
    let out = done(path, &["workflow", "minor", "colour", "--now", NOW, "--dry-run"]);
    assert!(out.contains("goes from 1.1.0 to 1.2.0 (minor)"), "{out}");
    assert_eq!(files(path), before);
    remove_field(path, "content");
    change(path, "contracts/storage/examples/note.example.json", |note| {
        note.as_object_mut().unwrap().remove("content").unwrap();
    });
    refused(path, &["workflow", "minor", "no content"], 1, "the changes demand a major one");
    let out = done(path, &["workflow", "major", "no content", "--now", NOW]);
    assert!(out.contains("version of the set goes from 1.1.0 to 2.0.0 (major)"), "{out}");
    assert!(path.join("contracts/migrations/1.1.0-to-2.0.0.md").is_file());
    done(path, &["check"]);
}

#[test]
fn what_is_declared_and_not_released_is_replaced() {
    let folder = released();
    let path = folder.path();
    add_field(path, "colour");
    done(path, &["bump", "--write", "-m", "colours", "--now", NOW]);
    remove_field(path, "content");
    change(path, "contracts/storage/examples/note.example.json", |note| {
        note.as_object_mut().unwrap().remove("content").unwrap();
    });
    done(path, &["workflow", "major", "colours instead of content", "--now", NOW]);
    let versions = read(path, "contracts/versions.yaml");
    assert!(!versions.contains("1.2.0"), "{versions}");
    let changelog = read(path, "contracts/CHANGELOG.md");
    assert!(!changelog.contains("1.2.0") && changelog.contains("## [2.0.0]"), "{changelog}");
    done(path, &["check"]);
}

#[test]
fn a_module_that_did_not_change_is_not_raised_and_a_young_one_breaks_with_a_minor() {
    let folder = repository();
    let path = folder.path();
    add_module(path);
    done(path, &["new", "module", "ranking"]);
    done(path, &["workflow", "minor", "first", "--now", NOW]);
    let schema = "contracts/modules/retrieval/storage/schemas/query.schema.json";
    change(path, schema, |schema| schema["properties"]["q"]["maxLength"] = json!(9));
    refused(
        path,
        &["workflow", "minor", "x", "--module", "ranking"],
        1,
        "nothing has changed in module `ranking`",
    );
    let out = done(path, &["workflow", "minor", "shorter", "--module", "retrieval", "--now", NOW]);
    assert!(out.contains("retrieval goes from 0.1.0 to 0.2.0 (minor)"), "{out}");
    assert!(out.contains("the set goes from 1.1.0 to 1.2.0 (minor)"), "{out}");
}

#[test]
fn a_folder_without_contracts_is_not_written_into() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "src/a.yaml", "b: no\n");
    for args in [
        &["new", "schema", "x", "--path", "src"][..],
        &["fix", "--path", "src"],
        &["workflow", "minor", "x", "--path", "src"],
        &["workflow", "minor", " "],
    ] {
        let before = files(folder.path());
        let Run { code, stderr, .. } = run(folder.path(), args);
        assert!(code >= 2, "{args:?}: {stderr}");
        assert_eq!(files(folder.path()), before, "{args:?} wrote something");
    }
}

#[test]
fn what_git_ignores_is_said_when_it_is_frozen() {
    let folder = repository();
    let path = folder.path();
    write(path, ".gitignore", "secret.txt\n");
    write(path, "contracts/secret.txt", "PASSWORD=1\n");
    let Run { code, stderr, .. } = run(path, &["workflow", "minor", "first"]);
    assert_eq!(code, 0);
    assert!(
        stderr.contains("git ignores `contracts/secret.txt`, and the freeze holds it"),
        "{stderr}"
    );
}

/// The versions of a module are its own, whatever the set was called.
#[test]
fn a_module_may_have_a_version_that_the_set_had() {
    let folder = repository();
    let path = folder.path();
    let schema = "contracts/modules/retrieval/storage/schemas/query.schema.json";
    add_module(path);
    let versions = "contracts/modules/retrieval/versions.yaml";
    write(path, versions, &read(path, versions).replace("0.1.0", "1.0.0"));
    done(path, &["workflow", "minor", "first", "--now", NOW]);
    change(path, schema, |schema| schema["properties"]["a"] = json!({"type": "string"}));
    let rc = ["workflow", "minor", "a", "--pre", "rc", "--now", NOW];
    assert!(done(path, &rc).contains("retrieval goes from 1.0.0 to 1.1.0-rc.1"));
    change(path, schema, |schema| schema["properties"]["b"] = json!({"type": "string"}));
    assert!(done(path, &rc).contains("retrieval goes from 1.0.0 to 1.1.0-rc.2"));
    done(path, &["bump", "--write", "-m", "all of it", "--now", NOW]);
    let out = done(path, &["release", "--now", NOW]);
    assert!(out.contains("git tag contracts-retrieval-1.1.0\n  git tag contracts-v1.2.0"), "{out}");
}

#[test]
fn a_changelog_of_ones_own_form_is_understood() {
    let folder = released();
    let path = folder.path();
    let text = "# Changelog\n\n<!--\n## [Unreleased]\ntemplate\n-->\n\n```x``` is code\n\n## 1.1.0 (unreleased at first)\n\n~~~\n## no heading\n~~~\n\n- by hand\n";
    write(path, "contracts/CHANGELOG.md", text);
    done(path, &["bump", "--write", "-m", "nothing"]);
    assert_eq!(read(path, "contracts/CHANGELOG.md"), text, "what went out was changed");
    add_field(path, "colour");
    done(path, &["workflow", "minor", "more", "--now", NOW]);
    let new = read(path, "contracts/CHANGELOG.md");
    let (head, tail) = text.split_once("## 1.1.0").unwrap();
    assert!(new.starts_with(head) && new.ends_with(&format!("## 1.1.0{tail}")), "{new}");
    assert!(new.contains("## [1.2.0] - 2026-11-21\n\nMore.\n"), "{new}");
}

#[test]
fn a_rollback_leaves_no_ghost_of_a_module() {
    let folder = released();
    let path = folder.path();
    add_module(path);
    write(path, "contracts/modules/laws/storage/notes.md", "no law\n");
    done(path, &["workflow", "minor", "retrieval", "--now", NOW]);
    commit(path);
    done(path, &["rollback", "1.1.0", "--now", NOW]);
    assert!(!path.join("contracts/modules").exists());
    write(path, NOTE, "{}\n");
    done(path, &["freeze", "restore", "1.2.0", "--force"]);
    let rescue = done(path, &["freeze", "list"]);
    let rescue = rescue.split_whitespace().find(|word| word.starts_with("rescue-")).unwrap();
    refused(path, &["rollback", rescue, "--force"], 2, "holds what was pushed aside");
}

#[test]
fn a_debt_is_settled_by_a_second_person_and_by_nothing_else() {
    let folder = released();
    let path = folder.path();
    change(path, NOTE, |schema| schema["properties"]["title"]["maxLength"] = json!(100));
    done(path, &["hotfix", "titles leaked", "--by", "ada", "--now", NOW]);
    add_field(path, "colour");
    done(path, &["bump", "--write", "-m", "q"]);
    refused(path, &["freeze", "create"], 1, "waits for its approval");
    refused(path, &["hotfix", "--approve", "2.0.0", "--by", "ada\u{200b}"], 1, "cannot approve it");
    let debts = "contracts/debts.yaml";
    let text = read(path, debts);
    write(path, debts, &text.replace("version: \"2.0.0\"", "version: 2.0"));
    refused(path, &["release"], 1, "hotfix ? waits for its approval");
    write(path, debts, &text);
    write(
        path,
        "contracts/debts.json",
        "{\"debts\": [{\"version\": \"0.9.0\", \"by\": \"bob\"}]}\n",
    );
    done(path, &["hotfix", "--approve", "0.9.0", "--by", "ada"]);
    assert_eq!(read(path, debts), text);
    assert!(read(path, "contracts/debts.json").contains("\"approved_by\": \"ada\""));
}

/// A conflict that nobody resolved: what cannot be read is not gone, and is not written over.
#[test]
fn conflict_markers_in_versions_are_no_lost_history() {
    let folder = released();
    let versions = "contracts/versions.yaml";
    let whole = read(folder.path(), versions);
    for broken in [format!("<<<<<<< HEAD\n{whole}"), format!("{whole}\n\tx: 1\n")] {
        write(folder.path(), versions, &broken);
        for args in [
            &["bump", "--write", "-m", "merged"][..],
            &["workflow", "patch", "merged"],
            &["workflow", "major", "merged"],
            &["hotfix", "readme typo", "--by", "ada"],
        ] {
            let run = run(folder.path(), args);
            assert_eq!(run.code, 1, "{args:?}: {run:?}");
            assert!(run.stderr.contains("some files cannot be read"), "{args:?}: {run:?}");
            assert!(run.stderr.contains(versions), "{args:?}: {run:?}");
            assert_eq!(read(folder.path(), versions), broken, "{args:?}");
        }
        let bump = run(folder.path(), &["bump"]);
        assert!(
            bump.code == 1 && bump.stdout.contains("unproven[document-unreadable]"),
            "{bump:?}"
        );
        assert!(!bump.stdout.contains("version-lowered"), "{bump:?}");
    }
}

/// What cannot be read is not proven to be compatible: a freeze must not be the way around that.
#[test]
fn freezing_what_cannot_be_read_is_no_small_step() {
    let folder = released();
    write(folder.path(), NOTE, "{");
    refused(folder.path(), &["freeze", "create", "1.1.1"], 1, "not proven that a patch step");
    done(folder.path(), &["freeze", "create", "2.0.0"]);
}
