//! The real binary: exit codes, streams, colour, width, closed pipes and full disks.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

mod binary;

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use binary::{Run, command, files, run};

/// `init` in a fresh folder.
fn fresh() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let Run { code, .. } = run(folder.path(), &["init"]);
    assert_eq!(code, 0);
    folder
}

fn broken() -> tempfile::TempDir {
    let folder = fresh();
    let note = folder.path().join("contracts/storage/examples/note.example.json");
    std::fs::write(note, "{\"id\": 1}").unwrap();
    folder
}

#[test]
fn init_makes_a_tree_that_passes_and_never_overwrites() {
    let folder = fresh();
    let Run { code, stdout, .. } = run(folder.path(), &["check"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("pass: no findings in 13 artifacts"), "{stdout}");
    assert!(folder.path().join(".pre-commit-config.yaml").exists());
    let before = files(folder.path());
    let Run { code, stderr, .. } = run(folder.path(), &["init"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("already; nothing was written"), "{stderr}");
    assert_eq!(before, files(folder.path()));
}

#[test]
fn init_keeps_a_hook_and_a_workflow_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".pre-commit-config.yaml"), "repos: []\n").unwrap();
    let Run { code, stdout, .. } = run(folder.path(), &["init"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("kept  .pre-commit-config.yaml (it was there)"), "{stdout}");
    assert_eq!(
        std::fs::read_to_string(folder.path().join(".pre-commit-config.yaml")).unwrap(),
        "repos: []\n"
    );
}

/// GitHub and git look at the top of a repository only.
#[test]
fn init_below_the_top_writes_where_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    binary::git(folder.path(), &["init", "-q", "-b", "main"]);
    let top = run(folder.path(), &["init", "services/notes"]);
    assert_eq!(top.code, 0, "{top:?}");
    assert!(top.stdout.contains("wrote ../../.github/workflows/contract-guard.yml\n"), "{top:?}");
    assert!(top.stdout.contains("fill in CONTRACT_GUARD_URL and CONTRACT_GUARD_COMMIT"), "{top:?}");
    let text = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap();
    let workflow = text(".github/workflows/contract-guard.yml");
    assert_eq!(workflow.matches("contract-guard check services/notes --format").count(), 2);
    assert!(
        text(".pre-commit-config.yaml").contains("entry: contract-guard hook run services/notes\n")
    );
    assert!(!folder.path().join("services/notes/.github").exists());
    let below = folder.path().join("services/notes");
    assert_eq!(run(&below, &["hook", "install"]).stdout.matches("hooks/pre-commit").count(), 1);
    // What is there already calls the gate for the other folder only.
    let second = run(folder.path(), &["init", "services/users"]);
    for command in ["hook run", "check"] {
        let said = format!("run: contract-guard {command} services/users\n");
        assert!(second.code == 0 && second.stdout.contains(&said), "{second:?}");
    }
    let odd = run(folder.path(), &["init", "the notes"]);
    let said = "Let ../.pre-commit-config.yaml run: contract-guard hook run 'the notes'\n";
    assert!(odd.code == 0 && odd.stdout.contains(said), "{odd:?}");
}

#[test]
fn exit_codes_are_those_of_the_help() {
    let (good, bad, empty) = (fresh(), broken(), tempfile::tempdir().unwrap());
    let cases: &[(&Path, &[&str], i32)] = &[
        (good.path(), &[], 0),
        (good.path(), &["check"], 0),
        (good.path(), &["validate"], 0),
        (good.path(), &["envelope"], 0),
        (good.path(), &["list", "examples"], 0),
        (good.path(), &["explain"], 0),
        (good.path(), &["--help"], 0),
        (good.path(), &["--version"], 0),
        (bad.path(), &["check"], 1),
        (bad.path(), &["validate"], 1),
        (bad.path(), &["envelope"], 0),
        (bad.path(), &["check", "--exit-zero"], 0),
        (good.path(), &["check", "--no-such-flag"], 2),
        (good.path(), &["check", "--staged", "--at", "HEAD"], 2),
        (good.path(), &["explain", "no-such-code"], 2),
        (good.path(), &["ulid", "new", "-n", "0"], 2),
        (good.path(), &["ulid", "new", "--at", "yesterday"], 2),
        (empty.path(), &["check"], 3),
        (empty.path(), &["check", "--exit-zero"], 3),
        (empty.path(), &["check", "no/such/folder"], 3),
        (empty.path(), &["check", "--at", "HEAD"], 3),
        (good.path(), &["check", "freeze:1.0.0"], 3),
        (good.path(), &["validate", "no-such-file.json"], 3),
    ];
    for (folder, args, wanted) in cases {
        let Run { code, stdout, stderr } = run(folder, args);
        assert_eq!(code, *wanted, "{args:?}\n{stdout}{stderr}");
        if *wanted >= 2 {
            assert!(stderr.starts_with("error"), "{args:?}: {stderr}");
        }
    }
}

