//! Steps between versions: found, carried out, proven; what they cannot do is told and left alone.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]
#![expect(clippy::needless_pass_by_value, reason = "values are written where they are used")]

mod binary;

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use binary::{Run, command, git, run};
use contract_guard::catalog::{self, Catalog, Layout};
use contract_guard::document::Limits;
use contract_guard::migrate::{Fate, Op, Transform, apply, derive};
use contract_guard::tree::{ArtifactPath, Tree};
use serde_json::{Value, json};

const PATH: &str = "contracts/storage/schemas/note.schema.json";

fn facts(schema: &Value) -> Catalog {
    let mut schema = schema.clone();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!("https://example.com/contracts/storage/schemas/note.schema.json");
    let text = schema.to_string();
    catalog::build(
        &Tree::from_texts("contracts", [(PATH, text.as_str())]),
        &Layout::default(),
        &Limits::default(),
    )
}

fn closed(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": properties, "required": required})
}

/// The steps between two schemas, and what becomes of a document.
fn migrated(old: &Value, new: &Value, document: Value) -> (Vec<Op>, Fate, Vec<String>) {
    let (old, new) = (facts(old), facts(new));
    let transform = derive(&old, &new, "1.0.0", "2.0.0");
    let again = Transform::decode(transform.encode().as_bytes()).unwrap();
    assert_eq!(again, transform);
    let schema = new.find(&ArtifactPath::new(PATH).unwrap()).unwrap();
    let before = old.violations(old.find(&ArtifactPath::new(PATH).unwrap()).unwrap(), &document);
    assert_eq!(before.unwrap(), [], "{document} was not valid before");
    let steps = transform.schemas.into_values().next().unwrap_or_default();
    let fate = apply(&document, &steps, &new, schema);
    let by_hand = transform.by_hand.iter().map(|b| format!("{} {}", b.at, b.why)).collect();
    (steps, fate, by_hand)
}

fn becomes(old: Value, new: Value, document: Value, wanted: Value) {
    let (steps, fate, by_hand) = migrated(&old, &new, document);
    assert_eq!(fate, Fate::Migrated(wanted), "{steps:?} {by_hand:?}");
    assert_eq!(by_hand, Vec::<String>::new());
}

