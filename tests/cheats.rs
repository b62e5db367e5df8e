//! Ways to get a change past the gate by softening the gate. Each begins with a break, or with something
//! that the gate reports, and each must fail.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, writes, stops")]

mod binary;

use std::path::Path;

use binary::{Run, git};
use tempfile::TempDir;

const NOTE: &str = "contracts/storage/schemas/note.schema.json";
const EXAMPLE: &str = "contracts/storage/examples/note.example.json";
const LAW: &str = "contracts/laws/house.yaml";
const WORKFLOW: &str = ".github/workflows/contract-guard.yml";

/// A repository with contracts, a law, a signer, a workflow and a freeze on `main`, and a branch to cheat on.
struct Repository(TempDir);

impl Repository {
    fn new() -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository(folder);
        assert_eq!(binary::run(repository.path(), &["init"]).code, 0);
        repository.write(
            LAW,
            "law: house\ntitle: House\nsentences:\n  H1: nothing is called temp\nrules:\n  - id: no-temp\n    kind: required-path\n    sentences: [H1]\n    need: LICENSE\n    why: w\n    remedy: r\n",
        );
        repository.write("LICENSE", "free\n");
        repository.write("contracts/security/allowed_signers", "grace ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL6XgtTRrc1BeKhPScBR4zfvGybbnH8XS0yPN1oIrtMx\n");
        git(repository.path(), &["init", "-q", "-b", "main"]);
        let frozen = binary::run(repository.path(), &["freeze", "create", "1.0.0"]);
        assert_eq!(frozen.code, 0, "{frozen:?}");
        repository.commit();
        let honest = repository.check();
        assert_eq!(honest.code, 0, "{honest:?}");
        git(repository.path(), &["checkout", "-q", "-b", "cheat"]);
        repository
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replacen(from, to, 1));
    }

    fn remove(&self, path: &str) {
        std::fs::remove_file(self.path().join(path)).unwrap();
    }

    fn commit(&self) {
        git(self.path(), &["add", "-A"]);
        git(self.path(), &["commit", "-q", "-m", "m"]);
    }

    fn check(&self) -> Run {
        binary::run(self.path(), &["check", "--against", "main", "--format", "short"])
    }

    /// Commits the cheat; the gate must fail for this reason, in the commit as in the working tree.
    fn is_caught(&self, code: i32, reasons: &[&str]) {
        self.commit();
        let at = ["check", "--at", "HEAD", "--against", "main", "--format", "short"];
        for run in [self.check(), binary::run(self.path(), &at)] {
            assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
            for reason in reasons {
                assert!(run.stdout.contains(reason), "no `{reason}` in\n{}", run.stdout);
            }
        }
    }

    /// A document that the schema refuses.
    fn break_example(&self) {
        self.replace(EXAMPLE, "\"title\":", "\"titel\":");
    }

    /// A change that breaks readers and raises no version.
    fn break_schema(&self) {
        self.replace(NOTE, "\"maxLength\": 200", "\"maxLength\": 20");
    }

    fn disable_the_job(&self) {
        let text = self.read(WORKFLOW);
        assert!(text.contains("contract-guard check"), "{text}");
        self.write(WORKFLOW, &text.replace("contract-guard check", "true contract-guard-check"));
    }

    fn waive(&self, name: &str, now: &str) {
        let args = ["waive", name, "--reason", "r", "--owner", "o", "--until", "2026-12-31"];
        let run =
            binary::run(self.path(), &[&args[..], &["--against", "main", "--now", now]].concat());
        assert_eq!(run.code, 0, "{run:?}");
    }
}

#[test]
fn ignoring_the_file() {
    let repository = Repository::new();
    repository.break_example();
    repository.write("contracts/.contractignore", "storage/examples\n");
    repository.is_caught(1, &["contracts/.contractignore:1:1: error[gate-weakened]"]);
}

#[test]
fn raising_a_limit() {
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    repository.write("contract-guard.toml", "[limits]\ndepth = 8\n");
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "cheat"]);
    repository.write("contract-guard.toml", "[limits]\ndepth = 64\n");
    repository.is_caught(1, &["contract-guard.toml:2:1: error[gate-weakened]", "from 8 to 64"]);
}

