//! `diff`, `bump` and `check --against` through the real binary.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

mod binary;

use std::path::Path;

use binary::{Run, git, run};
use serde_json::Value;

const SCHEMA: &str = "contracts/storage/schemas/note.schema.json";

/// A repository with the tree of `init`, committed and frozen as 1.0.0.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    assert_eq!(run(folder.path(), &["init"]).code, 0);
    replace(folder.path(), "contracts/versions.yaml", "1.0.0", "1.0.0");
    std::fs::write(folder.path().join("contracts/CHANGELOG.md"), "# Changelog\n\n## 1.0.0\n")
        .unwrap();
    let made = run(folder.path(), &["freeze", "create", "1.0.0"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "one"]);
    folder
}

fn replace(folder: &Path, path: &str, from: &str, to: &str) {
    let path = folder.join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(&path, text.replace(from, to)).unwrap();
}

/// Breaks: what was optional is required.
fn break_it(folder: &Path) {
    replace(folder, SCHEMA, "\"created_at\"\n", "\"created_at\",\n    \"content\"\n");
}

fn text(folder: &Path, args: &[&str]) -> String {
    let Run { code, stdout, stderr } = run(folder, args);
    assert_eq!(code, 0, "{args:?}: {stdout}{stderr}");
    stdout
}

#[test]
fn a_tree_beside_itself_has_no_changes() {
    let folder = repository();
    for base in ["latest", "1.0.0", "freeze:1.0.0", "HEAD", "main", "index", ".", "contracts"] {
        assert_eq!(text(folder.path(), &["diff", base]), "no changes\n", "{base}");
    }
    assert_eq!(text(folder.path(), &["diff"]), "no changes\n");
    let path = "contracts/_frozen/freeze-1.0.0.json";
    assert_eq!(text(folder.path(), &["diff", path, "HEAD"]), "no changes\n");
}

/// A repository of several contracts: what is compared with is that of the tree that is checked.
#[test]
fn a_tree_of_a_folder_is_compared_with_that_folder_before() {
    let folder = repository();
    for name in ["one", "two"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        assert_eq!(run(&folder.path().join(name), &["init"]).code, 0);
    }
    let frozen = run(&folder.path().join("two"), &["freeze", "create", "1.0.0"]);
    assert_eq!(frozen.code, 0, "{frozen:?}");
    // The tree around has the break already, so that nothing changes in comparison with it.
    break_it(folder.path());
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "two"]);
    break_it(&folder.path().join("two"));
    for base in ["HEAD", "latest", "1.0.0", "freeze:1.0.0"] {
        for path in ["two", "two/contracts"] {
            let run = run(folder.path(), &["check", path, "--against", base, "--format", "short"]);
            assert!(
                run.code == 1 && run.stdout.contains("required-added"),
                "{path} {base}: {run:?}"
            );
        }
    }
    std::fs::remove_dir_all(folder.path().join("contracts")).unwrap();
    let run = run(folder.path(), &["check", "two", "--against", "HEAD", "--format", "short"]);
    assert!(run.code == 1 && run.stdout.contains("required-added"), "{run:?}");
}

#[test]
fn line_endings_and_key_order_are_no_changes() {
    let folder = repository();
    let path = folder.path().join(SCHEMA);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let reversed: serde_json::Map<String, Value> =
        schema.as_object().unwrap().clone().into_iter().rev().collect();
    let text_of = serde_json::to_string_pretty(&reversed).unwrap().replace('\n', "\r\n");
    std::fs::write(&path, text_of).unwrap();
    assert_eq!(text(folder.path(), &["diff"]), "no changes\n");
}

#[test]
fn every_side_sees_the_break() {
    let folder = repository();
    break_it(folder.path());
    let lines = text(folder.path(), &["diff", "--format", "short"]);
    assert!(lines.contains("major[required-added]: `content` is required in the document now"));
    assert!(lines.contains(": 1.0.0, demands major (2.0.0), declares none (1.0.0): too small"));
    for base in ["1.0.0", "HEAD", "index"] {
        assert_eq!(text(folder.path(), &["diff", base, ".", "--format", "short"]), lines, "{base}");
    }
    git(folder.path(), &["add", "-A"]);
    assert_eq!(text(folder.path(), &["diff", "HEAD", "index", "--format", "short"]), lines);
    let back = text(folder.path(), &["diff", ".", "HEAD", "--format", "short"]);
    assert!(back.contains("minor[required-removed]"), "{back}");
}

#[test]
fn what_is_shown_can_be_chosen() {
    let folder = repository();
    break_it(folder.path());
    replace(folder.path(), SCHEMA, "\"title\": \"", "\"title\": \"A ");
    let all = text(folder.path(), &["diff", "--format", "short"]);
    assert!(all.contains("major[") && all.contains("patch["), "{all}");
    let only = text(folder.path(), &["diff", "--only", "patch", "--format", "short"]);
    assert!(!only.contains("major[") && only.contains("patch["), "{only}");
    let none = run(folder.path(), &["diff", "--only", "minor"]);
    assert!(none.stderr.contains("2 other changes are not shown"), "{}", none.stderr);
    assert_eq!(run(folder.path(), &["diff", "--exit-code"]).code, 1);
    assert_eq!(run(folder.path(), &["diff", "--exit-code", "--only", "patch"]).code, 0);
    let unknown = run(folder.path(), &["diff", "--module", "nothing"]);
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
}

