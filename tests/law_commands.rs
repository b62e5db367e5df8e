//! `laws` through the binary: the record that only shrinks, the standing of sentences, looking back to
//! commits and freezes, law files that are wrong, and hostile repositories.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads, writes, runs and stops"
)]

mod binary;

use std::path::Path;

use binary::{Run, git};

const LAW: &str = "\
law: upgrade
title: Upgrade contract
source: contracts/UPGRADE.md
sentences:
  U1: keys are never removed
  U2: nobody calls a shell
  U3: the loop survives
  U4: nobody holds this
rules:
  - id: keys-stay
    kind: additive-only
    sentences: [U1]
    of: keys
    paths: [\"config/*.json\"]
    why: operators set them
    remedy: put it back
  - id: no-shell
    kind: source
    sentences: [U2]
    paths: [\"src/**\"]
    forbid: {calls: [os.system]}
    unseen: shells started by libraries
    why: quoting goes wrong
    remedy: use subprocess.run with a list
  - id: survives
    kind: runtime
    sentences: [U3]
    test: tests/test_loop.py::test_survives
    why: a loop that dies is silent
    remedy: write the test
";

const SHELL: &str = "import os\n\n\ndef f():\n    os.system(\"a\")\n    os.system(\"b\")\n";

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn commit(folder: &Path, name: &str) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", name]);
    git(folder, &["tag", name]);
}

/// A repository with a law, a key, a shell call and the test that the law names.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    write(at, "contracts/laws/upgrade.yaml", LAW);
    write(at, "contracts/UPGRADE.md", "# Upgrade contract\n");
    write(at, "config/runtime.json", "{\"port\": 1}\n");
    write(at, "src/a.py", SHELL);
    write(at, "tests/test_loop.py", "def test_survives():\n    pass\n");
    commit(at, "v1");
    folder
}

fn laws(folder: &Path, args: &[&str]) -> Run {
    binary::run(folder, &[&["laws"], args].concat())
}

/// Held to the law `upgrade` alone.
fn check(folder: &Path, args: &[&str]) -> Run {
    laws(folder, &[&["check", "--law", "upgrade", "--format", "short"], args].concat())
}

#[test]
fn old_violations_are_accepted_and_new_ones_fail() {
    let folder = repository();
    let at = folder.path();
    assert_eq!(check(at, &[]).code, 1);
    let recorded = laws(at, &["baseline", "--law", "upgrade"]);
    assert_eq!((recorded.code, recorded.stdout.contains("2 accepted")), (0, true), "{recorded:?}");
    let accepted = check(at, &[]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    assert!(accepted.stdout.contains("2 old violations accepted"), "{accepted:?}");
    // Lines may move, and the same violation is still the same.
    write(at, "src/a.py", &format!("# moved\n{SHELL}"));
    assert_eq!(check(at, &[]).code, 0);
    // A third of the same kind at the same place is new, and so is one elsewhere.
    write(at, "src/a.py", &format!("{SHELL}    os.system(\"c\")\n"));
    assert_eq!(check(at, &[]).code, 1);
    write(at, "src/a.py", SHELL);
    write(at, "src/b.py", SHELL);
    let new = check(at, &[]);
    assert!(new.stdout.contains("src/b.py:5:5") && !new.stdout.contains("src/a.py"), "{new:?}");
    // Recording again does not help.
    let again = laws(at, &["baseline", "--law", "upgrade"]);
    assert_eq!(again.code, 1, "{again:?}");
    assert_eq!(check(at, &[]).code, 1);
}

#[test]
fn the_record_only_shrinks() {
    let folder = repository();
    let at = folder.path();
    laws(at, &["baseline", "--law", "upgrade"]);
    commit(at, "v2");
    write(at, "src/a.py", "import os\n\n\ndef f():\n    os.system(\"a\")\n");
    let stale = check(at, &[]);
    assert!(stale.stdout.contains("law-baseline-stale"), "{stale:?}");
    let shrunk = laws(at, &["baseline", "--law", "upgrade"]);
    assert!(shrunk.stdout.contains("1 accepted (before: 2)"), "{shrunk:?}");
    commit(at, "v3");
    // What was fixed does not come back.
    write(at, "src/a.py", SHELL);
    assert_eq!(laws(at, &["baseline", "--law", "upgrade"]).code, 1);
    assert_eq!(check(at, &[]).code, 1);
    // Nor by a record that is written by hand: the baseline knows.
    let path = at.join("contracts/laws/baseline.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"count\": 1", "\"count\": 9")).unwrap();
    let grown = check(at, &["--against", "v3"]);
    assert!(grown.code == 1 && grown.stdout.contains("law-baseline-grew"), "{grown:?}");
}

