//! Freezes and what happens to them over the years, through the real binary: damage is told apart from
//! what a crash leaves, nothing is built upon it, and nobody's files are lost on the way.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

mod binary;

use std::path::Path;

use binary::{Run, command, git, run};

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

#[track_caller]
fn freeze(folder: &Path, args: &[&str], wanted: i32) -> String {
    let mut all = vec!["freeze"];
    all.extend(args);
    let Run { code, stdout, stderr } = run(folder, &all);
    assert_eq!(code, wanted, "freeze {args:?}: {stdout}{stderr}");
    stdout + &stderr
}

fn gone(folder: &Path, name: &str) {
    std::fs::remove_file(folder.join("contracts/_frozen").join(name)).unwrap();
}

/// Three freezes, each of another tree.
fn three() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (n, version) in ["1.0.0", "1.1.0", "1.2.0"].iter().enumerate() {
        write(folder.path(), "contracts/a.json", &format!("{{\"a\": {n}{n}{n}{n}}}\n"));
        write(folder.path(), "contracts/e/c.txt", "c\n");
        freeze(folder.path(), &["create", version], 0);
    }
    folder
}

#[test]
fn the_last_copy_of_a_freeze_is_not_overwritten() {
    let folder = three();
    let latest = read(folder.path(), "contracts/_frozen/freeze-latest.json");
    gone(folder.path(), "freeze-1.2.0.json");
    gone(folder.path(), "sha-index-1.2.0.json");
    write(folder.path(), "contracts/a.json", "{\"a\": 9}\n");
    for version in ["1.2.0", "1.3.0"] {
        let said = freeze(folder.path(), &["create", version], 4);
        assert!(said.contains("freeze-latest.json"), "{said}");
    }
    for name in ["1.0.0", "1.1.0"] {
        gone(folder.path(), &format!("freeze-{name}.json"));
        gone(folder.path(), &format!("sha-index-{name}.json"));
    }
    freeze(folder.path(), &["create", "0.0.1"], 4);
    assert_eq!(read(folder.path(), "contracts/_frozen/freeze-latest.json"), latest);
}

#[test]
fn nothing_is_built_upon_damage() {
    for name in ["freeze-1.1.0.json", "freeze-1.0.0.json"] {
        let folder = three();
        gone(folder.path(), name);
        write(folder.path(), "contracts/a.json", "{\"a\": 9}\n");
        let said = freeze(folder.path(), &["create", "1.3.0"], 4);
        assert!(said.contains("nothing is built upon damage"), "{said}");
    }
}

#[test]
fn a_change_cannot_switch_integrity_off() {
    let folder = three();
    let path = "contracts/_frozen/freeze-1.1.0.json";
    write(folder.path(), path, &read(folder.path(), path).replace("1111", "1112"));
    for level in ["off", "note", "warning"] {
        write(
            folder.path(),
            "contract-guard.toml",
            &format!("[levels]\nfreeze-altered = \"{level}\"\n"),
        );
        let answer = run(folder.path(), &["check"]);
        assert_eq!(answer.code, 4, "{}{}", answer.stdout, answer.stderr);
        assert!(answer.stdout.contains("config-invalid"), "{}", answer.stdout);
    }
}

#[test]
fn check_and_verify_agree_about_integrity() {
    for name in ["sha-index-1.1.0.json", "freeze-latest.json"] {
        let folder = three();
        gone(folder.path(), name);
        freeze(folder.path(), &["verify"], 4);
        assert_eq!(run(folder.path(), &["check"]).code, 4, "{name}");
    }
}

#[test]
fn a_name_like_that_of_the_freezes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "contracts/a.json", "{}\n");
    write(folder.path(), "contracts/_FROZEN", "q\n");
    let said = freeze(folder.path(), &["create", "1.0.0"], 1);
    assert!(said.contains("_FROZEN"), "{said}");
}

#[test]
fn what_is_ignored_later_can_still_be_restored() {
    let folder = three();
    write(folder.path(), "contracts/.contractignore", "e/\n");
    freeze(folder.path(), &["restore", "1.0.0"], 0);
    assert_eq!(read(folder.path(), "contracts/a.json"), "{\"a\": 0000}\n");
    assert_eq!(read(folder.path(), "contracts/e/c.txt"), "c\n");
    write(folder.path(), "contracts/e/c.txt", "mine\n");
    let said = freeze(folder.path(), &["restore", "1.0.0"], 1);
    assert!(said.contains("e/c.txt"), "{said}");
    assert_eq!(read(folder.path(), "contracts/e/c.txt"), "mine\n");
}