#[test]
fn a_base_that_is_not_there_is_named() {
    let folder = repository();
    let missing = run(folder.path(), &["diff", "freeze:9.0.0"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("there is no freeze `9.0.0`"), "{}", missing.stderr);
    assert_eq!(run(folder.path(), &["diff", "no-such-branch"]).code, 3);
    std::fs::remove_dir_all(folder.path().join("contracts/_frozen")).unwrap();
    let none = run(folder.path(), &["diff"]);
    assert_eq!(none.code, 3);
    assert!(none.stderr.contains("there is no freeze to compare with"), "{}", none.stderr);
}

#[test]
fn json_is_as_its_schema_says() {
    let folder = repository();
    break_it(folder.path());
    let report: Value =
        serde_json::from_str(&text(folder.path(), &["diff", "--format", "json"])).unwrap();
    let change = &report["changes"][0];
    assert_eq!(change["change"]["impact"], "major");
    assert_eq!(change["change"]["direction"], "backward");
    assert!(change["witness"]["document"].get("content").is_none(), "{change}");
    let schema: Value =
        serde_json::from_str(include_str!("../schemas/changes-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_witness_is_valid_before_and_invalid_after() {
    let folder = repository();
    break_it(folder.path());
    let report: Value =
        serde_json::from_str(&text(folder.path(), &["diff", "--format", "json"])).unwrap();
    let document = &report["changes"][0]["witness"]["document"];
    let example = folder.path().join("contracts/storage/examples/note.example.json");
    std::fs::write(&example, document.to_string()).unwrap();
    let validate = |args: &[&str]| run(folder.path(), args).stdout;
    assert!(validate(&["validate"]).contains("1 mismatched"));
    git(folder.path(), &["checkout", "-q", "--", SCHEMA]);
    assert!(validate(&["validate"]).contains("0 mismatched"));
}

#[test]
fn markdown_cannot_be_broken_out_of() {
    let folder = repository();
    replace(
        folder.path(),
        SCHEMA,
        "\"title\": {",
        "\"``<img src=x> | @all\\n# `x` \\u202e\": {\"type\": \"string\"},\n    \"title\": {",
    );
    let markdown = text(folder.path(), &["diff", "--format", "markdown"]);
    assert!(markdown.contains("### Additions"), "{markdown}");
    let outside: String = markdown.lines().filter(|line| line.starts_with('#')).collect();
    assert!(!outside.contains("x`"), "{markdown}");
    assert!(!markdown.contains('\u{202e}'), "{markdown}");
}

#[test]
fn the_gate_lets_announced_breaks_pass() {
    let folder = repository();
    break_it(folder.path());
    let example = "contracts/storage/examples/note.example.json";
    assert!(std::fs::read_to_string(folder.path().join(example)).unwrap().contains("content"));
    let refused = run(folder.path(), &["check", "--against", "HEAD", "--format", "short"]);
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stdout.contains("error[bump-too-small]"), "{}", refused.stdout);
    assert!(refused.stdout.contains("major[required-added]"), "{}", refused.stdout);
    assert_eq!(run(folder.path(), &["bump"]).code, 1);
    replace(folder.path(), "contracts/versions.yaml", "1.0.0", "2.0.0");
    std::fs::write(
        folder.path().join("contracts/CHANGELOG.md"),
        "# Changelog\n\n## 2.0.0\n\n## 1.0.0\n",
    )
    .unwrap();
    let passed = run(folder.path(), &["check", "--against", "HEAD", "--format", "json"]);
    let report: Value = serde_json::from_str(&passed.stdout).unwrap();
    let codes: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"required-added"), "{codes:?}");
    assert!(!codes.contains(&"bump-too-small"), "{codes:?}");
    assert_eq!(run(folder.path(), &["bump"]).code, 0);
    let schema: Value =
        serde_json::from_str(include_str!("../schemas/findings-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn modes_turn_the_question_round() {
    let folder = repository();
    replace(
        folder.path(),
        SCHEMA,
        "\"type\": \"object\"",
        "\"minProperties\": 1,\n  \"type\": \"object\"",
    );
    git(folder.path(), &["commit", "-q", "-a", "-m", "two"]);
    // Who writes gains freedom; who reads with the old schema does not expect it.
    replace(folder.path(), SCHEMA, "    \"title\",\n", "");
    let usual = text(folder.path(), &["diff", "HEAD", "--format", "short"]);
    assert!(usual.contains("minor[required-removed]"), "{usual}");
    std::fs::write(
        folder.path().join("contract-guard.toml"),
        "[compatibility]\nstorage = \"full\"\n",
    )
    .unwrap();
    git(folder.path(), &["add", "-A", "contract-guard.toml"]);
    git(folder.path(), &["commit", "-q", "-m", "three"]);
    replace(folder.path(), SCHEMA, "\"minProperties\": 1", "\"minProperties\": 0");
    let full = text(folder.path(), &["diff", "HEAD~1", "--format", "short"]);
    assert!(full.contains("minor[required-removed]"), "the base has no mode: {full}");
    let full = text(folder.path(), &["diff", "HEAD", "--format", "short"]);
    assert!(full.contains("major[required-removed]"), "{full}");
}