#[test]
fn deleting_the_law() {
    let repository = Repository::new();
    repository.remove("LICENSE");
    repository.remove(LAW);
    repository.is_caught(1, &["error[gate-weakened]: the law `house` is gone", "LICENSE"]);
}

#[test]
fn recording_ones_own_violations() {
    let repository = Repository::new();
    repository.remove("LICENSE");
    let recorded = binary::run(repository.path(), &["laws", "baseline"]);
    assert_eq!(recorded.code, 0, "{recorded:?}");
    repository.is_caught(1, &["law-baseline-grew"]);
}

#[test]
fn ignoring_the_list_of_the_ignored() {
    let repository = Repository::new();
    repository.break_example();
    repository.write("contracts/.contractignore", ".contractignore\nstorage/examples\n");
    repository.is_caught(1, &["contracts/.contractignore:2:1: error[gate-weakened]"]);
}

#[test]
fn ignoring_damaged_freezes() {
    let repository = Repository::new();
    repository.write("contracts/_frozen/freeze-1.0.0.json", "x");
    repository.write("contracts/.contractignore", ".contractignore\n_frozen\n");
    repository.is_caught(4, &["freeze-"]);
}

#[test]
fn rewriting_a_rule_of_the_law() {
    let repository = Repository::new();
    repository.remove("LICENSE");
    repository.replace(LAW, "need: LICENSE", "need: README.md");
    repository.write("README.md", "r\n");
    repository
        .is_caught(1, &["rule `no-temp` of the law `house` demands something else", "LICENSE"]);
}

#[test]
fn lowering_a_rule_of_the_law() {
    let repository = Repository::new();
    repository.remove("LICENSE");
    repository.replace(LAW, "    why: w", "    level: note\n    why: w");
    repository.is_caught(1, &["lowered from error to note", "error[required-path]"]);
}

#[test]
fn turning_the_code_off() {
    let repository = Repository::new();
    repository.break_example();
    repository.write("contract-guard.toml", "[levels]\nexample-invalid = \"off\"\n");
    repository.is_caught(1, &["error[gate-weakened]", "error[example-invalid]"]);
}

#[test]
fn renaming_the_code() {
    let repository = Repository::new();
    repository.break_example();
    repository.write("contract-guard.toml", "[levels]\nexample-invalidd = \"off\"\n");
    repository.is_caught(1, &["config-invalid", "error[example-invalid]"]);
}

#[test]
fn an_edition_that_does_not_exist() {
    let repository = Repository::new();
    repository.write("contract-guard.toml", "edition = \"2020-1\"\n");
    repository.is_caught(1, &["config-invalid"]);
}

#[test]
fn calling_a_schema_something_else() {
    let repository = Repository::new();
    repository.break_example();
    let config = "[kinds]\n\"contracts/storage/examples/*\" = \"other\"\n";
    repository.write("contract-guard.toml", config);
    repository.is_caught(1, &["error[gate-weakened]", "is taken for kind `other`"]);
}

#[test]
fn moving_the_contracts_root() {
    let repository = Repository::new();
    repository.write("contract-guard.toml", "contracts = \"elsewhere\"\n");
    for path in ["versions.yaml", "CHANGELOG.md"] {
        repository
            .write(&format!("elsewhere/{path}"), &repository.read(&format!("contracts/{path}")));
    }
    repository.is_caught(4, &["error[gate-weakened]: contracts are looked for in `elsewhere`"]);
}

#[test]
fn editing_a_freeze() {
    let repository = Repository::new();
    repository.break_schema();
    let frozen = "contracts/_frozen/freeze-1.0.0.json";
    let text = repository.read(frozen);
    repository.write(frozen, &text.replace("maxLength", "maxlength"));
    repository.is_caught(4, &["freeze-"]);
}

#[test]
fn taking_all_freezes_out() {
    let repository = Repository::new();
    std::fs::remove_dir_all(repository.path().join("contracts/_frozen")).unwrap();
    repository.is_caught(4, &["freeze-1.0.0.json` is in the baseline, and gone"]);
}

