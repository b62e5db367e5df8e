//! Waivers from the writing to the end: who may accept what, for how long, and where it is shown.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, writes, stops")]

mod binary;

use std::path::{Path, PathBuf};
use std::process::Command;

use binary::{Run, git};
use tempfile::TempDir;

const NOTE: &str = "contracts/storage/schemas/note.schema.json";

/// A repository whose contracts two people may approve of, with a break on a branch.
struct Repository(TempDir);

impl Repository {
    fn new(config: &str) -> Repository {
        let repository = Repository(tempfile::tempdir().unwrap());
        let path = repository.path();
        assert_eq!(binary::run(path, &["init"]).code, 0);
        let mut signers = String::new();
        for name in ["grace", "linus", "mallory"] {
            let key = repository.key(name);
            let args = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"];
            let made = Command::new("ssh-keygen").args(args).arg(&key).status().unwrap();
            assert!(made.success());
            let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
            if name != "mallory" {
                signers.push_str(&format!("{name} {public}"));
            }
        }
        repository.write(".gitignore", "keys/\n");
        repository.write("contracts/security/allowed_signers", &signers);
        repository.write("contract-guard.toml", config);
        git(path, &["init", "-q", "-b", "main"]);
        repository.commit();
        git(path, &["checkout", "-q", "-b", "feature"]);
        repository.limit(20);
        repository.commit();
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn key(&self, name: &str) -> PathBuf {
        let folder = self.path().join("keys");
        std::fs::create_dir_all(&folder).unwrap();
        folder.join(name)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn limit(&self, most: u32) {
        let text = std::fs::read_to_string(self.path().join(NOTE)).unwrap();
        self.write(NOTE, &text.replace("\"maxLength\": 200", &format!("\"maxLength\": {most}")));
    }

    fn commit(&self) {
        git(self.path(), &["add", "-A"]);
        git(self.path(), &["commit", "-q", "-m", "m"]);
    }

    fn run(&self, args: &[&str]) -> Run {
        binary::run(self.path(), args)
    }

    fn check(&self) -> Run {
        self.run(&[
            "check",
            "--against",
            "main",
            "--format",
            "short",
            "--now",
            "2026-11-20T00:00:00Z",
        ])
    }

    fn waive(&self, name: &str) -> Run {
        let args = ["waive", name, "--reason", "nobody wrote one", "--owner", "ada"];
        let rest = ["--until", "2026-12-31", "--against", "main", "--now", "2026-11-20T00:00:00Z"];
        self.run(&[&args[..], &rest].concat())
    }

    fn approve(&self, name: &str) -> Run {
        let key = self.key(name);
        let waivers = self.waivers();
        let entry = waivers["waivers"][0]["fingerprint"].as_str().unwrap().to_owned();
        self.run(&["waive", "--approve", &entry, "--key", key.to_str().unwrap()])
    }

    fn waivers(&self) -> serde_json::Value {
        let now = "2026-11-20T00:00:00Z";
        let run = self.run(&["waivers", "--against", "main", "--format", "json", "--now", now]);
        serde_json::from_str(&run.stdout).unwrap()
    }
}

/// The breaking change, waived, signed and released: from the first refusal to the changelog.
#[test]
fn two_people_accept_a_break() {
    let repository = Repository::new("[waivers]\napprovals = 2\n");
    assert_eq!(repository.waive("bound-changed").code, 0);
    let has = |count: u32, run: &Run| {
        let text = format!("has {count} of the 2 signatures");
        run.code == 1 && run.stdout.contains("waiver-unapproved") && run.stdout.contains(&text)
    };
    let check = repository.check();
    assert!(has(0, &check), "{check:?}");
    assert_eq!(repository.approve("grace").code, 0);
    let again = repository.approve("grace");
    assert!(again.code == 1 && again.stderr.contains("signed this waiver already"), "{again:?}");
    // Nobody whom the base allows.
    assert_eq!(repository.approve("mallory").code, 0);
    let check = repository.check();
    assert!(has(1, &check), "{check:?}");
    assert_eq!(repository.waivers()["waivers"][0]["state"], "unapproved");
    assert_eq!(repository.approve("linus").code, 0);
    let bump = repository.run(&["bump", "--against", "main", "--write", "-m", "shorter titles"]);
    assert_eq!(bump.code, 0, "{bump:?}");
    let check = repository.check();
    assert!(check.code == 0 && check.stdout.contains("waived[bound-changed]"), "{check:?}");
    assert_eq!(repository.waivers()["waivers"][0]["state"], "open");
    let changelog =
        std::fs::read_to_string(repository.path().join("contracts/CHANGELOG.md")).unwrap();
    assert!(changelog.contains("Waived until 2026-12-31 by ada: nobody wrote one."), "{changelog}");
    // What is merged needs no signature again.
    repository.commit();
    git(repository.path(), &["checkout", "-q", "main"]);
    git(repository.path(), &["merge", "-q", "feature"]);
    let merged = repository.check();
    assert_eq!(merged.code, 0, "{merged:?}");
}

#[test]
fn words_that_were_signed_cannot_be_changed() {
    let repository = Repository::new("");
    assert_eq!(repository.waive("bound-changed").code, 0);
    assert_eq!(repository.approve("grace").code, 0);
    let bump = ["bump", "--against", "main", "--write", "-m", "shorter titles"];
    assert_eq!(repository.run(&bump).code, 0);
    assert_eq!(repository.check().code, 0);
    let path = repository.path().join("contracts/waivers.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let changes = [
        ("until: \"2026-12-31\"", "until: \"2036-12-31\""),
        ("owner: ada", "owner: nobody"),
        ("reason: nobody wrote one", "reason: because"),
    ];
    for (from, to) in changes {
        assert!(text.contains(from), "{text}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let check = repository.check();
        assert!(check.code == 1 && check.stdout.contains("waiver-unapproved"), "{to}: {check:?}");
    }
}

#[test]
fn the_frozen_names_are_waived_by_nobody() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    let path = repository.path().join("contracts/events/envelope.schema.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        text.replace("\"trace\"", "\"tracing\"").replace("\"band\"", "\"banned\""),
    )
    .unwrap();
    let check = repository.run(&["check", "--against", "main", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    let mut refused = 0;
    for finding in found["findings"].as_array().unwrap() {
        let of_envelope =
            finding["location"]["artifact"].as_str().unwrap().ends_with("envelope.schema.json");
        let text = finding["message"].as_str().unwrap();
        if of_envelope && (text.contains("`band`") || text.contains("`trace`")) {
            let run = repository.waive(finding["fingerprint"].as_str().unwrap());
            assert!(run.code == 1 && run.stderr.contains("waived by nobody"), "{text}: {run:?}");
            refused += 1;
        }
    }
    assert!(refused >= 2, "{}", check.stdout);
}

const COMMON: &str = "contracts/storage/common.schema.json";
const ENVELOPE: &str = "contracts/events/envelope.schema.json";

impl Repository {
    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path().join(file)).unwrap();
        assert!(text.contains(from), "{text}");
        self.write(file, &text.replacen(from, to, 1));
    }

    /// Nobody can waive what has this code: neither the command takes it, nor an entry written by hand helps.
    fn is_beyond_waiving(&self, code: &str) {
        let run = self.waive(code);
        assert!(run.code == 1 && run.stderr.contains("waived by nobody"), "{code}: {run:?}");
        let check = self.run(&["check", "--against", "main", "--format", "json"]);
        let found: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
        let mut findings = found["findings"].as_array().unwrap().iter();
        let finding = findings.find(|finding| finding["code"] == code).unwrap();
        let artifact = finding["location"]["artifact"].as_str().unwrap();
        let bytes = std::fs::read(self.path().join(artifact)).unwrap();
        let entry = serde_json::json!({"waivers": [{
            "fingerprint": finding["fingerprint"], "code": code, "artifact": artifact,
            "content": contract_guard::tree::Digest::of(&bytes).to_string(),
            "reason": "r", "owner": "o", "until": "2026-12-31",
        }]});
        self.write("contracts/waivers.yaml", &entry.to_string());
        let check = self.check();
        assert!(check.code == 1 && check.stdout.contains("error[waiver-invalid]"), "{check:?}");
        assert!(check.stdout.contains(&format!("[{code}]: ")), "{check:?}");
        assert!(!check.stdout.contains("waived["), "{check:?}");
    }
}

#[test]
fn a_definition_that_frozen_names_refer_to_is_waived_by_nobody() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    repository.limit(200);
    repository.replace(COMMON, "TV-Z]{25}", "TV-Z]{20}");
    repository.is_beyond_waiving("pattern-changed");
}