#[test]
fn files_with_names_of_ours_are_nobodys_prey() {
    for name in [".contract-guard-0.old", ".contract-guard-0.new"] {
        let folder = three();
        let path = format!("contracts/{name}");
        write(folder.path(), &path, "MINE\n");
        let said = freeze(folder.path(), &["restore", "1.0.0"], 1);
        assert!(said.contains(name), "{said}");
        assert_eq!(read(folder.path(), &path), "MINE\n");
        assert_eq!(read(folder.path(), "contracts/a.json"), "{\"a\": 2222}\n");
    }
}

#[test]
fn a_legacy_freeze_of_nothing_is_refused() {
    let folder = three();
    let legacy = r#"{"version": "v2.0.0", "created_at": "2024-01-01T00:00:00", "artifacts": []}"#;
    write(folder.path(), "old.json", legacy);
    for args in
        [&["verify", "old.json"][..], &["restore", "old.json", "--prune"], &["import", "old.json"]]
    {
        freeze(folder.path(), args, 4);
    }
    assert_eq!(read(folder.path(), "contracts/a.json"), "{\"a\": 2222}\n");
}

#[test]
fn a_long_description_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "contracts/a.json", "{}\n");
    freeze(folder.path(), &["create", "1.0.0", "--description", &"a".repeat(65_536)], 0);
    assert!(freeze(folder.path(), &["list"], 0).contains("aaa"));
}

#[test]
fn what_a_crash_left_is_made_again_by_every_writing_command() {
    let left = |folder: &Path| {
        for name in ["sha-index-1.2.0.json", "freeze-latest.json", "sha-index-latest.json"] {
            gone(folder, name);
        }
        let one = read(folder, "contracts/_frozen/freeze-1.1.0.json");
        write(folder, "contracts/_frozen/freeze-latest.json", &one);
        write(folder, "contracts/_frozen/.contract-guard-0.tmp", "half");
        std::fs::create_dir_all(folder.join(".contract-guard")).unwrap();
    };
    let folder = three();
    left(folder.path());
    let said = freeze(folder.path(), &["create", "1.2.0"], 1);
    assert!(said.contains("there is a freeze 1.2.0 already"), "{said}");
    freeze(folder.path(), &["verify"], 0);
    let folder = three();
    left(folder.path());
    freeze(folder.path(), &["restore", "1.0.0"], 0);
    freeze(folder.path(), &["verify"], 0);
    let folder = three();
    left(folder.path());
    freeze(folder.path(), &["list"], 0);
    assert!(!folder.path().join("contracts/_frozen/.contract-guard-0.tmp").exists());
}

#[test]
fn a_forced_restore_needs_no_freezable_tree() {
    let folder = three();
    write(folder.path(), "contracts/a.json", "{\"a\": \"mine\"}\n");
    write(folder.path(), "contracts/aux.json", "{}\n");
    freeze(folder.path(), &["restore", "1.0.0"], 1);
    freeze(folder.path(), &["restore", "1.0.0", "--force"], 0);
    assert_eq!(read(folder.path(), "contracts/a.json"), "{\"a\": 0000}\n");
    let list = freeze(folder.path(), &["list"], 0);
    let rescue = list.split_whitespace().find(|word| word.starts_with("rescue-")).unwrap();
    freeze(folder.path(), &["restore", rescue, "--force"], 0);
    assert_eq!(read(folder.path(), "contracts/a.json"), "{\"a\": \"mine\"}\n");
}

