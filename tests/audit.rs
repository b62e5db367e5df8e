//! Recorded data against contracts: the real binary on files, and the library on lines of every kind.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test reads and stops"
)]

mod binary;
mod support;

use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;

use binary::{Run, command, git, run};
use contract_guard::audit::{self, Auditor, Emit, Limits, Tally, Task};
use contract_guard::catalog::Catalog;
use contract_guard::document::{self, Syntax, to_json};
use contract_guard::source::decompressed;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

/// The tree that `init` makes.
fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["init"]).code, 0);
    folder
}

fn event() -> Value {
    let path = "src/scaffold/init_tree/contracts/events/examples/note_created.example.json";
    let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// `count` events; every tenth has a payload that is refused.
fn events(count: usize) -> String {
    let mut lines = String::new();
    for i in 0..count {
        let mut event = event();
        event["actor"]["user_id"] = json!(format!("u-{i}"));
        if i % 10 == 9 {
            event["payload"]["extra"] = json!(i);
        }
        lines.push_str(&format!("{event}\n"));
    }
    lines
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// Runs with a text on standard input.
fn piped(folder: &Path, args: &[&str], input: &[u8]) -> (Run, Vec<u8>) {
    let mut command = command(folder, args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let run = Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    (run, output.stdout)
}

fn json_of(run: &Run) -> Value {
    assert_eq!(run.stdout.matches('\n').count(), 1, "one line: {}", run.stdout);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    let schema: Value =
        serde_json::from_str(include_str!("../schemas/audit-1.schema.json")).unwrap();
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    value
}

fn counts(value: &Value) -> [u64; 4] {
    ["records", "valid", "invalid", "unknown"].map(|key| value[key].as_u64().unwrap())
}

/// Where something else is wrong, the usage still says that files are not needed.
#[test]
fn the_usage_does_not_ask_for_files() {
    let usage = "Usage: contract-guard audit [OPTIONS] <--schema <SCHEMA>|--topic <NAME>|--auto> [FILES]...\n";
    let asked: [&[&str]; 4] =
        [&["-h"], &[], &["notes.jsonl"], &["--auto", "--topic", "X", "notes.jsonl"]];
    for args in asked {
        let run = binary::run(Path::new("."), &[&["audit"], args].concat());
        let said = [run.stdout, run.stderr].concat();
        assert!(said.contains(usage), "{args:?}: {said}");
    }
}

#[test]
fn every_compression_says_the_same_whatever_the_name() {
    let folder = tree();
    let text = events(40);
    let (head, tail) = text.split_at(text.len() / 2);
    let skipped = [&b"\x52\x2a\x4d\x18\x03\0\0\0abc"[..], &zstd(text.as_bytes())].concat();
    let forms: [(&str, Vec<u8>); 6] = [
        ("plain.gz", text.clone().into_bytes()),
        ("one.jsonl", gzip(text.as_bytes())),
        ("members", [gzip(head.as_bytes()), gzip(tail.as_bytes())].concat()),
        ("z.txt", zstd(text.as_bytes())),
        ("frames", [zstd(head.as_bytes()), zstd(tail.as_bytes())].concat()),
        ("skipped", skipped),
    ];
    for (name, bytes) in &forms {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let found = run(folder.path(), &["audit", "--auto", "--format", "json", name]);
        let value = json_of(&found);
        assert_eq!((found.code, counts(&value)), (1, [40, 36, 4, 0]), "{name}: {}", found.stderr);
        assert_eq!(value["bytes"], text.len());
        assert_eq!(value["failures"][0]["line"], 10);
        let (from_pipe, _) = piped(folder.path(), &["audit", "--auto", "--format=json"], bytes);
        let text = from_pipe.stdout.replace("<stdin>", name);
        assert_eq!(text, found.stdout);
    }
    let all: Vec<&str> = forms.iter().map(|(name, _)| *name).collect();
    let found = run(folder.path(), &[&["audit", "--auto", "--format=json"], &all[..]].concat());
    assert_eq!(counts(&json_of(&found)), [240, 216, 24, 0]);
}

#[test]
fn what_cannot_be_read_is_no_verdict() {
    let folder = tree();
    let text = events(2000).replace("\"extra\"", "\"note_id\"");
    let good: String =
        text.lines().filter(|l| l.matches("note_id").count() == 1).collect::<Vec<_>>().join("\n");
    let mut flipped = gzip(good.as_bytes());
    let end = flipped.len() - 6;
    flipped[end] ^= 1;
    let mut sum = zstd(good.as_bytes());
    *sum.last_mut().unwrap() ^= 1;
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() * 2 / 3].to_vec();
    for (name, bytes) in [
        ("cut.gz", cut(gzip(good.as_bytes()))),
        ("cut.zst", cut(zstd(good.as_bytes()))),
        ("checksum.gz", flipped),
        ("checksum.zst", sum),
        ("tail.gz", [gzip(good.as_bytes()), b"rubbish".to_vec()].concat()),
        ("tail.zst", [zstd(good.as_bytes()), b"rubbish".to_vec()].concat()),
    ] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let found = run(folder.path(), &["audit", "--auto", "--format", "json", name]);
        let value = json_of(&found);
        assert_eq!((found.code, &value["verdict"]), (3, &json!("none")), "{name}");
        assert_eq!(value["invalid"], 0, "a record that damage has cut is not judged: {name}");
        assert!(found.stderr.contains("data is damaged"), "{}", found.stderr);
    }
    for args in [&["audit", "--auto", "nowhere.jsonl"][..], &["audit", "--auto", "contracts"]] {
        assert_eq!(run(folder.path(), args).code, 3);
    }
    std::fs::write(folder.path().join("empty"), "\n\r\n  \n").unwrap();
    assert_eq!(run(folder.path(), &["audit", "--auto", "empty"]).code, 3);
    assert_eq!(run(folder.path(), &["audit", "--auto", "empty", "--allow-empty"]).code, 0);
    std::fs::write(folder.path().join("bad"), "{}\n").unwrap();
    let found = run(folder.path(), &["audit", "--auto", "bad", "nowhere", "--exit-zero"]);
    assert_eq!(found.code, 3, "nothing softens no verdict");
    assert_eq!(run(folder.path(), &["audit", "--auto", "bad", "--exit-zero"]).code, 0);
}

#[test]
fn hostile_lines_are_findings() {
    let folder = tree();
    let valid = event().to_string();
    let deep = "[".repeat(100_000);
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(600_000));
    let private = r#"{"$serde_json::private::Number": "1"}"#;
    let lines: Vec<(Vec<u8>, &str)> = vec![
        (b"\xef\xbb\xbf{}\n".to_vec(), "byte-order-mark"),
        (b"not json\r\n".to_vec(), "invalid-json"),
        (b"\r\n".to_vec(), ""),
        (b"{\"topic\": 1, \"topic\": 2}\n".to_vec(), "duplicate-key"),
        (b"{\"a\": \"\xff\"}\n".to_vec(), "invalid-encoding"),
        (b"\0\0\n".to_vec(), "invalid-json"),
        (format!("{deep}\n").into_bytes(), "limit-exceeded"),
        (format!("{long}\n").into_bytes(), "limit-exceeded"),
        (format!("{private}\n").into_bytes(), "topic-missing"),
        (b"[1,]\n".to_vec(), "trailing-comma"),
        (b"1e999999999999\n".to_vec(), "limit-exceeded"),
        (b"{\"topic\": \"NOPE\"}\n".to_vec(), "unknown-topic"),
        (b"{\"topic\": \"NOTE_CREATED@9.9\"}\n".to_vec(), "unknown-topic"),
        (b"{\"topic\": \"NOTE_CREATED\"}\n".to_vec(), "envelope-invalid"),
        (format!("{valid}\r\n").into_bytes(), ""),
        (valid.as_bytes()[..valid.len() / 2].to_vec(), "torn-line"),
    ];
    let bytes = lines.iter().flat_map(|(line, _)| line.clone()).collect::<Vec<u8>>();
    let args = ["audit", "--auto", "--format=json", "--max-line-bytes=200000"];
    let (found, _) = piped(folder.path(), &args, &bytes);
    let value = json_of(&found);
    assert_eq!((found.code, counts(&value)), (1, [15, 1, 12, 2]));
    let told: Vec<(u64, &str)> = value["failures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["line"].as_u64().unwrap(), f["code"].as_str().unwrap()))
        .collect();
    let expected: Vec<(u64, &str)> =
        (1..).zip(lines.iter().map(|(_, code)| *code)).filter(|(_, c)| !c.is_empty()).collect();
    assert_eq!(told, expected);
    let torn = value["failures"].as_array().unwrap().last().unwrap();
    assert!(torn["message"].as_str().unwrap().starts_with("the last line is torn"));
}

#[test]
fn records_are_passed_on_as_they_are() {
    let folder = tree();
    let valid = event().to_string().replace("\":", "\" :  ");
    let long = "x".repeat(2_000_000);
    let bad: [&[u8]; 3] = [b"{\"a\":\xff}\r\n", long.as_bytes(), b"\n{\"topic\": \"NOPE\"}"];
    let good = [format!("{valid}\r\n"), format!("  {valid}\n")];
    let bytes = [good[0].as_bytes(), b"\n", bad[0], good[1].as_bytes(), bad[1], bad[2]].concat();
    let args = ["audit", "--auto", "--max-line-bytes=100000", "--emit"];
    let (run, out) = piped(folder.path(), &[&args[..], &["valid"]].concat(), &bytes);
    assert_eq!((run.code, String::from_utf8(out).unwrap()), (1, good.concat()));
    assert!(run.stderr.contains("5 records: 2 valid, 2 invalid, 1 unknown"), "{}", run.stderr);
    let (_, out) = piped(folder.path(), &[&args[..], &["invalid"]].concat(), &bytes);
    assert_eq!(out, [&bad.concat()[..], b"\n"].concat());
}

/// What a reader gives, up to the failure.
fn read_until_damage(bytes: Vec<u8>) -> (Vec<u8>, Option<String>) {
    let mut reader = decompressed(Box::new(Cursor::new(bytes))).unwrap();
    let mut text = Vec::new();
    let failure = reader.read_to_end(&mut text).err().map(|error| error.to_string());
    (text, failure)
}

#[test]
fn what_was_decompressed_before_damage_is_read() {
    let text = events(20_000).into_bytes();
    for (name, bytes) in [("gzip", gzip(&text)), ("zstd", zstd(&text))] {
        for percent in [5, 25, 50, 90, 99] {
            let cut = bytes[..bytes.len() * percent / 100].to_vec();
            let (read, failure) = read_until_damage(cut);
            assert!(text.starts_with(&read), "{name} {percent}");
            // A block of zstd is decompressed as a whole.
            let least = (text.len() * percent / 100 * 9 / 10).saturating_sub(256 << 10);
            assert!(read.len() > least, "{name} {percent}: {} < {least}", read.len());
            let said = format!("the {name} data is damaged: it ends too early");
            assert_eq!(failure, Some(said), "{percent}");
        }
        let (read, failure) = read_until_damage([&bytes[..], b"rubbish"].concat());
        assert_eq!(read.len(), text.len());
        let said = format!("the {name} data is damaged: what follows its end is no {name}");
        assert_eq!(failure, Some(said));
        let twice = [&bytes[..], &bytes].concat();
        assert_eq!(read_until_damage(twice), ([&text[..], &text].concat(), None));
        let mut broken = bytes.clone();
        let middle = bytes.len() / 2;
        broken[middle..middle + 64].fill(0xff);
        let (read, failure) = read_until_damage(broken);
        assert!(read.len() > text.len() / 4, "{name}: {}", read.len());
        assert!(text.starts_with(&read[..text.len() / 4]), "{name}");
        let failure = failure.unwrap();
        assert!(!failure.contains(['{', '(', '`']), "{failure}");
    }
}

/// `| head` has had enough: the verdict stands, and nobody says that all was passed on.
#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_told_of() {
    let folder = tree();
    let good: String = (0..20_000).map(|_| format!("{}\n", event())).collect();
    std::fs::write(folder.path().join("good"), &good).unwrap();
    std::fs::write(folder.path().join("bad"), good + "{}\n").unwrap();
    for (file, code) in [("good", 0), ("bad", 1)] {
        for (format, said) in [
            ("human", "; the reader left: not all were passed on"),
            ("short", "; the reader left: not all were passed on"),
            ("json", "\"passed_on\":\"part\""),
        ] {
            let args = ["audit", "--auto", "--emit", "valid", "--format", format, file];
            let mut command = command(folder.path(), &args);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(code), "{format}: {stderr}");
            assert!(stderr.contains(said), "{format}: {stderr}");
            let all = run(folder.path(), &args);
            assert!(!all.stderr.contains("passed"), "{format}: {}", all.stderr);
        }
    }
}