#[test]
fn the_envelope_as_a_whole_is_waived_by_nobody() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    repository.limit(200);
    repository.replace(ENVELOPE, "\"type\": \"object\"", "\"type\": \"array\"");
    repository.is_beyond_waiving("type-changed");
}

/// A file that the envelope is not read from any more was a part of it in the baseline.
#[test]
fn frozen_names_that_an_envelope_takes_from_elsewhere_are_waived_by_nobody() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    let head = "contracts/events/head.schema.json";
    let text = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.com/contracts/events/head.schema.json", "title": "Head", "description": "d", "type": "object", "properties": {"space_id": {"type": "string"}}}"#;
    git(repository.path(), &["checkout", "-q", "main"]);
    repository.write(head, text);
    let all = "\"allOf\": [{\"$ref\": \"head.schema.json\"}],";
    repository.replace(ENVELOPE, "\"type\": \"object\",", &format!("\"type\": \"object\", {all}"));
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "feature"]);
    repository.replace(ENVELOPE, all, "");
    repository.replace(head, "\"space_id\": {", "\"space_id\": {\"maxLength\": 3, ");
    repository.is_beyond_waiving("bound-changed");
}

/// What else lies in the file of a definition that the envelope uses is as free as ever.
#[test]
fn what_lies_beside_a_frozen_definition_can_be_waived() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    repository.limit(200);
    git(repository.path(), &["checkout", "-q", "-f", "main"]);
    let title = "\"Title\": {\"description\": \"d\", \"type\": \"string\"},";
    repository.replace(COMMON, "\"$defs\": {", &format!("\"$defs\": {{ {title}"));
    let used = "{ \"$ref\": \"../common.schema.json#/$defs/Title\",";
    repository.replace(NOTE, "\"title\": {", &format!("\"title\": {used}"));
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "feature"]);
    repository.replace(COMMON, "\"d\", \"type\"", "\"d\", \"maxLength\": 3, \"type\"");
    let waived = repository.waive("bound-changed");
    assert_eq!(waived.code, 0, "{waived:?}");
    let check = repository.check();
    assert!(check.stdout.contains("waived[bound-changed]"), "{check:?}");
}