#[test]
fn validate_and_envelope_end_with_their_classic_lines() {
    let (good, bad) = (fresh(), broken());
    let last = |folder: &Path, command: &str| {
        let stdout = run(folder, &[command]).stdout;
        stdout.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(last(good.path(), "validate"), "0 mismatched example(s)");
    assert_eq!(last(bad.path(), "validate"), "1 mismatched example(s)");
    assert_eq!(last(good.path(), "envelope"), "✓ Envelope invariants check passed");
    let envelope = bad.path().join("contracts/events/envelope.schema.json");
    let text = std::fs::read_to_string(&envelope).unwrap().replace("    \"band\",\n", "");
    std::fs::write(&envelope, text).unwrap();
    assert_eq!(last(bad.path(), "envelope"), "✗ Envelope invariants check failed");
}

#[test]
fn validate_looks_at_the_named_examples_only() {
    let folder = broken();
    let examples = folder.path().join("contracts/storage/examples");
    let code = |args: &[&str]| run(folder.path(), args).code;
    assert_eq!(code(&["validate", "contracts/events"]), 0);
    assert_eq!(code(&["validate", "contracts/storage/examples/note.example.json"]), 1);
    assert_eq!(code(&["validate", "contracts/storage/examples/note.invalid.no-title.json"]), 0);
    let from_inside = run(&examples, &["validate", "note.example.json"]);
    assert_eq!(from_inside.code, 1);
    assert!(from_inside.stdout.ends_with("1 mismatched example(s)\n"), "{}", from_inside.stdout);
}

#[test]
fn the_worst_comes_first_and_a_summary_last() {
    let folder = broken();
    let schema = folder.path().join("contracts/storage/schemas/aaa.schema.json");
    std::fs::write(
        schema,
        "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"object\"}",
    )
    .unwrap();
    let stdout = run(folder.path(), &["check", "--format", "short"]).stdout;
    let level = |line: &str| ["error[", "warning[", "note["].iter().position(|l| line.contains(l));
    let levels: Vec<usize> = stdout.lines().filter_map(level).collect();
    assert_eq!(levels, [0, 1, 2], "{stdout}");
    assert!(
        stdout
            .lines()
            .last()
            .unwrap()
            .starts_with("fail: 1 error, 1 warning, 1 note in 14 artifacts")
    );
}

#[test]
fn json_says_the_same_and_nothing_else() {
    let folder = broken();
    let stdout = run(folder.path(), &["check", "--format", "json"]).stdout;
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["verdict"], "fail");
    assert_eq!(report["findings"][0]["code"], "example-invalid");
    assert_eq!(
        report["findings"][0]["location"]["artifact"],
        "contracts/storage/examples/note.example.json"
    );
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../schemas/findings-1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(
        validator.is_valid(&report),
        "{:?}",
        validator.iter_errors(&report).map(|e| e.to_string()).collect::<Vec<_>>()
    );
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let folder = broken();
    let plain = run(folder.path(), &["check"]).stdout;
    assert!(!plain.contains('\u{1b}'));
    let colored = run(folder.path(), &["check", "--color", "always"]).stdout;
    assert!(colored.contains('\u{1b}'));
    let mut command = command(folder.path(), &["check", "--color", "auto"]);
    let output = command.env("NO_COLOR", "1").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), plain);
}