#[test]
fn forging_all_freezes_anew() {
    let repository = Repository::new();
    std::fs::remove_dir_all(repository.path().join("contracts/_frozen")).unwrap();
    repository.write("contracts/README.md", "Other words.\n");
    let forged = binary::run(repository.path(), &["freeze", "create", "1.0.0"]);
    assert_eq!(forged.code, 0, "{forged:?}");
    repository.is_caught(4, &["freeze-1.0.0.json` is not what it is in the baseline"]);
}

#[test]
fn rewriting_latest() {
    let repository = Repository::new();
    let latest = repository.read("contracts/_frozen/freeze-latest.json");
    repository.write("contracts/_frozen/freeze-latest.json", &latest.replace("1.0.0", "1.0.9"));
    repository.is_caught(4, &["freeze-latest-stale"]);
}

#[test]
fn swapping_the_signers() {
    let repository = Repository::new();
    repository.break_schema();
    repository.write(
        "contracts/security/allowed_signers",
        "me ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHH\n",
    );
    repository.is_caught(
        1,
        &["contracts/security/allowed_signers:1:1: error[gate-weakened]", "may sign"],
    );
}

#[test]
fn an_expired_waiver() {
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    repository.break_example();
    repository.waive("example-invalid", "2026-11-20T00:00:00Z");
    repository.commit();
    let now = |time| {
        binary::run(
            repository.path(),
            &["check", "--against", "main", "--format", "short", "--now", time],
        )
    };
    let (held, over) = (now("2026-12-31T23:59:59Z"), now("2027-01-01T00:00:00Z"));
    assert_eq!(held.code, 0, "{held:?}");
    assert!(over.code == 1 && over.stdout.contains("waiver-expired"), "{over:?}");
}

#[test]
fn a_waiver_for_other_content() {
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    repository.break_example();
    repository.waive("example-invalid", "2026-11-20T00:00:00Z");
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "cheat"]);
    repository.replace(EXAMPLE, "\"titel\":", "\"titel\": 1, \"more\":");
    repository.is_caught(1, &["waiver-stale", "error[example-invalid]"]);
}

#[test]
fn a_waiver_of_ones_own() {
    let repository = Repository::new();
    repository.break_schema();
    repository.waive("bound-changed", "2026-11-20T00:00:00Z");
    repository.is_caught(1, &["waiver-unapproved", "major[bound-changed]"]);
}

#[test]
fn asking_for_no_approvals() {
    let repository = Repository::new();
    repository.break_schema();
    repository.write("contract-guard.toml", "[waivers]\napprovals = 0\n");
    repository.waive("bound-changed", "2026-11-20T00:00:00Z");
    repository.is_caught(1, &["gate-weakened", "waiver-unapproved", "major[bound-changed]"]);
}

#[test]
fn disabling_the_job() {
    let repository = Repository::new();
    repository.disable_the_job();
    repository.is_caught(1, &["error[gate-wired]"]);
}

#[test]
fn disabling_the_job_where_there_are_no_laws() {
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    repository.remove(LAW);
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "cheat"]);
    repository.remove(WORKFLOW);
    repository.is_caught(1, &["error[gate-wired]"]);
}

#[test]
fn a_gate_law_that_demands_nothing() {
    let repository = Repository::new();
    repository.disable_the_job();
    repository.write(
        "contracts/laws/gate.yaml",
        "law: gate\nsentences:\n  G1: s\nrules:\n  - id: own\n    kind: required-path\n    sentences: [G1]\n    need: LICENSE\n    why: w\n    remedy: r\n",
    );
    repository.is_caught(1, &["rule `ci-is-wired` is gone", "error[gate-wired]"]);
}

#[test]
fn taking_an_invariant_out() {
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    let invariant = "contracts/storage/invariants/note.schema.json";
    repository.write(
        invariant,
        "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"$id\": \"https://example.com/contracts/storage/invariants/note.schema.json\",\n  \"title\": \"Notes have an id\",\n  \"type\": \"object\",\n  \"required\": [\"id\"]\n}\n",
    );
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "cheat"]);
    repository.remove(invariant);
    repository.is_caught(
        1,
        &["gate-weakened]: the invariant `contracts/storage/invariants/note.schema.json` is gone"],
    );
}