#[test]
fn what_accepts_nothing_is_taken_out() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    assert_eq!(repository.waive("bound-changed").code, 0);
    let waivers = "contracts/waivers.yaml";
    let text = std::fs::read_to_string(repository.path().join(waivers)).unwrap();
    let entry = text.strip_prefix("waivers:\n").unwrap();
    let other = entry.replacen("fingerprint: ", "fingerprint: \"0123456789abcdef\" # ", 1);
    let over = entry
        .replacen("fingerprint: ", "fingerprint: \"fedcba9876543210\" # ", 1)
        .replace("2026-12-31", "2020-12-31");
    repository.write(waivers, &format!("# kept\nwaivers:\n{other}{entry}{over}"));
    let list = repository.waivers();
    let states: Vec<&str> =
        list["waivers"].as_array().unwrap().iter().map(|w| w["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["unused", "open", "expired"]);
    let now = ["--against", "main", "--now", "2026-11-20T00:00:00Z"];
    let prune = [&["waivers", "--prune"], &now[..]].concat();
    let dry = repository.run(&[&prune[..], &["--dry-run"]].concat());
    assert!(dry.code == 0 && dry.stdout.contains("fedcba9876543210"), "{dry:?}");
    assert_eq!(repository.run(&prune).code, 0);
    let left = std::fs::read_to_string(repository.path().join(waivers)).unwrap();
    assert_eq!(left, format!("# kept\nwaivers:\n{entry}"));
    let again = repository.run(&prune);
    assert_eq!(again.stdout, "every waiver accepts something\n");
}

#[test]
fn slips_of_the_command_line() {
    let repository = Repository::new("");
    let usual = ["--reason", "r", "--owner", "o"];
    for (args, code, said) in [
        (&["waive", "bound-changed", "--until", "2020-01-01"][..], 2, "2020-01-01 is over"),
        (&["waive", "bound-changed", "--until", "soon"], 2, "`soon` is no day"),
        (&["waive", "bound-changed", "--until", "2026-12-31T00:00:00Z"], 2, "is no day"),
        (&["waive", "no-such-code", "--until", "2036-12-31"], 2, "nothing that `check` finds"),
        (&["waive", "", "--until", "2036-12-31"], 2, "is empty"),
    ] {
        let run = repository.run(&[args, &usual[..], &["--against", "main"]].concat());
        assert!(run.code == code && run.stderr.contains(said), "{args:?}: {run:?}");
    }
    for (name, said) in [
        ("0123", "there is no waiver"),
        ("0123456789abcdef", "there is no waiver"),
        ("0123456789abcdef0", "is no fingerprint"),
        ("ABCD", "is no fingerprint"),
        ("bound-changed", "is no fingerprint"),
        ("", "is no fingerprint"),
    ] {
        let run = repository.run(&["waive", "--approve", name, "--key", "keys/grace"]);
        assert!(run.code == 2 && run.stderr.contains(said), "{name}: {run:?}");
    }
    for missing in ["--reason", "--owner", "--until"] {
        let all = ["--reason", "r", "--owner", "o", "--until", "2036-12-31"];
        let at = all.iter().position(|arg| *arg == missing).unwrap();
        let args = [&["waive", "bound-changed"], &all[..at], &all[at + 2..]].concat();
        let run = repository.run(&args);
        assert!(run.code == 2 && run.stderr.contains(missing), "{missing}: {run:?}");
    }
    for command in ["waive", "waivers"] {
        let rest = if command == "waive" { vec!["x", "--until", "2036-12-31"] } else { vec![] };
        let usual = if command == "waive" { &usual[..] } else { &[] };
        let run = repository.run(&[&[command], &rest[..], usual, &["--now", "today"]].concat());
        assert!(run.code == 2 && run.stderr.contains("no RFC 3339 time"), "{command}: {run:?}");
    }
    assert_eq!(repository.waive("bound-changed").code, 0);
    let entry = repository.waivers()["waivers"][0]["fingerprint"].as_str().unwrap().to_owned();
    let run = repository.run(&["waive", "--approve", &entry, "--key", "no/such/key"]);
    assert!(run.code == 3 && run.stderr.contains("ssh-keygen cannot sign"), "{run:?}");
}

/// Files that somebody wrote by hand. None of them accepts anything, and each says why.
#[test]
fn odd_files() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    assert_eq!(repository.waive("bound-changed").code, 0);
    let path = "contracts/waivers.yaml";
    let good = std::fs::read_to_string(repository.path().join(path)).unwrap();
    for (text, said) in [
        ("".to_owned(), "waiver-invalid"),
        ("waivers: all".to_owned(), "waiver-invalid"),
        ("- 1\n- 2\n".to_owned(), "waiver-invalid"),
        ("waivers: [1, null, [], {}]".to_owned(), "waiver-invalid"),
        ("waivers:\n  - {".to_owned(), "invalid-yaml"),
        (good.replace("    owner: ada\n", ""), "says no `owner`"),
        (good.replace("    owner: ada\n", "    owner: ada\n    silent: true\n"), "has no `silent`"),
        (good.replace("bound-changed", "\"*\""), "waiver-invalid"),
        (good.replace(NOTE, "contracts/README.md"), "waiver-"),
        (format!("{good}{}", good.strip_prefix("waivers:\n").unwrap()), "two waivers"),
    ] {
        repository.write(path, &text);
        let check = repository.check();
        assert!(check.code == 1 && check.stdout.contains(said), "{text}\n{check:?}");
    }
    repository.write(path, &good);
    repository.run(&["bump", "--against", "main", "--write", "-m", "shorter titles"]);
    assert_eq!(repository.check().code, 0);
    // Line endings do not matter.
    repository.write(path, &good.replace('\n', "\r\n"));
    assert_eq!(repository.check().code, 0);
}