#[test]
fn forty_columns_are_enough() {
    let folder = broken();
    let output = command(folder.path(), &["check"]).env("COLUMNS", "40").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // Source lines, paths and the summary are not broken: they are to be copied.
    let prose = text
        .lines()
        .filter(|l| l.starts_with("  ×") || l.starts_with("  │") || l.starts_with("  help"));
    for line in prose {
        assert!(line.chars().count() <= 40, "{line}");
    }
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn same_input_same_bytes() {
    let folder = broken();
    for format in ["human", "short", "json"] {
        let once = run(folder.path(), &["check", "--format", format]).stdout;
        assert_eq!(once, run(folder.path(), &["check", "--format", format]).stdout);
    }
}

#[test]
fn a_closed_pipe_keeps_the_verdict() {
    for (folder, wanted) in [(fresh(), 0), (broken(), 1)] {
        let mut child = command(folder.path(), &["check"]).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(wanted));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_pass() {
    for (folder, wanted) in [(fresh(), 3), (broken(), 1)] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut child =
            command(folder.path(), &["check"]).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(wanted));
        assert!(stderr.contains("cannot write the answer"), "{stderr}");
    }
}

/// What is not open for writing swallows the answer: nobody was told.
#[cfg(unix)]
#[test]
fn an_output_that_cannot_be_written_is_no_pass() {
    for (folder, wanted) in [(fresh(), 3), (broken(), 1)] {
        for args in [&["check"][..], &["check", "--format", "json"]] {
            let unwritable = std::fs::File::open("/dev/null").unwrap();
            let output = command(folder.path(), args).stdout(unwritable).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(wanted), "{stderr}");
            assert!(stderr.contains("cannot write the answer"), "{stderr}");
        }
    }
    // Whoever throws it away on purpose has opened something that takes it.
    let output = command(fresh().path(), &["check"]).stdout(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn explain_knows_every_code_and_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let all = run(folder.path(), &["explain"]).stdout;
    for line in all.lines() {
        let code = line.split_whitespace().next().unwrap();
        let Run { code: status, stdout, .. } = run(folder.path(), &["explain", code]);
        assert_eq!(status, 0);
        for part in ["What", "Why", "How to fix", "Bad", "Good"] {
            assert!(stdout.contains(&format!("\n{part}\n")), "{code} lacks {part}");
        }
    }
    let stderr = run(folder.path(), &["explain", "danglin-ref"]).stderr;
    assert!(stderr.contains("the nearest is `dangling-ref`"), "{stderr}");
}

#[test]
fn ulids_are_made_in_order_and_checked_strictly() {
    let folder = tempfile::tempdir().unwrap();
    let made =
        run(folder.path(), &["ulid", "new", "-n", "50", "--at", "2026-11-20T12:00:00Z"]).stdout;
    let ids: Vec<&str> = made.lines().collect();
    assert_eq!(ids.len(), 50);
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(ids.iter().all(|id| id.starts_with("01M7WD7TG0")), "{made}");
    let mut arguments = vec!["ulid", "check"];
    arguments.extend(&ids);
    assert_eq!(run(folder.path(), &arguments).code, 0);
    let Run { code, stdout, .. } =
        run(folder.path(), &["ulid", "check", "01ARZ3NDEKTSV4RRFFQ69G5FAU"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("character 26 is `U`"), "{stdout}");
}

#[test]
fn ulid_check_reads_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path(), &["ulid", "check"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = b"01ARZ3NDEKTSV4RRFFQ69G5FAV\r\n\nnonsense\n";
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text).unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout.starts_with("line 3: `nonsense`") && stdout.ends_with("1 of 2 malformed\n"),
        "{stdout}"
    );
}

#[test]
fn list_shows_why_an_example_belongs_to_a_schema() {
    let folder = fresh();
    let stdout = run(folder.path(), &["list", "examples"]).stdout;
    assert!(stdout.contains("event envelope") && stdout.contains("same name"), "{stdout}");
    let stdout = run(folder.path(), &["list", "topics", "--format", "json"]).stdout;
    let topics: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(topics[0]["topic"], "NOTE_CREATED@1.0");
}