#[test]
fn a_journal_does_not_reach_freezes() {
    let folder = three();
    let target = "contracts/_frozen/freeze-1.0.0.json";
    let bytes = read(folder.path(), target);
    let hash = |text: &str| contract_guard::tree::Digest::of(text.as_bytes()).hex();
    let (old, evil) = (serde_json::json!(hash(&bytes)), serde_json::json!(hash("evil")));
    let none = serde_json::Value::Null;
    for (root, state, before, after) in [
        ("contracts", "publishing", &old, &evil),
        // Neither another root nor the way back leads to a freeze.
        ("", "publishing", &old, &evil),
        ("contracts/_frozen", "publishing", &old, &evil),
        ("contracts", "staging", &none, &old),
        ("contracts", "publishing", &none, &evil),
    ] {
        let journal = serde_json::json!({
            "format": "contract-guard-journal/1", "what": "restore of 1.0.0", "root": root,
            "state": state, "folders": [], "emptied": [],
            "steps": [{"path": target, "number": 0, "before": before, "after": after}],
        });
        write(folder.path(), ".contract-guard/journal.json", &journal.to_string());
        write(folder.path(), "contracts/_frozen/.contract-guard-0.new", "evil");
        let answer = run(folder.path(), &["freeze", "list"]);
        assert!(answer.code != 0 || before.is_null(), "{journal}: {}", answer.stdout);
        assert_eq!(read(folder.path(), target), bytes, "{journal}");
    }
}

#[test]
fn another_repository_in_the_environment_saves_nothing() {
    let folder = three();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "all"]);
    write(folder.path(), "contracts/a.json", "{\"a\": \"mine\"}\n");
    let other = tempfile::tempdir().unwrap();
    write(other.path(), "contracts/a.json", "{\"a\": \"mine\"}\n");
    git(other.path(), &["init", "-q"]);
    git(other.path(), &["add", "."]);
    git(other.path(), &["commit", "-qm", "theirs"]);
    let mut restore = command(folder.path(), &["freeze", "restore", "1.0.0"]);
    let output = restore.env("GIT_DIR", other.path().join(".git")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(read(folder.path(), "contracts/a.json"), "{\"a\": \"mine\"}\n");
}

#[test]
fn an_import_that_was_killed_can_be_repeated() {
    let elsewhere = three();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "contracts/a.json", "{}\n");
    let file = |v: &str| elsewhere.path().join(format!("contracts/_frozen/freeze-{v}.json"));
    let (one, two) = (file("1.0.0"), file("1.1.0"));
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    freeze(folder.path(), &["import", one], 0);
    let said = freeze(folder.path(), &["import", one, two], 0);
    assert!(said.contains("1.0.0") && said.contains("already"), "{said}");
    freeze(folder.path(), &["verify"], 0);
    assert!(freeze(folder.path(), &["list"], 0).contains("1.1.0"));
}

#[test]
fn a_folder_that_cannot_hold_contracts_is_not_overlooked() {
    for wrong in ["../outside", "/tmp", "contracts/_frozen", "nowhere"] {
        let folder = three();
        write(folder.path(), "contract-guard.toml", &format!("contracts = \"{wrong}\"\n"));
        write(folder.path(), "contracts/a.json", "{\"a\": 9}\n");
        let answer = run(folder.path(), &["freeze", "create", "1.3.0"]);
        assert_eq!(answer.code, 2, "{wrong}: {}{}", answer.stdout, answer.stderr);
        assert!(answer.stderr.contains(wrong), "{}", answer.stderr);
        let answer = run(folder.path(), &["check"]);
        assert_eq!(answer.code, 2, "{wrong}: {}{}", answer.stdout, answer.stderr);
    }
}

#[test]
fn paths_outside_of_the_repository_are_not_everything() {
    let folder = three();
    for path in ["/", "..", "../.."] {
        freeze(folder.path(), &["restore", "1.0.0", "--", path], 2);
        assert_eq!(read(folder.path(), "contracts/a.json"), "{\"a\": 2222}\n", "{path}");
    }
}

#[test]
fn a_step_smaller_than_the_changes_demand_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let schema = |props: &str| {
        format!(
            r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://e.org/n.schema.json", "type": "object", "properties": {{{props}}}}}"#
        )
    };
    let path = "contracts/storage/schemas/n.schema.json";
    write(folder.path(), path, &schema(r#""a": {"type": "string"}, "b": {}"#));
    freeze(folder.path(), &["create", "1.0.0"], 0);
    write(folder.path(), path, &schema(r#""a": {"type": "string"}"#));
    let said = freeze(folder.path(), &["create", "1.1.0"], 1);
    assert!(said.contains("major") && said.contains("2.0.0"), "{said}");
    freeze(folder.path(), &["create", "2.0.0"], 0);
    let list = run(folder.path(), &["freeze", "list", "--required", "--format", "json"]).stdout;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["freezes"][1]["bump"]["required"], "major", "{list}");
}