/// A clone without history says which command brings it; that command does.
#[test]
fn a_history_that_is_cut_off() {
    let origin = Repository::new("");
    git(origin.path(), &["checkout", "-q", "main"]);
    for text in ["one", "two", "three"] {
        origin.write("README.md", text);
        origin.commit();
    }
    git(origin.path(), &["checkout", "-q", "feature"]);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", origin.path().display());
    git(folder.path(), &["clone", "-q", "--depth=1", "--branch", "feature", &url, "c"]);
    let clone = folder.path().join("c");
    let check = || binary::run(&clone, &["check", "--against", "origin/main", "--format", "short"]);
    let cut = check();
    assert_eq!(cut.code, 3, "{cut:?}");
    let line = cut.stderr.split('`').find(|part| part.starts_with("git fetch")).unwrap().to_owned();
    assert_eq!(line, "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main");
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    git(&clone, &words);
    let whole = check();
    assert!(whole.code == 1 && whole.stdout.contains("major[bound-changed]"), "{whole:?}");
    assert!(!whole.stdout.contains("README"), "{whole:?}");
}

#[test]
fn what_is_written_fits_its_schema() {
    let repository = Repository::new("");
    assert_eq!(repository.waive("bound-changed").code, 0);
    assert_eq!(repository.approve("grace").code, 0);
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../schemas/waivers.schema.json")).unwrap();
    let text = std::fs::read_to_string(repository.path().join("contracts/waivers.yaml")).unwrap();
    let written: serde_json::Value = serde_yaml::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&written).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}\n{text}");
}

