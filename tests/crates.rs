//! `contract-guard crates`: crates are what their manifests say, now and when contracts break.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, writes, stops")]

mod binary;

use std::path::Path;

use binary::{Run, git};
use tempfile::TempDir;

const NOTE: &str = "contracts/storage/schemas/note.schema.json";

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn note(required: &str) -> String {
    format!(
        "{{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"object\", \"required\": [{required}], \"properties\": {{\"id\": {{\"type\": \"string\"}}, \"text\": {{\"type\": \"string\"}}}}}}\n"
    )
}

fn manifest(version: &str, contracts: &str) -> String {
    format!("[package]\nname = \"notes\"\nversion = \"{version}\"\n\n{contracts}")
}

const IMPLEMENTS: &str =
    "[package.metadata.contracts]\nimplements = { \"storage/note\" = \"^1\" }\n";

/// A crate that implements a schema, committed.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write(path, NOTE, &note("\"id\""));
    write(path, "contracts/versions.yaml", "version: \"1.0.0\"\n");
    write(path, "crates/notes/Cargo.toml", &manifest("1.3.0", IMPLEMENTS));
    write(
        path,
        "crates/notes/src/lib.rs",
        "pub fn check() { schema(\"storage/note\", \"1.0.0\"); }\n",
    );
    git(path, &["init", "-q", "-b", "main"]);
    git(path, &["add", "."]);
    git(path, &["commit", "-q", "-m", "first"]);
    folder
}

fn crates(folder: &TempDir, args: &[&str]) -> Run {
    binary::run(folder.path(), &[&["crates"], args].concat())
}

#[test]
fn a_crate_that_is_what_it_says_passes() {
    let folder = repository();
    let run = crates(&folder, &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.starts_with("notes 1.3.0\n  implements storage/note ^1\n"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("pass: no findings"), "{}", run.stdout);
    let json = crates(&folder, &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["verdict"], "pass");
}

#[test]
fn what_is_not_so_is_found_where_it_stands() {
    let folder = repository();
    let wrong = "[package.metadata.contracts.consumes]\n\"storage/nota\" = \"^1\"\n";
    write(folder.path(), "crates/notes/Cargo.toml", &manifest("1.3.0", wrong));
    let run = crates(&folder, &["--format", "short"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("crates/notes/Cargo.toml:6:1"), "{}", run.stdout);
    assert!(run.stdout.contains("the contracts have no `storage/nota`"), "{}", run.stdout);
    assert!(run.stdout.contains("crates/notes/src/lib.rs:1:"), "{}", run.stdout);
    // The index still holds what is right.
    assert_eq!(crates(&folder, &["--staged"]).code, 0);
    assert_eq!(crates(&folder, &["--at", "HEAD"]).code, 0);
}

#[test]
fn a_break_needs_the_major_step_of_the_crate() {
    let folder = repository();
    let path = folder.path();
    git(path, &["checkout", "-q", "-b", "feature"]);
    write(path, NOTE, &note("\"id\", \"text\""));
    let kept = crates(&folder, &["--against", "main"]);
    assert_eq!(kept.code, 1, "{}{}", kept.stdout, kept.stderr);
    assert!(kept.stdout.contains("[crate-major]"), "{}", kept.stdout);
    assert!(kept.stdout.contains("keeps its major version"), "{}", kept.stdout);
    let impact = binary::run(path, &["impact", "note.schema.json", "--format", "json"]);
    assert!(impact.stdout.contains("crate:notes"), "{}", impact.stdout);
    write(path, "crates/notes/Cargo.toml", &manifest("2.0.0", IMPLEMENTS));
    let raised = crates(&folder, &["--against", "main"]);
    assert_eq!(raised.code, 0, "{}{}", raised.stdout, raised.stderr);
}

#[test]
fn a_law_that_looks_at_crates_is_held_and_others_are_not() {
    let folder = repository();
    let rule = |id: &str, path: &str| {
        format!(
            "  - id: {id}\n    kind: source\n    paths: [\"{path}\"]\n    forbid: {{calls: [\"std::fs::*\"]}}\n    why: one crate writes\n    remedy: let that one do it\n"
        )
    };
    let law =
        format!("law: law\nrules:\n{}{}", rule("ours", "crates/**"), rule("theirs", "src/**"));
    write(folder.path(), "contracts/laws/law.yaml", &law);
    let call =
        "pub fn f() { std::fs::write(\"a\", \"b\"); schema(\"storage/note\", \"1.0.0\"); }\n";
    write(folder.path(), "crates/notes/src/lib.rs", call);
    write(folder.path(), "src/lib.rs", call);
    let run = crates(&folder, &["--format", "short"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("crates/notes/src/lib.rs:1:"), "{}", run.stdout);
    assert!(!run.stdout.lines().any(|line| line.starts_with("src/lib.rs")), "{}", run.stdout);
}

#[test]
fn nothing_to_hold_is_no_pass() {
    let folder = repository();
    write(folder.path(), "crates/notes/Cargo.toml", &manifest("1.3.0", ""));
    let run = crates(&folder, &[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("no crate of this repository names contracts"), "{}", run.stderr);
    let json = crates(&folder, &["--format", "json"]);
    assert_eq!(json.code, 3);
    assert!(json.stdout.contains("\"verdict\""), "{}", json.stdout);
}

/// Manifests that are no such table, no TOML, no text, and a version that is none.
#[test]
fn what_cannot_be_read_is_a_finding_or_no_crate() {
    let folder = repository();
    for (name, text) in [("a", "[package"), ("b", "\u{0}\u{ff}"), ("c", "[package]\nname = 7\n")] {
        write(folder.path(), &format!("crates/{name}/Cargo.toml"), text);
    }
    let odd =
        "[package]\nname = \"odd\"\nversion = \"x\"\n[package.metadata]\ncontracts = \"all\"\n";
    write(folder.path(), "crates/odd/Cargo.toml", odd);
    let run = crates(&folder, &["--against", "main", "--format", "short"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    let about: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("crates/")).collect();
    assert_eq!(about.len(), 1, "{}", run.stdout);
    assert!(about[0].starts_with("crates/odd/Cargo.toml:5:13"), "{}", run.stdout);
}

#[test]
fn a_manifest_that_is_cut_off_hides_no_crate() {
    let folder = repository();
    let path = folder.path();
    write(path, "crates/other/Cargo.toml", &manifest("1.0.0", IMPLEMENTS));
    write(
        path,
        "crates/other/src/lib.rs",
        "pub fn check() { schema(\"storage/note\", \"1.0.0\"); }\n",
    );
    write(path, "fixtures/broken/Cargo.toml", "[package\n");
    let cut = manifest("1.3.0", IMPLEMENTS);
    write(path, "crates/notes/Cargo.toml", cut.trim_end_matches(" }\n"));
    let run = crates(&folder, &["--format", "short"]);
    let findings: Vec<&str> = run.stdout.lines().filter(|line| line.contains("error[")).collect();
    assert!(run.code == 1 && findings.len() == 1, "{}", run.stdout);
    assert!(findings[0].starts_with("crates/notes/Cargo.toml:6:"), "{findings:?}");
    let impact = binary::run(path, &["impact", "note.schema.json"]);
    let told = "the crate of `crates/notes/Cargo.toml` is left out: it is no TOML";
    assert!(impact.code == 0 && impact.stderr.contains(told), "{}", impact.stderr);
    assert!(!impact.stderr.contains("fixtures"), "{}", impact.stderr);
}