#[test]
fn what_is_stricter_is_no_cheat() {
    let repository = Repository::new();
    repository.write(
        "contract-guard.toml",
        "[levels]\nschema-without-example = \"error\"\n[waivers]\napprovals = 2\n",
    );
    repository.replace(LAW, "    why: w", "    why: better words");
    let bump = binary::run(repository.path(), &["bump", "--write", "-m", "better words"]);
    assert_eq!(bump.code, 0, "{bump:?}");
    repository.commit();
    let run = repository.check();
    assert_eq!(run.code, 0, "{run:?}");
}

/// Something of the change that is called like the base: a folder, a link, a file, a tag, a branch.
#[test]
fn supplying_ones_own_baseline() {
    let repository = Repository::new();
    let path = repository.path();
    git(path, &["update-ref", "refs/remotes/origin/main", "main"]);
    repository.break_schema();
    let contracts = repository.path().join("contracts");
    binary::copy(&contracts, &path.join("origin/main/contracts"));
    binary::copy(&contracts, &path.join("main/contracts"));
    repository.is_caught(1, &["bound-changed"]);
    let at = ["check", "--against", "origin/main", "--format", "short"];
    let run = binary::run(path, &at);
    assert!(run.code == 1 && run.stdout.contains("bound-changed"), "{run:?}");
    for kind in ["tag", "branch"] {
        git(path, &[kind, "origin/main", "HEAD"]);
        let run = binary::run(path, &at);
        assert!(run.code == 3 && run.stderr.contains("refs/remotes/origin/main"), "{run:?}");
        git(path, &[kind, "-D", "origin/main"].map(|arg| if arg == "-D" { "-d" } else { arg }));
    }
    git(path, &["update-ref", "-d", "refs/remotes/origin/main"]);
    let run = binary::run(path, &at);
    assert_eq!(run.code, 3, "a folder is no ref: {run:?}");
}

/// What can be read with a warning is read, and can be broken.
#[test]
fn breaking_a_file_with_a_warning() {
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    let text = repository.read(NOTE);
    repository.write(NOTE, &format!("\u{feff}{text}"));
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "cheat"]);
    repository.write(NOTE, &text);
    repository.break_schema();
    repository.is_caught(1, &["bound-changed"]);
}