/// None of the commands takes a file that nobody can read for one without waivers.
#[test]
fn a_broken_file_is_said_and_left_alone() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    assert_eq!(repository.waive("bound-changed").code, 0);
    let path = "contracts/waivers.yaml";
    let good = std::fs::read_to_string(repository.path().join(path)).unwrap();
    let finding = repository.waivers()["waivers"][0]["fingerprint"].as_str().unwrap().to_owned();
    let key = repository.key("grace").display().to_string();
    for (text, said) in [
        (format!("{good}  - {{"), "error[invalid-yaml]"),
        ("waivers: all\n".to_owned(), "error[waiver-invalid]"),
        (String::new(), "error[waiver-invalid]"),
        (format!("{good}{good}"), "error[duplicate-key]"),
    ] {
        repository.write(path, &text);
        let until = ["--reason", "r", "--owner", "o", "--until", "2036-12-31"];
        for args in [
            &["waivers"][..],
            &["waivers", "--format", "json"],
            &["waivers", "--against", "main"],
            &["waivers", "--prune"],
            &["waivers", "--prune", "--dry-run"],
            &[&["waive", "bound-changed", "--against", "main"], &until[..]].concat(),
            &["waive", "--approve", &finding, "--key", &key],
        ] {
            let run = repository.run(args);
            assert_eq!(run.code, 1, "{args:?} {text}: {run:?}");
            assert!(run.stderr.contains("`contracts/waivers.yaml` is broken"), "{args:?}: {run:?}");
            assert!(run.stderr.contains("contracts/waivers.yaml:"), "{args:?}: {run:?}");
            assert!(run.stderr.contains(said), "{args:?} {said}: {run:?}");
            assert_eq!(run.stdout, "", "{args:?}: {run:?}");
            let left = std::fs::read_to_string(repository.path().join(path)).unwrap();
            assert_eq!(left, text, "{args:?}");
        }
    }
}