/// Who reads the summary learns that records are missing.
#[cfg(target_os = "linux")]
#[test]
fn records_that_were_not_passed_on_are_no_pass() {
    let folder = tree();
    std::fs::write(folder.path().join("events"), events(3)).unwrap();
    for format in ["human", "short", "json"] {
        let args = ["audit", "--auto", "--emit", "valid", "--format", format, "events"];
        let good = run(folder.path(), &args);
        assert!(good.code == 0 && good.stderr.contains("pass"), "{good:?}");
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ran = command(folder.path(), &args).stdout(full).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(3), "{format}: {said}");
        assert!(!said.contains("pass"), "{format}: {said}");
        assert!(said.contains("cannot write the records"), "{format}: {said}");
        let none = if format == "json" { "\"verdict\":\"none\"" } else { "no verdict" };
        assert!(said.contains(none), "{format}: {said}");
    }
}

#[test]
fn a_broken_configuration_is_no_audit() {
    let folder = tree();
    std::fs::write(folder.path().join("events"), events(3)).unwrap();
    for text in ["edition = [\n", "[levels]\nno-such-rule = \"error\"\n"] {
        std::fs::write(folder.path().join("contract-guard.toml"), text).unwrap();
        let run = run(folder.path(), &["audit", "--auto", "events"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains("contract-guard.toml:"), "{run:?}");
        assert!(run.stderr.contains("error[config-invalid]"), "{run:?}");
    }
    std::fs::write(folder.path().join("contract-guard.toml"), "edition = \"2026-1\"\n").unwrap();
    assert_eq!(run(folder.path(), &["audit", "--auto", "events"]).code, 0);
}

/// Records that go nowhere are lost, and nobody may think that they arrived.
#[cfg(unix)]
#[test]
fn records_that_cannot_be_passed_on_are_no_pass() {
    let folder = tree();
    std::fs::write(folder.path().join("events.jsonl"), format!("{}\n", event())).unwrap();
    let args = ["audit", "--auto", "--emit", "valid", "events.jsonl"];
    let unwritable = std::fs::File::open("/dev/null").unwrap();
    let output = command(folder.path(), &args).stdout(unwritable).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("cannot write the records"), "{stderr}");
}