#[test]
fn announcing_the_break_in_another_file() {
    for path in ["contracts/aaa/versions.json", "contracts/versions.json"] {
        let repository = Repository::new();
        repository.break_schema();
        repository.write(path, r#"{"version": "2.0.0", "history": [{"version": "2.0.0"}]}"#);
        repository.write("contracts/aaa/CHANGELOG.md", "# Changelog\n\n## 2.0.0\n");
        repository.is_caught(1, &["bump-too-small"]);
    }
}

#[test]
fn pairing_an_example_with_something_kinder() {
    let repository = Repository::new();
    repository.break_example();
    repository.write(
        "contract-guard.toml",
        &format!(
            "[[pair]]\nexample = \"{EXAMPLE}\"\nschema = \"contracts/storage/common.schema.json\"\n"
        ),
    );
    repository.is_caught(1, &["gate-weakened", "is no longer checked against"]);
}

/// A tree inside of the tree, or nearer to the folder of the job.
#[test]
fn a_nearer_tree() {
    let repository = Repository::new();
    repository.break_schema();
    repository.write("contracts/contracts/README.md", "hi\n");
    repository.write("contracts/contract-guard.toml", "contracts = \"policy\"\n");
    repository.commit();
    for path in ["contracts", "./contracts/"] {
        let run = binary::run(repository.path(), &["check", path, "--against", "main"]);
        assert!(run.code == 1 && run.stdout.contains("bound-changed"), "{path}: {run:?}");
    }
    let inside = binary::run(&repository.path().join("contracts"), &["check", "--against", "main"]);
    assert!(inside.code == 1 && inside.stdout.contains("bound-changed"), "{inside:?}");
    repository.write("backend/contracts/README.md", "hi\n");
    repository.commit();
    for args in
        [&["check", "--against", "main"][..], &["check", "--at", "HEAD", "--against", "main"]]
    {
        let run = binary::run(&repository.path().join("backend"), args);
        assert!(run.code == 3 && run.stderr.contains("`..`"), "{args:?}: {run:?}");
    }
}

/// Files that make git take a folder for a repository of its own.
#[test]
fn a_repository_inside_that_nobody_made() {
    let repository = Repository::new();
    let path = repository.path();
    git(path, &["checkout", "-q", "main"]);
    std::fs::create_dir_all(path.join("backend")).unwrap();
    git(path, &["mv", "contracts", "LICENSE", ".github", "backend/"]);
    repository.commit();
    git(path, &["checkout", "-q", "-B", "cheat"]);
    for (name, text) in [
        ("HEAD", "ref: refs/heads/main\n"),
        ("config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"),
        ("objects/info/x", ""),
        ("refs/heads/x", ""),
    ] {
        repository.write(&format!("backend/{name}"), text);
    }
    let run = binary::run(path, &["check", "backend", "--against", "main"]);
    assert!(run.code == 3 && !run.stderr.contains("no contracts to compare"), "{run:?}");
}

#[test]
fn moving_a_contract_into_a_young_module() {
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    repository.write(
        "contracts/modules/x/versions.yaml",
        "module: x\nversion: \"0.1.0\"\nhistory:\n  - version: \"0.1.0\"\n",
    );
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "cheat"]);
    repository.break_schema();
    std::fs::create_dir_all(repository.path().join("contracts/modules/x/storage")).unwrap();
    for folder in ["schemas", "examples"] {
        let (from, to) = (
            format!("contracts/storage/{folder}"),
            format!("contracts/modules/x/storage/{folder}"),
        );
        git(repository.path(), &["mv", &from, &to]);
    }
    repository.replace("contracts/versions.yaml", "1.0.0", "1.1.0");
    repository.replace("contracts/modules/x/versions.yaml", "0.1.0", "0.2.0");
    repository.is_caught(1, &["bump-too-small"]);
}

/// A branch that begins before there were contracts is compared with those that it goes to.
#[test]
fn branching_off_before_the_contracts() {
    let repository = Repository::new();
    let path = repository.path();
    git(path, &["checkout", "-q", "--orphan", "root"]);
    git(path, &["rm", "-q", "-r", "--cached", "."]);
    git(path, &["commit", "-q", "--allow-empty", "-m", "root"]);
    git(path, &["checkout", "-q", "-f", "-B", "grown"]);
    git(path, &["checkout", "-q", "main", "--", "."]);
    repository.commit();
    git(path, &["branch", "-f", "main", "grown"]);
    git(path, &["checkout", "-q", "-f", "-B", "cheat", "root"]);
    repository.write("contracts/NOTES.md", "n\n");
    repository.write("contract-guard.toml", "[levels]\nexample-invalid = \"off\"\n");
    repository.is_caught(4, &["gate-weakened"]);
}

/// `--tip` is the tip for the laws, too.
#[test]
fn breaking_a_law_that_came_after_the_fork() {
    let repository = Repository::new();
    let path = repository.path();
    git(path, &["checkout", "-q", "main"]);
    repository.replace(LAW, "rules:\n", "rules:\n  - id: no-notice\n    kind: required-path\n    sentences: [H1]\n    need: NOTICE\n    why: w\n    remedy: r\n");
    repository.write("NOTICE", "n\n");
    repository.commit();
    git(path, &["checkout", "-q", "cheat"]);
    let tip = binary::run(path, &["check", "--against", "main", "--tip", "--format", "short"]);
    assert!(tip.code == 1 && tip.stdout.contains("NOTICE"), "{tip:?}");
}

/// A dialect of one's own that asserts nothing.
#[test]
fn a_vocabulary_without_validation() {
    let repository = Repository::new();
    repository.write(
        "contracts/storage/meta.schema.json",
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.com/contracts/storage/meta.schema.json","title":"Meta","$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true},"type":["object","boolean"]}"#,
    );
    for path in ["contracts/events/envelope.schema.json", NOTE] {
        repository.replace(
            path,
            "https://json-schema.org/draft/2020-12/schema",
            "https://example.com/contracts/storage/meta.schema.json",
        );
    }
    repository.is_caught(1, &["envelope-unproven", "schema-unproven"]);
}