#[test]
fn a_key_that_was_born_and_removed_is_seen_commit_by_commit() {
    let folder = repository();
    let at = folder.path();
    write(at, "config/runtime.json", "{\"port\": 1, \"beta\": true}\n");
    commit(at, "v2");
    write(at, "config/runtime.json", "{\"port\": 1}\n");
    commit(at, "v3");
    let rule = ["--rule", "keys-stay"];
    assert_eq!(check(at, &[&rule[..], &["--against", "v1"]].concat()).code, 0);
    let since = check(at, &[&rule[..], &["--since", "v1"]].concat());
    assert!(since.code == 1 && since.stdout.contains("`beta`"), "{since:?}");
    // A sentence selects its rules, too.
    assert_eq!(check(at, &["--rule", "U1", "--since", "v1"]).code, 1);
}

#[test]
fn what_is_not_committed_is_the_last_step() {
    let folder = repository();
    let at = folder.path();
    write(at, "config/runtime.json", "{}\n");
    for from in ["--since", "--against"] {
        let run = check(at, &["--rule", "U1", from, "v1"]);
        assert!(run.code == 1 && run.stdout.contains("`port`"), "{run:?}");
        assert_eq!(check(at, &["--rule", "U1", from, "v1", "--staged"]).code, 0);
        assert_eq!(check(at, &["--rule", "U1", from, "v1", "--at", "HEAD"]).code, 0);
    }
}