#[test]
fn a_topic_is_asked_for_by_name_or_version() {
    let folder = tree();
    let mut other = event();
    other["topic"] = json!("OTHER");
    let text = format!("{}{other}\n", events(10));
    for topic in ["NOTE_CREATED", "NOTE_CREATED@1.0"] {
        let (found, _) =
            piped(folder.path(), &["audit", "--topic", topic, "--format=json"], text.as_bytes());
        let value = json_of(&found);
        assert_eq!(counts(&value), [11, 9, 2, 0]);
        assert_eq!(value["contract"], json!({"kind": "topic", "name": topic}));
        assert_eq!(value["failures"][1]["code"], "other-topic");
        assert_eq!(value["failures"][1]["pointer"], "/topic");
    }
    let (found, _) = piped(folder.path(), &["audit", "--topic", "NOPE"], b"{}\n");
    assert_eq!(found.code, 2);
    assert!(found.stderr.contains("NOTE_CREATED@1.0"), "{}", found.stderr);
}

#[test]
fn a_schema_has_several_names() {
    let folder = tree();
    let note = r#"{"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "title": "", "created_at": "2026-01-01T00:00:00Z"}"#;
    let id = "https://example.com/contracts/storage/schemas/note.schema.json";
    let path = "contracts/storage/schemas/note.schema.json";
    for name in ["note", "storage/note", "storage/schemas/note.schema.json", path, id] {
        let args = ["audit", "--schema", name, "--format=json"];
        let (found, _) = piped(folder.path(), &args, note.as_bytes());
        assert_eq!(found.code, 1, "{name}: {}", found.stderr);
        let value = json_of(&found);
        assert_eq!(value["contract"]["name"], path);
        assert_eq!(value["failures"][0]["column"], 47);
        assert_eq!(value["reasons"][0]["about"], format!("{path}#/properties/title/minLength"));
    }
    let (found, _) = piped(folder.path(), &["audit", "--schema", "nope"], note.as_bytes());
    assert_eq!(found.code, 2);
    std::fs::write(folder.path().join(path), r#"{"type": 12}"#).unwrap();
    let (found, _) = piped(folder.path(), &["audit", "--schema", path], note.as_bytes());
    assert_eq!(found.code, 3, "a broken schema has no verdict: {}", found.stderr);
}

#[test]
fn a_change_is_held_against_what_was_recorded() {
    let folder = tree();
    let folder = folder.path();
    git(folder, &["init", "-q"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "first"]);
    let path = folder.join("contracts/storage/schemas/note.schema.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let changed =
        text.replace("\"maxLength\": 200", "\"maxLength\": 5").replace("\"minLength\": 1,", "");
    std::fs::write(&path, changed).unwrap();
    let note = |title: &str| {
        format!(
            "{{\"id\": \"01ARZ3NDEKTSV4RRFFQ69G5FAV\", \"title\": \"{title}\", \"created_at\": \"2026-01-01T00:00:00Z\"}}\n"
        )
    };
    let text = [note("short"), note(""), note("too long now"), "broken\n".to_owned()].concat();
    std::fs::write(folder.join("notes.jsonl"), &text).unwrap();
    let args = ["audit", "--schema=note", "notes.jsonl", "--against", "HEAD", "--format=json"];
    let found = run(folder, &args);
    let value = json_of(&found);
    assert_eq!((found.code, counts(&value)), (1, [4, 2, 2, 0]), "{}", found.stderr);
    let against = &value["against"];
    assert_eq!((&against["broken"], &against["mended"]), (&json!(1), &json!(1)));
    assert_eq!(against["broken_first"][0]["line"], 3);
    assert_eq!(against["mended_first"][0]["line"], 2);
    let human = run(folder, &args[..5]).stdout;
    assert!(human.contains("valid before and not any more\n  notes.jsonl:3:47: "), "{human}");
    std::fs::write(
        &path,
        std::fs::read_to_string(&path).unwrap().replace("\"maxLength\": 5", "\"maxLength\": 500"),
    )
    .unwrap();
    let found = run(folder, &args);
    assert_eq!(
        (found.code, &json_of(&found)["against"]["broken"]),
        (0, &json!(0)),
        "what was broken stays so"
    );
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let folder = tree();
    std::fs::write(folder.path().join("e"), events(3000)).unwrap();
    let answer = |threads: &str, format: &str| {
        run(folder.path(), &["audit", "--auto", "e", "--threads", threads, "--format", format])
            .stdout
    };
    for format in ["human", "short", "json"] {
        let one = answer("1", format);
        assert!(one.contains("300"), "{one}");
        for threads in ["2", "3", "16"] {
            assert_eq!(answer(threads, format), one);
        }
    }
}

#[test]
fn parts_sum_up_to_the_whole() {
    let folder = tree();
    let text = events(50);
    let args = ["audit", "--auto", "--format=json", "--allow-empty", "--exit-zero"];
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for size in [1, 7, 49, 50] {
        let mut sum = [0; 4];
        for part in lines.chunks(size) {
            let (found, _) = piped(folder.path(), &args, part.concat().as_bytes());
            assert_eq!(found.code, 0);
            let part = counts(&json_of(&found));
            sum = std::array::from_fn(|i| sum[i] + part[i]);
        }
        assert_eq!(sum, [50, 45, 5, 0]);
    }
    let (found, _) = piped(folder.path(), &args, b"");
    assert_eq!((found.code, counts(&json_of(&found))), (0, [0; 4]));
}

/// The library on bytes, as few at a time as `step`.
fn audited(
    catalog: &Catalog,
    task: &Task,
    bytes: &[u8],
    threads: usize,
    emit: Option<Emit>,
) -> (Tally, Vec<u8>) {
    let auditor = Auditor::new(catalog, task).unwrap();
    let open = |_| Ok(Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Read + Send>);
    let limits = Limits { threads, line_bytes: 1 << 20, firsts: 5 };
    let mut out = Vec::new();
    let read = AtomicU64::new(0);
    let tally = audit::run((1, &open), (&auditor, None), emit, limits, &read, &mut |b| {
        out.extend_from_slice(b);
    });
    (tally.unwrap(), out)
}

/// Whether a line is an instance, asked without any of the audit.
fn is_valid(catalog: &Catalog, schema: usize, line: &[u8]) -> bool {
    let document = document::parse(line, Syntax::Json, &catalog.limits);
    let value = document.value.filter(|_| document.errors.is_empty());
    value.is_some_and(|value| catalog.violations(schema, &to_json(&value)).unwrap().is_empty())
}

fn line() -> impl Strategy<Value = String> {
    let title = prop_oneof!["[a-z]{0,5}", Just("x".repeat(201)), "\\PC{0,4}"];
    let note = (title, any::<bool>(), any::<bool>()).prop_map(|(title, has_id, has_more)| {
        let mut note = json!({"title": title, "created_at": "2026-01-01T00:00:00Z"});
        if has_id {
            note["id"] = json!("01ARZ3NDEKTSV4RRFFQ69G5FAV");
        }
        if has_more {
            note["content"] = json!("text");
        }
        note.to_string()
    });
    let torn = (note.clone(), any::<prop::sample::Index>())
        .prop_map(|(text, at)| text.chars().take(at.index(text.chars().count())).collect());
    prop_oneof![4 => note, 1 => torn, 1 => "[^\\n]{0,12}", 1 => Just(String::new())]
}

static CATALOG: OnceLock<Catalog> = OnceLock::new();

fn of_init() -> Catalog {
    support::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scaffold/init_tree")).0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn it_agrees_with_asking_about_each_line(
        lines in prop::collection::vec((line(), "\r?\n"), 0..40),
        last in line(),
        threads in 1_usize..4,
    ) {
        let catalog = CATALOG.get_or_init(of_init);
        let path = contract_guard::tree::ArtifactPath::lossy("contracts/storage/schemas/note.schema.json");
        let schema = catalog.find(&path).unwrap();
        let text: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect::<String>() + &last;
        let asked: Vec<(&str, bool)> = text.split_inclusive('\n')
            .filter(|line| !line.bytes().all(|b| b.is_ascii_whitespace()))
            .map(|line| (line, is_valid(catalog, schema, line.trim_end_matches('\n').trim_end_matches('\r').as_bytes())))
            .collect();
        let task = Task::Schema(schema);
        let (tally, valid) = audited(catalog, &task, text.as_bytes(), threads, Some(Emit::Valid));
        let (same, invalid) = audited(catalog, &task, text.as_bytes(), 1, Some(Emit::Invalid));
        prop_assert_eq!(&tally, &same);
        prop_assert_eq!(tally.records, asked.len() as u64);
        prop_assert_eq!(tally.valid, asked.iter().filter(|(_, valid)| *valid).count() as u64);
        prop_assert_eq!(tally.records, tally.valid + tally.invalid + tally.unknown);
        let emitted = |wanted: bool| -> String {
            let lines = asked.iter().filter(|(_, valid)| *valid == wanted);
            lines.map(|(line, _)| if line.ends_with('\n') { (*line).to_owned() } else { format!("{line}\n") }).collect()
        };
        prop_assert_eq!(String::from_utf8(valid).unwrap(), emitted(true));
        prop_assert_eq!(String::from_utf8(invalid).unwrap(), emitted(false));
    }
}

/// A gigabyte that never ends its line, and one of records, read as it comes.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input() {
    struct Endless {
        left: usize,
        line: Vec<u8>,
        at: usize,
    }
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = buffer.len().min(self.left).min(self.line.len() - self.at);
            buffer[..n].copy_from_slice(&self.line[self.at..self.at + n]);
            self.at = (self.at + n) % self.line.len();
            self.left -= n;
            Ok(n)
        }
    }
    let folder = tree();
    let (catalog, _) = support::read(folder.path());
    let auditor = Auditor::new(&catalog, &Task::Events).unwrap();
    let resident = || {
        let text = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = text.lines().find(|l| l.starts_with("VmHWM")).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    };
    let before = resident();
    let lines = [b"x".repeat(4096), b"{\"topic\": \"NOPE\"}\n".to_vec()];
    let open = |file: usize| {
        let line = lines[file].clone();
        let left = [1 << 30, 64 << 20][file];
        Ok(Box::new(Endless { left, line, at: 0 }) as Box<dyn Read + Send>)
    };
    let limits = Limits { threads: 2, line_bytes: 1 << 20, firsts: 5 };
    let read = AtomicU64::new(0);
    let tally =
        audit::run((2, &open), (&auditor, None), Some(Emit::Invalid), limits, &read, &mut |_| {});
    let tally = tally.unwrap();
    assert_eq!((tally.bytes, tally.invalid), ((1 << 30) + (64 << 20), 2));
    let grown = resident() - before;
    assert!(grown < 200, "{grown} MiB");
}