/// Whatever else than before surrounds the call of the gate.
#[test]
fn calling_the_gate_in_another_way() {
    let trigger = "  pull_request:";
    for (from, to) in [
        ("contract-guard check", "exit 0; contract-guard check"),
        ("--against=", "--against=HEAD --now="),
        ("runs-on:", "if: ${{ github.actor == 0 }}\n    runs-on:"),
        (trigger, "  workflow_dispatch:"),
    ] {
        let repository = Repository::new();
        repository.replace(WORKFLOW, from, to);
        repository.is_caught(1, &["error[gate-wired]", "in another way than before"]);
    }
    // Names and versions of actions are nobody's business here.
    let repository = Repository::new();
    repository.replace(WORKFLOW, "name: ", "name: my ");
    repository.commit();
    assert_eq!(repository.check().code, 0, "{:?}", repository.check());
}

/// Another repository, a folder that looks like one of ours, and a way that leads elsewhere.
#[cfg(unix)]
#[test]
fn hiding_contracts_from_one_of_the_readers() {
    let repository = Repository::new();
    for folder in ["contracts/.contract-guard-x/storage", "contracts/storage/_frozen"] {
        repository.write(&format!("{folder}/examples/x.example.json"), "{");
    }
    repository.is_caught(1, &["contracts/.contract-guard-x/storage/examples/x", "storage/_frozen"]);
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    repository.write("contract-guard.toml", "contracts = \"spec/contracts\"\n");
    std::fs::create_dir(repository.path().join("spec")).unwrap();
    git(repository.path(), &["mv", "contracts", "spec/"]);
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "cheat"]);
    git(repository.path(), &["mv", "spec", "real"]);
    std::os::unix::fs::symlink("real", repository.path().join("spec")).unwrap();
    let run = repository.check();
    assert!(run.code != 0 && run.stdout.contains("symbolic link"), "{run:?}");
}

#[test]
fn contracts_in_a_submodule() {
    let repository = Repository::new();
    let path = repository.path();
    let other = tempfile::tempdir().unwrap();
    binary::copy(&path.join("contracts/storage"), other.path());
    git(other.path(), &["init", "-q"]);
    git(other.path(), &["add", "-A"]);
    git(other.path(), &["commit", "-q", "-m", "s"]);
    git(path, &["rm", "-r", "-q", "contracts/storage"]);
    let from = other.path().to_str().unwrap();
    git(
        path,
        &[
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            from,
            "contracts/storage",
        ],
    );
    repository
        .is_caught(1, &["contracts/storage: error[unreadable-entry]: folder is a repository"]);
    repository.write("contracts/.contractignore", "storage\n");
    repository.commit();
    for args in [&["check"][..], &["check", "--at", "HEAD"]] {
        let run = binary::run(path, args);
        assert!(!run.stdout.contains("folder is a repository"), "{args:?}: {run:?}");
    }
}

/// What a meta-schema asserts is asserted by all that name it.
#[test]
fn widening_a_vocabulary() {
    let repository = Repository::new();
    git(repository.path(), &["checkout", "-q", "main"]);
    let meta = "contracts/storage/meta.schema.json";
    let id = "https://example.com/contracts/storage/meta.schema.json";
    let core = "\"https://json-schema.org/draft/2020-12/vocab/core\": true";
    let text = format!(
        "{{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"$id\": \"{id}\", \"title\": \"Meta\", \"$vocabulary\": {{{core}}}, \"type\": [\"object\", \"boolean\"]}}"
    );
    repository.write(meta, &text);
    repository.commit();
    git(repository.path(), &["checkout", "-q", "-B", "cheat"]);
    let both = format!("{core}, {}", core.replace("core", "validation"));
    repository.write(meta, &text.replace(core, &both));
    repository.is_caught(1, &["schema-unproven"]);
}