#[test]
fn a_renamed_field_keeps_its_place_and_its_number() {
    let text = json!({"type": "number"});
    becomes(
        closed(json!({"colour": text, "title": {"type": "string"}}), &["colour"]),
        closed(json!({"color": text, "title": {"type": "string"}}), &["color"]),
        serde_json::from_str(r#"{"colour": 1.50, "title": "x"}"#).unwrap(),
        serde_json::from_str(r#"{"color": 1.50, "title": "x"}"#).unwrap(),
    );
    // Of two of the same shape only the schema can tell.
    let two = |extra: Value| closed(json!({"a": extra, "b": {"type": "string"}}), &[]);
    let old = closed(json!({"x": {"type": "string"}}), &[]);
    let (.., by_hand) = migrated(&old, &two(json!({"type": "string"})), json!({"x": "1"}));
    assert_eq!(by_hand.len(), 1);
    becomes(
        old,
        two(json!({"type": "string", "x-renamed-from": "x"})),
        json!({"x": "1"}),
        json!({"a": "1"}),
    );
}

#[test]
fn a_moved_field_makes_its_way() {
    let street = json!({"type": "string", "minLength": 1});
    becomes(
        closed(json!({"street": street, "id": {}}), &["street"]),
        closed(
            json!({"id": {}, "address": closed(json!({"street": street}), &["street"])}),
            &["address"],
        ),
        json!({"street": "Elm", "id": 1}),
        json!({"id": 1, "address": {"street": "Elm"}}),
    );
}

#[test]
fn a_new_required_field_has_its_default() {
    becomes(
        closed(json!({"lines": {"type": "array", "items": closed(json!({"n": {}}), &[])}}), &[]),
        closed(
            json!({"lines": {"type": "array", "items": closed(json!({"n": {}, "kind": {"enum": ["plain"]}}), &["kind"])}, "state": {"default": {"on": true}}}),
            &["state"],
        ),
        json!({"lines": [{"n": 1}, {"n": 2}]}),
        json!({"lines": [{"n": 1, "kind": "plain"}, {"n": 2, "kind": "plain"}], "state": {"on": true}}),
    );
    let old = closed(json!({"a": {}}), &[]);
    let (_, fate, by_hand) =
        migrated(&old, &closed(json!({"a": {}, "b": {}}), &["b"]), json!({"a": 1}));
    assert_eq!(by_hand, ["/b is required now, and the schema gives no `default`"]);
    assert_eq!(fate, Fate::Stuck(vec!["it lacks the required property `b`".to_owned()]));
}

#[test]
fn types_grow_and_words_change() {
    becomes(
        closed(
            json!({"n": {"type": "integer"}, "tag": {"type": "string"}, "band": {"enum": ["green", "old-red"]}}),
            &[],
        ),
        closed(
            json!({"n": {"type": "string"}, "tag": {"type": "array", "items": {"type": "string"}}, "band": {"enum": ["GREEN", "RED"], "x-enum-map": {"old-red": "RED"}}}),
            &[],
        ),
        json!({"n": 12, "tag": "a", "band": "old-red"}),
        json!({"n": "12", "tag": ["a"], "band": "RED"}),
    );
    let (old, new) = (json!({"enum": ["a", "b"]}), json!({"enum": ["a", "c"]}));
    let (_, fate, by_hand) = migrated(
        &closed(json!({"x": old}), &[]),
        &closed(json!({"x": new}), &[]),
        json!({"x": "b"}),
    );
    assert!(matches!(fate, Fate::Stuck(_)));
    assert!(by_hand[0].starts_with("/x `b` is not among the values any more"), "{by_hand:?}");
}

#[test]
fn what_would_be_lost_is_left_alone() {
    let old = closed(json!({"a": {"type": "string"}, "b": {"type": "integer"}}), &[]);
    let new = closed(json!({"a": {"type": "string"}}), &[]);
    let (steps, fate, by_hand) = migrated(&old, &new, json!({"a": "1", "b": 2}));
    assert_eq!(steps, []);
    assert_eq!(by_hand, ["/b is not declared any more, and nothing else may be there"]);
    assert_eq!(fate, Fate::Stuck(vec!["`/b` is not a declared property".to_owned()]));
    let (_, fate, _) = migrated(&old, &new, json!({"a": "1"}));
    assert_eq!(fate, Fate::Valid);
    // People may decide it.
    let steps = [Op::Remove { at: "/b".to_owned() }];
    let new = facts(&new);
    let schema = new.find(&ArtifactPath::new(PATH).unwrap()).unwrap();
    assert_eq!(
        apply(&json!({"a": "1", "b": 2}), &steps, &new, schema),
        Fate::Migrated(json!({"a": "1"}))
    );
}

#[test]
fn circles_end() {
    let node = |extra: &str| json!({"$ref": "#/$defs/N", "$defs": {"N": closed(json!({"next": {"$ref": "#/$defs/N"}, extra: {"type": "integer"}}), &[])}});
    let (steps, fate, _) = migrated(&node("a"), &node("b"), json!({"a": 1, "next": {"next": {}}}));
    assert!(steps.len() > 2 && steps.len() < 10, "{steps:?}");
    assert_eq!(fate, Fate::Migrated(json!({"b": 1, "next": {"next": {}}})));
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    done(folder.path(), &["init"]);
    done(folder.path(), &["workflow", "minor", "first"]);
    let edit = |path: &str, from: &str, to: &str| {
        let path = folder.path().join(path);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    };
    edit(PATH, "\"content\"", "\"body\"");
    edit("contracts/storage/examples/note.example.json", "\"content\"", "\"body\"");
    edit("contracts/events/schemas/note_created.schema.json", "note_id", "id");
    for name in ["note_created.example.json", "envelope.invalid.amber-without-group.json"] {
        edit(&format!("contracts/events/examples/{name}"), "note_id", "id");
    }
    done(folder.path(), &["fix"]);
    folder
}

fn done(folder: &Path, args: &[&str]) -> String {
    let Run { code, stdout, stderr } = run(folder, args);
    assert_eq!(code, 0, "{args:?}: {stdout}{stderr}");
    stdout
}

const OLD: &str = r#"{"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "title": "Milk", "content": "x", "created_at": "2026-01-01T08:00:00Z"}"#;
const NEW: &str = r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","title":"Milk","body":"x","created_at":"2026-01-01T08:00:00Z"}"#;

#[test]
fn documents_are_migrated_and_the_rest_is_listed() {
    let folder = repository();
    let path = folder.path();
    done(path, &["workflow", "major", "notes have a body"]);
    let steps =
        std::fs::read_to_string(path.join("contracts/migrations/1.1.0-to-2.0.0.json")).unwrap();
    assert!(steps.contains("\"op\": \"rename\""), "{steps}");
    let lines = format!("{OLD}\r\n\n{NEW}\n{{\"title\": 1}}\nno\n{OLD}");
    std::fs::write(path.join("notes.jsonl"), &lines).unwrap();
    let Run { code, stdout, stderr } =
        run(path, &["migrate", "apply", "notes.jsonl", "--schema", "storage/note"]);
    assert_eq!(code, 1);
    assert_eq!(stdout, format!("{NEW}\r\n\n{NEW}\n{{\"title\": 1}}\nno\n{NEW}"));
    assert!(stderr.contains("notes.jsonl:4: "), "{stderr}");
    assert!(stderr.contains("notes.jsonl:5: it is no JSON"), "{stderr}");
    assert!(
        stderr.contains("5 documents: 1 valid already, 2 migrated, 2 left as they were"),
        "{stderr}"
    );
    assert_eq!(std::fs::read_to_string(path.join("notes.jsonl")).unwrap(), lines);
    std::fs::write(path.join("my.note.json"), OLD).unwrap();
    done(path, &["migrate", "apply", "my.note.json", "--in-place"]);
    assert_eq!(std::fs::read_to_string(path.join("my.note.json")).unwrap(), NEW);
    done(path, &["migrate", "apply", "my.note.json", "--in-place"]);
    // What two readers take for two documents stays as it is; nothing at all is no document.
    let twice = OLD.replace("\"title\"", "\"title\": \"first\", \"title\"");
    std::fs::write(path.join("twice.note.json"), &twice).unwrap();
    let Run { code, stdout, .. } = run(path, &["migrate", "apply", "twice.note.json"]);
    assert_eq!((code, stdout), (1, twice));
    std::fs::write(path.join("no.note.jsonl"), "").unwrap();
    done(path, &["migrate", "apply", "no.note.jsonl"]);
    // As a filter, between versions by name, without the written steps.
    let mut child = command(
        path,
        &["migrate", "apply", "-", "--schema", "storage/note", "--from", "1.1.0", "--to", "2.0.0"],
    )
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    child.stdin.take().unwrap().write_all(OLD.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), NEW);
}

#[test]
fn an_event_is_migrated_with_its_payload_and_its_hash() {
    let folder = repository();
    let path = folder.path();
    let event =
        std::fs::read_to_string(path.join("contracts/events/examples/note_created.example.json"))
            .unwrap();
    done(path, &["workflow", "major", "notes have a body"]);
    let old = event.replace(
        "\"id\": \"01ARZ3NDEKTSV4RRFFQ69G5FAV\"",
        "\"note_id\": \"01ARZ3NDEKTSV4RRFFQ69G5FAV\"",
    );
    assert_ne!(old, event);
    std::fs::write(path.join("old.envelope.json"), old).unwrap();
    let out = done(path, &["migrate", "apply", "old.envelope.json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&out).unwrap(),
        serde_json::from_str::<Value>(&event).unwrap()
    );
}

#[test]
fn the_guide_and_the_steps_are_written_once() {
    let folder = repository();
    let path = folder.path();
    let refused = run(path, &["migrate"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("the tree before declares 1.1.0, and the tree after 1.1.0"));
    done(path, &["bump", "--write", "-m", "bodies"]);
    std::fs::remove_file(path.join("contracts/migrations/1.1.0-to-2.0.0.json")).unwrap();
    let out = done(path, &["migrate"]);
    assert!(out.contains("wrote contracts/migrations/1.1.0-to-2.0.0.json"), "{out}");
    assert!(out.contains("kept  contracts/migrations/1.1.0-to-2.0.0.md"), "{out}");
    for (args, words) in [
        (&["migrate", "apply", "nothing.json"][..], "nothing.json"),
        (&["migrate", "apply", "README.md"], "README.md"),
        (&["migrate", "apply", "-", "--in-place"], "standard input cannot be written"),
        (&["migrate", "apply", "-", "--schema", "storage/nota"], "is called `storage/nota`"),
    ] {
        let Run { code, stderr, .. } = run(path, args);
        assert!(code >= 2 && stderr.contains(words), "{args:?}: {code} {stderr}");
    }
}