#[test]
fn a_signature_that_will_not_count_is_said() {
    let repository = Repository::new("");
    assert_eq!(repository.waive("bound-changed").code, 0);
    let entry = repository.waivers()["waivers"][0]["fingerprint"].as_str().unwrap().to_owned();
    let sign = |name: &str, rest: &[&str]| {
        let key = repository.key(name).display().to_string();
        let args = ["waive", "--approve", &entry, "--key", &key, "--dry-run"];
        repository.run(&[&args[..], rest].concat())
    };
    for (rest, name) in
        [(&[][..], "main"), (&["--against", "main"], "main"), (&["--against", "HEAD"], "HEAD")]
    {
        let run = sign("mallory", rest);
        let file = format!("`contracts/security/allowed_signers` of `{name}`");
        assert!(run.code == 0 && run.stderr.contains("will not count"), "{rest:?}: {run:?}");
        assert!(run.stderr.contains(&file), "{rest:?}: {run:?}");
        let run = sign("grace", rest);
        assert!(run.code == 0 && run.stderr.is_empty(), "{rest:?}: {run:?}");
    }
    // What the change itself adds to the list counts for nothing.
    let list = "contracts/security/allowed_signers";
    let mut signers = std::fs::read_to_string(repository.path().join(list)).unwrap();
    let public = repository.key("mallory").with_extension("pub");
    signers.push_str(&format!("mallory {}", std::fs::read_to_string(public).unwrap()));
    repository.write(list, &signers);
    repository.commit();
    let run = sign("mallory", &[]);
    assert!(run.stderr.contains("of `main`"), "{run:?}");
    assert_eq!(sign("mallory", &["--against", "nowhere"]).code, 3);
}

#[test]
fn a_base_without_signers_is_said() {
    let repository = Repository::new("");
    git(repository.path(), &["checkout", "-q", "main"]);
    git(repository.path(), &["rm", "-q", "contracts/security/allowed_signers"]);
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-b", "other"]);
    repository.limit(20);
    assert_eq!(repository.waive("bound-changed").code, 0);
    let run = repository.approve("grace");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("`main` has no `contracts/security/allowed_signers`"), "{run:?}");
}

#[test]
fn waivers_that_lack_signatures_are_not_open() {
    let repository = Repository::new("");
    assert_eq!(repository.waive("bound-changed").code, 0);
    let list = |rest: &[&str]| {
        let args = ["waivers", "--now", "2026-11-20T00:00:00Z"];
        repository.run(&[&args[..], rest].concat())
    };
    let unsigned = list(&[]);
    assert!(unsigned.stdout.starts_with("unapproved  "), "{unsigned:?}");
    assert!(unsigned.stderr.contains("signatures are those that `main` asks for"), "{unsigned:?}");
    let value: serde_json::Value =
        serde_json::from_str(&list(&["--format", "json"]).stdout).unwrap();
    assert_eq!(value["waivers"][0]["state"], "unapproved");
    assert_eq!(repository.approve("grace").code, 0);
    let signed = list(&[]);
    assert!(signed.stdout.starts_with("open  "), "{signed:?}");
    // Where there is no history nobody's consent can be known.
    std::fs::rename(repository.path().join(".git"), repository.path().join("git")).unwrap();
    let alone = list(&[]);
    assert!(alone.code == 0 && alone.stderr.contains("`--against REF`"), "{alone:?}");
}