#[test]
fn a_branch_is_compared_with_where_it_began() {
    let folder = repository();
    let at = folder.path();
    git(at, &["checkout", "-q", "-b", "feature"]);
    write(at, "README.md", "x\n");
    commit(at, "f1");
    git(at, &["checkout", "-q", "main"]);
    write(at, "config/runtime.json", "{\"port\": 1, \"new\": 2}\n");
    commit(at, "v2");
    git(at, &["checkout", "-q", "feature"]);
    // `new` is not removed by a branch that never had it.
    let run = check(at, &["--rule", "U1", "--against", "main"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_freeze_is_a_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    assert_eq!(binary::run(at, &["init"]).code, 0);
    let law = LAW.replace("config/*.json", "contracts/storage/examples/*.json");
    write(at, "contracts/laws/upgrade.yaml", &law);
    let frozen = binary::run(at, &["freeze", "create", "1.0.0"]);
    assert_eq!(frozen.code, 0, "{frozen:?}");
    let path = at.join("contracts/storage/examples/note.example.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|l| l.contains("\"title\"")).unwrap().to_owned();
    std::fs::write(&path, text.replace(&format!("{line}\n"), "")).unwrap();
    let run = check(at, &["--rule", "U1", "--against", "freeze:1.0.0"]);
    assert!(run.code == 1 && run.stdout.contains("`title`"), "{run:?}");
    let no = check(at, &["--against", "freeze:9.9.9"]);
    assert_eq!(no.code, 2, "{no:?}");
}

#[test]
fn every_sentence_has_a_standing() {
    let folder = repository();
    let at = folder.path();
    let standing = |args: &[&str]| {
        let run = laws(at, &[&["status", "--format", "json", "--law", "upgrade"], args].concat());
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let of = |s: &serde_json::Value| s["standing"].as_str().unwrap().to_owned();
        report["sentences"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(standing(&[]), ["enforced", "partly", "partly", "only written"]);
    write(
        at,
        "junit.xml",
        "<testsuite><testcase classname=\"tests.test_loop\" name=\"test_survives\"/></testsuite>",
    );
    assert_eq!(standing(&["--ran", "junit.xml"])[2], "tested");
    let failed = "<testsuite><testcase classname=\"tests.test_loop\" name=\"test_survives\"><failure/></testcase></testsuite>";
    write(at, "junit.xml", failed);
    assert_eq!(standing(&["--ran", "junit.xml"])[2], "partly");
    write(at, "out.txt", "tests/test_loop.py::test_survives PASSED [100%]\n");
    assert_eq!(standing(&["--ran", "out.txt"])[2], "tested");
    write(at, "out.txt", "test test_survives ... FAILED\n");
    assert_eq!(standing(&["--ran", "out.txt"])[2], "partly");
    std::fs::remove_file(at.join("tests/test_loop.py")).unwrap();
    assert_eq!(standing(&[])[2], "only written");
    let waived = "    waived: {until: 2999-01-01, reason: later, owner: ann}\n    why: quoting";
    write(at, "contracts/laws/upgrade.yaml", &LAW.replace("    why: quoting", waived));
    assert_eq!(standing(&[])[1], "waived");
    assert_eq!(check(at, &["--rule", "no-shell"]).code, 0, "waived findings are notes");
    assert_eq!(check(at, &["--rule", "no-shell", "--now", "2999-01-02T00:00:00Z"]).code, 1);
}

#[test]
fn standings_are_written_for_people_and_pages() {
    let folder = repository();
    let text = LAW.replace("nobody holds this", "nobody <b>holds</b> a | b");
    write(folder.path(), "contracts/laws/upgrade.yaml", &text);
    let human = laws(folder.path(), &["status", "--law", "upgrade"]).stdout;
    assert!(human.contains("4 sentences: 1 enforced, 2 partly, 1 only written"), "{human}");
    let markdown =
        laws(folder.path(), &["status", "--law", "upgrade", "--format", "markdown"]).stdout;
    assert!(
        markdown.contains("| U4 | nobody &lt;b>holds&lt;/b> a \\| b | only written |"),
        "{markdown}"
    );
    let html = laws(folder.path(), &["status", "--law", "upgrade", "--format", "html"]).stdout;
    assert!(html.contains("nobody &lt;b&gt;holds") && !html.contains("<b>holds"), "{html}");
}

#[test]
fn what_is_wrong_with_a_law_is_said_where_it_stands() {
    let folder = repository();
    let law = "\
law: other
sentences: {A: one}
readings: {B: two}
colour: red
rules:
  - id: Big
    kind: additive-onl
    why: x
    remedy: y
  - id: twice
    kind: source
    sentences: [C]
    forbid: {calls: [\"{open\"], texts: [\"(\"], patterns: [\"print($$$\"], clals: [x]}
    where: {inside: {}}
    level: fatal
    why: x
    remedy: y
  - id: twice
    kind: data
    paths: [a.json]
    schema: {type: nothing}
    fresh: {within: soon}
    remedy: y
  - id: shapes
    kind: source
    forbid: {calls: [x]}
    require: {calls: [x]}
    why: x
    remedy: y
";
    write(folder.path(), "contracts/laws/upgrade.yaml", law);
    let run = laws(folder.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 1);
    let wrong: Vec<&str> = run.stdout.lines().filter(|l| l.contains("law-invalid")).collect();
    let text = wrong.join("\n") + "\n";
    let path = Path::new("fixtures/law-invalid.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(path).unwrap().replace("\r\n", "\n"));
    assert!(wrong.iter().all(|l| l.starts_with("contracts/laws/upgrade.yaml:")), "{wrong:#?}");
}

#[test]
fn laws_are_a_part_of_check() {
    let folder = repository();
    let at = folder.path();
    let run = binary::run(at, &["check", "--format", "short"]);
    assert!(run.code == 1 && run.stdout.contains("src/a.py:5:5: error[source]"), "{run:?}");
    assert!(run.stdout.contains("gate-wired"), "the gate guards itself: {run:?}");
    write(at, "src/a.py", "x = 1\n");
    let staged = binary::run(at, &["check", "--staged", "--format", "short"]);
    assert!(staged.stdout.contains("src/a.py:5:5"), "the index still has it: {staged:?}");
    git(at, &["add", "-A"]);
    let staged = binary::run(at, &["check", "--staged", "--format", "short"]);
    assert!(!staged.stdout.contains("src/a.py"), "{staged:?}");
    write(at, "config/runtime.json", "{}\n");
    let against = binary::run(at, &["check", "--against", "v1", "--format", "short"]);
    assert!(against.stdout.contains("the key `port`"), "{against:?}");
}

/// What is asked for is in the index or in a commit; the folder has moved on.
#[test]
fn the_folder_does_not_say_where_the_contracts_of_a_commit_lie() {
    let folder = repository();
    let at = folder.path();
    write(at, "notes.txt", "n\n");
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "m"]);
    write(at, "elsewhere/README.md", "nothing\n");
    write(at, "contract-guard.toml", "contracts = \"elsewhere\"\n");
    for args in [&["--staged"][..], &["--at", "HEAD"]] {
        let format = ["--format", "short"];
        let check = binary::run(at, &[&["check"], args, &format].concat());
        assert!(check.code == 1 && check.stdout.contains("src/a.py:5:5"), "{args:?}: {check:?}");
        let held = laws(at, &[&["check"], args, &format].concat());
        assert!(held.code == 1 && held.stdout.contains("src/a.py:5:5"), "{args:?}: {held:?}");
    }
}

/// The record of the index accepts what the index has, whatever became of the folder.
#[test]
fn the_record_of_the_index_is_read_where_the_index_has_it() {
    let folder = repository();
    let at = folder.path();
    assert_eq!(laws(at, &["baseline"]).code, 0);
    git(at, &["add", "-A"]);
    std::fs::remove_dir_all(at.join("contracts/laws")).unwrap();
    let held = laws(at, &["check", "--staged", "--format", "short"]);
    assert!(!held.stdout.contains("src/a.py:5:5"), "{held:?}");
}

#[test]
fn the_document_of_a_law_is_to_be_frozen() {
    let folder = repository();
    let at = folder.path();
    write(at, "UPGRADE.md", "# Upgrade\n");
    let law = LAW.replace("contracts/UPGRADE.md", "UPGRADE.md");
    write(at, "contracts/laws/upgrade.yaml", &law);
    let run = laws(at, &["check", "--format", "short"]);
    assert!(run.stdout.contains("law-source-not-frozen"), "{run:?}");
}

#[test]
fn what_nothing_has_is_no_pass() {
    let folder = repository();
    let at = folder.path();
    for (args, code) in [
        (&["check", "--law", "nope"][..], 2),
        (&["check", "--rule", "nope"], 2),
        (&["check", "--pack", "nope"], 2),
        (&["check", "--pack", "nope.yaml"], 3),
        (&["check", "--against", "nope"], 3),
        (&["check", "--since", "freeze:1"], 2),
        (&["check", "--now", "yesterday"], 2),
        (&["check", "--path", "nowhere"], 3),
        (&["check", "--at", "nope"], 3),
        (&["status", "--ran", "nope"], 3),
        (&["check", "--format", "html"], 2),
    ] {
        let run = laws(at, args);
        assert_eq!(run.code, code, "{args:?}: {run:?}");
        assert!(run.stderr.starts_with("error: ") && run.stdout.is_empty(), "{args:?}: {run:?}");
    }
    let empty = tempfile::tempdir().unwrap();
    let run = laws(empty.path(), &["check"]);
    assert_eq!(run.code, 3, "{run:?}");
    // A folder that is no repository can be held to a pack, and looks back to nothing.
    write(empty.path(), "a.py", "x = 1\n");
    assert_eq!(laws(empty.path(), &["check", "--pack", "nexusmon-upgrade"]).code, 1);
    assert_eq!(laws(empty.path(), &["check", "--pack", "memoryos", "--since", "x"]).code, 3);
}

#[test]
fn hostile_files_end_in_findings() {
    let folder = repository();
    let at = folder.path();
    let deep = 30_000;
    write(at, "src/deep.py", &format!("x = {}1{}\n", "(".repeat(deep), ")".repeat(deep)));
    write(at, "src/deep.js", &format!("x = {}1{};\n", "[".repeat(deep), "]".repeat(deep)));
    write(at, "src/deep.sh", &"$(".repeat(deep));
    write(at, "src/plus.py", &format!("x = {}1\n", "'a' + ".repeat(deep)));
    write(at, "src/dots.py", &format!("x{}()\n", ".y()".repeat(deep)));
    write(
        at,
        "src/loop.py",
        "A = B\nB = C\nC = A + A + A\nopen(A + B)\ndef f():\n    return f() + f()\nopen(f())\n",
    );
    write(
        at,
        "src/ifs.py",
        &(0..500).map(|n| format!("{}if x:\n", " ".repeat(n))).collect::<String>(),
    );
    write(at, "src/braces.rs", &format!("fn f() {}{}", "{".repeat(deep), "}".repeat(deep)));
    write(at, "src/else.ts", &format!("if (a) {{}}{}", " else if (a) {}".repeat(5000)));
    std::fs::write(at.join("src/nul.py"), b"x = 1\0\nimport os\nos.system('x')\n").unwrap();
    std::fs::write(at.join("src/latin.py"), b"# \xe9\nimport os\nos.system('x')\n").unwrap();
    write(at, "src/empty.py", "");
    write(at, "config/broken.json", "{\"a\": ");
    let run = check(at, &["--against", "v1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("src/latin.py:3:1"), "{run:?}");
    for pack in ["stock-bot-system", "engines-durable", "plugin-host-phase-11"] {
        let run = laws(at, &["check", "--pack", pack, "--format", "short"]);
        assert!(run.code <= 1 && run.stderr.is_empty(), "{pack}: {}", run.stderr);
    }
}

#[test]
fn hostile_laws_end_in_findings() {
    let folder = repository();
    let at = folder.path();
    let start = "law: upgrade\nrules:\n  - id: a\n    kind: source\n    why: x\n    remedy: y\n";
    for law in [
        "",
        "[]",
        "law: upgrade",
        "law: upgrade\nrules: 7",
        "law: upgrade\nrules: [7, [8]]",
        "\u{feff}law: [",
        &format!("{start}    forbid: {{calls: [\"{}\"]}}\n", "*".repeat(5000)),
        &format!("{start}    forbid: {{calls: [\"{}{}\"]}}\n", "{a,".repeat(200), "}".repeat(200)),
        &format!("{start}    forbid: {{texts: [\"(a+)+$\"]}}\n"),
        &format!("{start}    forbid: {{texts: [\"{}\"]}}\n", "(".repeat(3000)),
        &format!("{start}    forbid: {{patterns: [\"{}\"]}}\n", "f(".repeat(2000)),
        &format!("{start}    forbid: {{rule: {{all: [{{any: []}}]}}}}\n"),
        &format!("a: &a [x]\n{start}    forbid: {{calls: *a}}\n"),
        "law: upgrade\nrules:\n  - id: a\n    kind: data\n    paths: [\"*.json\"]\n    schema: {$ref: \"https://example.com/x\"}\n    why: x\n    remedy: y\n",
        "law: upgrade\nrules:\n  - id: a\n    kind: command\n    run: [x]\n    in: ../..\n    timeout: -1s\n    why: x\n    remedy: y\n",
    ] {
        write(at, "contracts/laws/upgrade.yaml", law);
        write(at, "src/long.py", &format!("x = \"{}!\"\n", "a".repeat(2000)));
        let run = laws(at, &["check", "--format", "short"]);
        assert!(run.code <= 1 && run.stderr.is_empty(), "{law:.200}: {run:?}");
        assert!(!run.stdout.is_empty());
    }
    std::fs::write(at.join("contracts/laws/upgrade.yaml"), b"law: \xff\xfe").unwrap();
    assert_eq!(laws(at, &["check"]).code, 1);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = repository();
    let at = folder.path();
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "secret.py", SHELL);
    std::os::unix::fs::symlink(outside.path().join("secret.py"), at.join("src/linked.py")).unwrap();
    std::os::unix::fs::symlink(outside.path(), at.join("src/folder")).unwrap();
    let run = check(at, &[]);
    assert!(!run.stdout.contains("linked") && !run.stdout.contains("folder"), "{run:?}");
    let record = outside.path().join("record");
    std::fs::write(&record, "kept").unwrap();
    std::os::unix::fs::symlink(&record, at.join("contracts/laws/baseline.json")).unwrap();
    assert!(laws(at, &["baseline"]).code > 1);
    assert_eq!(std::fs::read_to_string(&record).unwrap(), "kept");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = repository();
    for format in ["human", "short", "json", "markdown"] {
        let args =
            ["check", "--format", format, "--against", "v1", "--now", "2026-11-20T00:00:00Z"];
        let first = laws(folder.path(), &args);
        for _ in 0..3 {
            assert_eq!(laws(folder.path(), &args).stdout, first.stdout);
        }
    }
}

#[test]
fn findings_fit_the_published_schema() {
    let folder = repository();
    let run = laws(folder.path(), &["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let schema = std::fs::read_to_string("schemas/findings-1.schema.json").unwrap();
    let validator = jsonschema::options().build(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(report["findings"][0]["law"]["law"], "gate");
}

#[cfg(unix)]
#[test]
fn a_file_that_becomes_a_link_is_still_there() {
    let folder = repository();
    let at = folder.path();
    write(at, "docs/a.md", "a\n");
    commit(at, "v2");
    std::fs::remove_file(at.join("docs/a.md")).unwrap();
    std::os::unix::fs::symlink("../config/runtime.json", at.join("docs/a.md")).unwrap();
    let law = "law: files\nrules:\n  - id: stay\n    kind: additive-only\n    of: files\n    why: x\n    remedy: y\n  - id: there\n    kind: required-path\n    need: [docs/a.md]\n    why: x\n    remedy: y\n";
    write(at, "contracts/laws/files.yaml", law);
    for state in [&[][..], &["--staged"]] {
        let args =
            [&["check", "--law", "files", "--since", "v2", "--format", "short"], state].concat();
        git(at, &["add", "-A"]);
        let run = laws(at, &args);
        assert_eq!(run.code, 0, "{run:?}");
    }
}

#[test]
fn a_service_in_a_repository_of_many_has_laws_of_its_own() {
    let folder = repository();
    let at = folder.path();
    let law = LAW.replace("law: upgrade", "law: service");
    write(at, "services/one/contracts/laws/service.yaml", &law);
    write(at, "services/one/src/b.py", SHELL);
    let run =
        laws(&at.join("services/one/src"), &["check", "--law", "service", "--format", "short"]);
    assert!(run.stdout.contains("src/b.py:5:5") && !run.stdout.contains("a.py"), "{run:?}");
    commit(at, "v2");
    write(at, "services/one/src/c.py", SHELL);
    let since = ["check", "--law", "service", "--format", "short", "--since", "v1"];
    let run = laws(&at.join("services/one"), &since);
    assert!(run.stdout.contains("src/c.py:5:5"), "{run:?}");
}

#[test]
fn laws_are_part_of_a_freeze() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    assert_eq!(binary::run(at, &["init"]).code, 0);
    write(at, "contracts/laws/upgrade.yaml", LAW);
    write(at, "contracts/UPGRADE.md", "# Upgrade contract\n");
    assert_eq!(binary::run(at, &["freeze", "create", "1.0.0"]).code, 0);
    let sums = binary::run(at, &["freeze", "show", "1.0.0", "--sums"]).stdout;
    for path in ["contracts/laws/upgrade.yaml", "contracts/UPGRADE.md"] {
        assert!(sums.contains(path), "{sums}");
    }
}

#[test]
fn a_broken_record_accepts_nothing_and_is_not_overwritten() {
    let folder = repository();
    let at = folder.path();
    laws(at, &["baseline", "--law", "upgrade"]);
    assert_eq!(check(at, &[]).code, 0);
    let path = at.join("contracts/laws/baseline.json");
    std::fs::write(&path, "{").unwrap();
    let run = check(at, &[]);
    assert!(run.code == 1 && run.stdout.contains("cannot be read"), "{run:?}");
    let again = laws(at, &["baseline", "--law", "upgrade"]);
    assert_eq!(
        (again.code, std::fs::read_to_string(&path).unwrap().as_str()),
        (2, "{"),
        "{again:?}"
    );
    std::fs::remove_file(&path).unwrap();
    write(at, "contracts/laws/upgrade.yaml", &LAW.replace("kind: source", "kind: sorce"));
    let broken = laws(at, &["baseline", "--law", "upgrade"]);
    assert!(broken.code == 2 && !path.exists(), "{broken:?}");
}

#[test]
fn a_history_that_is_cut_off_is_no_pass() {
    let folder = repository();
    let at = folder.path();
    write(at, "config/runtime.json", "{}\n");
    commit(at, "v2");
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", at.display());
    git(clone.path(), &["clone", "-q", "--depth", "1", "--no-tags", &from, "."]);
    git(clone.path(), &["fetch", "-q", "--depth", "1", "origin", "tag", "v1"]);
    for look in ["--since", "--against"] {
        let run = check(clone.path(), &["--rule", "U1", look, "v1"]);
        assert!(run.code == 3 && run.stderr.contains("--unshallow"), "{run:?}");
    }
}

#[test]
fn a_misspelled_placeholder_is_said() {
    let folder = repository();
    let law = "law: upgrade\nrules:\n  - id: a\n    kind: companion\n    for: [\"l/{name}.log\"]\n    need: [\"l/{nam}.ok\"]\n    why: x\n    remedy: y\n";
    write(folder.path(), "contracts/laws/upgrade.yaml", law);
    let run = check(folder.path(), &[]);
    assert!(run.code == 1 && run.stdout.contains("`{nam}`"), "{run:?}");
}

#[test]
fn a_rule_answers_to_the_name_that_findings_print() {
    let folder = repository();
    assert_eq!(check(folder.path(), &["--rule", "upgrade/no-shell"]).code, 1);
}

#[test]
fn strict_takes_what_is_held_tested_or_waived() {
    let folder = repository();
    let at = folder.path();
    write(at, "tests.log", "test tests::test_survives ... ok\n");
    let strict = |waived: &str| {
        write(at, "waived.yaml", waived);
        let args =
            ["--law", "upgrade", "--ran", "tests.log", "--waived", "waived.yaml", "--strict"];
        laws(at, &[&["status", "--now", "2026-11-22T00:00:00Z"], &args[..]].concat())
    };
    let entry = |sentences: &str, until: &str| {
        format!(
            "- {{pack: upgrade, sentences: {sentences}, until: {until}, owner: ada, reason: nobody calls shells here}}\n"
        )
    };
    assert_eq!(laws(at, &["status", "--law", "upgrade"]).code, 0);
    let none = laws(at, &["status", "--law", "upgrade", "--strict"]);
    assert_eq!(none.code, 1, "{none:?}");
    let whole = strict(&entry("[U2, U4]", "2027-01-01"));
    assert_eq!(whole.code, 0, "{whole:?}");
    assert!(whole.stdout.contains("2 waived"), "{whole:?}");
    for (list, says) in [
        (entry("[U2]", "2027-01-01"), ""),
        (entry("[U2, U4]", "2026-11-21"), "ended on 2026-11-21"),
        (entry("[U1, U2, U4]", "2027-01-01"), "`upgrade U1` is enforced"),
        (entry("[U2, U4, U9]", "2027-01-01"), "`upgrade U9` is no sentence"),
    ] {
        let run = strict(&list);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.stderr.contains(says), "{run:?}");
    }
    for broken in [
        "- {pack: upgrade}\n",
        "- {pack: upgrade, sentences: [U2], until: soon, owner: a, reason: b}\n",
        "[",
        "- x\n",
    ] {
        let run = strict(broken);
        assert_eq!(run.code, 2, "{broken}: {run:?}");
        assert!(run.stderr.contains("waived.yaml"), "{run:?}");
    }
}