#[test]
fn a_broken_configuration_is_no_configuration() {
    let repository = Repository::new("[waivers]\napprovals = 0\n");
    assert_eq!(repository.waive("bound-changed").code, 0);
    let finding = repository.waivers()["waivers"][0]["fingerprint"].as_str().unwrap().to_owned();
    let before = std::fs::read(repository.path().join("contracts/waivers.yaml")).unwrap();
    repository.write("contract-guard.toml", "[waivers\n");
    let key = repository.key("grace").display().to_string();
    for args in [
        &["waivers"][..],
        &["waivers", "--prune", "--now", "2036-01-01T00:00:00Z"],
        &["waive", "bound-changed", "--reason=r", "--owner=o", "--until=2036-12-31"],
        &["waive", "--approve", &finding, "--key", &key],
    ] {
        let run = repository.run(args);
        assert_eq!(run.code, 2, "{args:?}: {run:?}");
        assert!(run.stderr.contains("contract-guard.toml:1:"), "{args:?}: {run:?}");
        assert!(run.stderr.contains("error[config-invalid]"), "{args:?}: {run:?}");
    }
    let after = std::fs::read(repository.path().join("contracts/waivers.yaml")).unwrap();
    assert_eq!(after, before);
    std::fs::remove_file(repository.path().join("contract-guard.toml")).unwrap();
    std::fs::create_dir(repository.path().join("contract-guard.toml")).unwrap();
    let run = repository.run(&["waivers"]);
    assert!(run.code == 2 && run.stderr.contains("error[unreadable-entry]"), "{run:?}");
}

/// The same command again takes nothing away; another reason is another consent.
#[test]
fn signatures_stay_as_long_as_what_was_signed() {
    let repository = Repository::new("");
    let file = repository.path().join("contracts/waivers.yaml");
    let unsigned = repository.waive("bound-changed");
    let sign = "1 signature: `contract-guard waive --approve ";
    assert!(unsigned.stdout.contains("once it is signed, as `main` asks"), "{unsigned:?}");
    assert!(unsigned.stdout.contains(sign), "{unsigned:?}");
    let approved = repository.approve("grace");
    assert!(approved.stdout.contains("has 1 of 1 signature that `main` asks for"), "{approved:?}");
    let signed = std::fs::read_to_string(&file).unwrap();
    let again = repository.waive("bound-changed");
    assert!(again.code == 0 && again.stderr.is_empty(), "{again:?}");
    assert!(again.stdout.contains("is accepted until 2026-12-31\n"), "{again:?}");
    assert!(again.stdout.contains("kept     contracts/waivers.yaml"), "{again:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), signed);
    let other = ["waive", "bound-changed", "--reason", "another", "--owner", "ada"];
    let rest = ["--until", "2026-12-31", "--against", "main", "--now", "2026-11-20T00:00:00Z"];
    let other = repository.run(&[&other[..], &rest].concat());
    assert!(other.code == 0 && other.stdout.contains(sign), "{other:?}");
    assert!(other.stderr.contains("1 signature no longer counts"), "{other:?}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("SSH SIGNATURE"));
}

/// Two keys of one person are one consent, and that is said when the second one signs.
#[test]
fn a_second_key_of_a_person_adds_nothing() {
    let repository = Repository::new("[waivers]\napprovals = 2\n");
    git(repository.path(), &["checkout", "-q", "main"]);
    let list = "contracts/security/allowed_signers";
    let mut signers = std::fs::read_to_string(repository.path().join(list)).unwrap();
    let public = repository.key("mallory").with_extension("pub");
    signers.push_str(&format!("grace {}", std::fs::read_to_string(public).unwrap()));
    repository.write(list, &signers);
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-b", "other"]);
    repository.limit(20);
    let waived = repository.waive("bound-changed");
    assert!(waived.stdout.contains("2 signatures: `contract-guard waive"), "{waived:?}");
    let first = repository.approve("grace");
    assert!(first.stdout.contains("has 1 of 2 signatures that `main` asks for"), "{first:?}");
    let second = repository.approve("mallory");
    assert!(second.stdout.contains("has 1 of 2 signatures"), "{second:?}");
    assert!(second.stderr.contains("adds nothing: `grace` has signed"), "{second:?}");
    let again = repository.waive("bound-changed");
    assert!(again.stdout.contains("1 more signature: `contract-guard waive"), "{again:?}");
    let third = repository.approve("linus");
    assert!(third.stdout.contains("has 2 of 2 signatures"), "{third:?}");
    assert!(third.stderr.is_empty(), "{third:?}");
}
