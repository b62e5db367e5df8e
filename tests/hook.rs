//! The hook, called by the real git: each test is a repository and a commit that must be made, or must not.
//! What decides is what the commit would hold, never what lies on disk.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads, writes, stops")]

mod binary;

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const NOTE: &str = "contracts/storage/schemas/note.schema.json";
const EXAMPLE: &str = "contracts/storage/examples/note.example.json";

/// A repository with contracts in its first commit, and the hook in place.
struct Repository {
    _folder: TempDir,
    path: PathBuf,
}

/// What git said, and whether it did it.
#[derive(Debug)]
struct Said {
    ok: bool,
    text: String,
}

impl Said {
    fn is_refused(&self, reason: &str) {
        assert!(!self.ok && self.text.contains(reason), "{self:?}");
    }

    fn is_made(&self) {
        assert!(self.ok, "{self:?}");
    }

    /// Made without a word of ours.
    fn is_silent(&self) {
        let is_quiet = !self.text.contains("pass") && !self.text.contains("contract");
        assert!(self.ok && is_quiet, "{self:?}");
    }
}

impl Repository {
    fn bare() -> Repository {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r");
        std::fs::create_dir(&path).unwrap();
        let repository = Repository { _folder: folder, path };
        assert_eq!(binary::run(repository.path(), &["init"]).code, 0);
        std::fs::remove_file(repository.path.join(".pre-commit-config.yaml")).unwrap();
        repository.git(&["init", "-q", "-b", "main"]).is_made();
        repository
    }

    fn new() -> Repository {
        let repository = Repository::bare();
        repository.git(&["add", "-A"]).is_made();
        repository.git(&["commit", "-q", "-m", "first"]).is_made();
        let install = binary::run(repository.path(), &["hook", "install"]);
        assert_eq!(install.code, 0, "{install:?}");
        repository
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn at(&self, folder: &Path, args: &[&str]) -> Said {
        let binary = Path::new(env!("CARGO_BIN_EXE_contract-guard")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
        let mut git = Command::new("git");
        git.current_dir(folder).env("PATH", path).env("GIT_EDITOR", "true");
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "CI"] {
            git.env_remove(name);
        }
        git.args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
        git.args(["-c", "protocol.file.allow=always", "-c", "merge.conflictStyle=merge"]);
        let output = git.args(args).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        Said { ok: output.status.success(), text: String::from_utf8_lossy(&text).into_owned() }
    }

    fn git(&self, args: &[&str]) -> Said {
        self.at(self.path(), args)
    }

    fn commit(&self) -> Said {
        self.git(&["commit", "-q", "-m", "m"])
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path.join(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn stage(&self, path: &str) {
        self.git(&["add", "--", path]).is_made();
    }

    /// An example that its schema refuses.
    fn break_example(&self) {
        self.write(EXAMPLE, &self.read(EXAMPLE).replace("\"title\":", "\"titel\":"));
    }

    /// A change that breaks readers, with nothing else wrong.
    fn break_schema(&self) {
        self.write(NOTE, &self.read(NOTE).replace("\"maxLength\": 200", "\"maxLength\": 100"));
    }
}

#[test]
fn what_is_right_is_committed_without_a_word() {
    let repository = Repository::new();
    repository.write("src/main.rs", "fn main() {}\n");
    repository.stage("src/main.rs");
    repository.commit().is_silent();
    repository.write("contracts/README.md", "other\n");
    repository.stage("contracts/README.md");
    // A document that changed asks for a version step, as it does in CI.
    repository.commit().is_refused("bump-too-small");
    let bump = ["bump", "--against", "HEAD", "--write", "-m", "better words"];
    assert_eq!(binary::run(repository.path(), &bump).code, 0);
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_silent();
}

#[test]
fn a_broken_example_is_not_committed() {
    let repository = Repository::new();
    repository.break_example();
    repository.stage(EXAMPLE);
    repository.commit().is_refused("example-invalid");
}

#[test]
fn a_break_that_no_version_announces_is_not_committed() {
    let repository = Repository::new();
    repository.break_schema();
    repository.stage(NOTE);
    repository.commit().is_refused("bound-changed");
}

#[test]
fn a_commit_that_only_deletes_a_frozen_schema_is_blocked() {
    let repository = Repository::new();
    let frozen = binary::run(repository.path(), &["freeze", "create", "1.0.0"]);
    assert_eq!(frozen.code, 0, "{frozen:?}");
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_silent();
    repository.git(&["rm", "-q", NOTE]).is_made();
    repository.commit().is_refused("schema-removed");
    // And so is the removal of everything.
    repository.git(&["rm", "-r", "-q", "contracts"]).is_made();
    repository.commit().is_refused("takes all contracts away");
}

#[test]
fn what_lies_on_disk_does_not_count() {
    let repository = Repository::new();
    // Broken on disk, whole in the index.
    repository.write("src/lib.rs", "\n");
    repository.stage("src/lib.rs");
    repository.write(EXAMPLE, "{");
    repository.commit().is_silent();
    // Broken in the index, whole on disk.
    repository.stage(EXAMPLE);
    repository.git(&["show", &format!("HEAD:{EXAMPLE}")]).is_made();
    let whole = repository.git(&["show", &format!("HEAD:{EXAMPLE}")]).text;
    repository.write(EXAMPLE, &whole);
    repository.commit().is_refused("invalid-json");
}

#[test]
fn the_working_tree_may_be_gone() {
    let repository = Repository::new();
    repository.break_example();
    repository.stage(EXAMPLE);
    std::fs::remove_dir_all(repository.path.join("contracts")).unwrap();
    repository.commit().is_refused("example-invalid");
}

#[test]
fn partly_staged() {
    let repository = Repository::new();
    let note = repository.read(NOTE);
    let annotated = note.replace("A note that a user wrote.", "A note.");
    repository.write(NOTE, &annotated);
    repository.stage(NOTE);
    repository.write(NOTE, &annotated.replace("\"maxLength\": 200", "\"maxLength\": 1"));
    let said = repository.commit();
    said.is_refused("bump-too-small");
    assert!(!said.text.contains("bound-changed"), "{said:?}");
}

#[test]
fn loosening_an_invariant() {
    let repository = Repository::new();
    let invariant = "contracts/storage/invariants/note.schema.json";
    let text = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.com/contracts/storage/invariants/note.schema.json", "title": "Notes have an id", "type": "object", "required": ["id"]}"#;
    repository.write(invariant, text);
    repository.stage(invariant);
    repository.git(&["commit", "-q", "-n", "-m", "m"]).is_made();
    repository.write(invariant, &text.replace(r#", "required": ["id"]"#, ""));
    repository.stage(invariant);
    repository.commit().is_refused("gate-weakened");
}

#[test]
fn commit_all_and_commit_path() {
    let repository = Repository::new();
    repository.write("notes.txt", "n\n");
    repository.stage("notes.txt");
    repository.commit().is_silent();
    repository.write("notes.txt", "m\n");
    repository.break_example();
    // Only the named file goes in, whatever else is on disk or in the index.
    repository.git(&["commit", "-q", "-m", "m", "--", "notes.txt"]).is_silent();
    repository.git(&["commit", "-q", "-m", "m", "--", EXAMPLE]).is_refused("example-invalid");
    repository.git(&["commit", "-q", "-a", "-m", "m"]).is_refused("example-invalid");
    repository.stage(EXAMPLE);
    repository.write("notes.txt", "o\n");
    repository.git(&["commit", "-q", "-m", "m", "--", "notes.txt"]).is_silent();
    repository.git(&["commit", "-q", "-m", "m"]).is_refused("example-invalid");
}

#[test]
fn what_is_only_intended_is_not_committed() {
    let repository = Repository::new();
    repository.write("contracts/storage/schemas/odd.schema.json", "{");
    repository.git(&["add", "-N", "contracts/storage/schemas/odd.schema.json"]).is_made();
    repository.write("notes.txt", "n\n");
    repository.stage("notes.txt");
    repository.write("contract-guard.toml", "# nothing\n");
    repository.stage("contract-guard.toml");
    let said = repository.commit();
    assert!(!said.text.contains("odd.schema.json"), "{said:?}");
    said.is_silent();
}

#[test]
fn the_job_cannot_be_taken_out() {
    let repository = Repository::new();
    repository.git(&["rm", "-q", ".github/workflows/contract-guard.yml"]).is_made();
    repository.commit().is_refused("gate-wired");
}

#[test]
fn renames() {
    let repository = Repository::new();
    let to = "contracts/storage/schemas/memo.schema.json";
    repository.git(&["mv", NOTE, to]).is_made();
    let said = repository.commit();
    assert!(!said.ok, "{said:?}");
    // Out of the contracts: for them it is gone.
    repository.git(&["reset", "-q", "--hard"]).is_made();
    repository.git(&["mv", NOTE, "note.schema.json"]).is_made();
    repository.commit().is_refused("schema-removed");
}

#[test]
fn a_first_commit() {
    let repository = Repository::bare();
    assert_eq!(binary::run(repository.path(), &["hook", "install"]).code, 0);
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_silent();
    let repository = Repository::bare();
    assert_eq!(binary::run(repository.path(), &["hook", "install"]).code, 0);
    repository.break_example();
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_refused("example-invalid");
}

#[test]
fn merges_with_and_without_conflicts() {
    let repository = Repository::new();
    repository.git(&["checkout", "-q", "-b", "side"]).is_made();
    repository.break_example();
    repository.git(&["commit", "-q", "-a", "-m", "m", "--no-verify"]).is_made();
    repository.git(&["checkout", "-q", "main"]).is_made();
    repository.write("notes.txt", "n\n");
    repository.stage("notes.txt");
    repository.commit().is_silent();
    repository.git(&["merge", "--no-edit", "side"]).is_refused("example-invalid");
    repository.git(&["merge", "--abort"]).is_made();
    // A conflict that is resolved wrongly.
    repository
        .write(EXAMPLE, &repository.read(EXAMPLE).replace("\"title\": \"", "\"title\": \"My "));
    let bump = ["bump", "--against", "HEAD", "--write", "-m", "other words"];
    assert_eq!(binary::run(repository.path(), &bump).code, 0);
    repository.git(&["commit", "-q", "-a", "-m", "m"]).is_made();
    let merge = repository.git(&["merge", "--no-edit", "side"]);
    assert!(!merge.ok && merge.text.contains("CONFLICT"), "{merge:?}");
    repository.git(&["checkout", "--theirs", "--", EXAMPLE]).is_made();
    repository.stage(EXAMPLE);
    repository.commit().is_refused("example-invalid");
}

#[test]
fn worktrees_and_folders() {
    let repository = Repository::new();
    let other = repository.path.parent().unwrap().join("other");
    repository.git(&["worktree", "add", "-q", other.to_str().unwrap()]).is_made();
    let example = other.join(EXAMPLE);
    let text = std::fs::read_to_string(&example).unwrap();
    std::fs::write(&example, text.replace("\"title\":", "\"titel\":")).unwrap();
    repository.at(&other, &["add", "-A"]).is_made();
    repository.at(&other, &["commit", "-q", "-m", "m"]).is_refused("example-invalid");
    // The other working tree is another matter.
    repository.write("notes.txt", "n\n");
    repository.stage("notes.txt");
    repository.at(&repository.path.join("contracts"), &["commit", "-q", "-m", "m"]).is_silent();
    repository.break_example();
    let below = repository.path.join("contracts/storage");
    repository.at(&below, &["commit", "-q", "-a", "-m", "m"]).is_refused("example-invalid");
}

/// git runs hooks in the top folder.
#[test]
fn contracts_below_the_top() {
    let repository = Repository::bare();
    let service = repository.path.join("service");
    std::fs::create_dir(&service).unwrap();
    std::fs::rename(repository.path.join("contracts"), service.join("contracts")).unwrap();
    let above = binary::run(repository.path(), &["hook", "install"]);
    assert!(above.code == 3 && above.stderr.contains("no contracts tree"), "{above:?}");
    let install = binary::run(&service, &["hook", "install"]);
    assert_eq!(install.code, 0, "{install:?}");
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_silent();
    let example = format!("service/{EXAMPLE}");
    repository.write(&example, &repository.read(&example).replace("\"title\":", "\"titel\":"));
    repository.git(&["commit", "-q", "-a", "-m", "m"]).is_refused("example-invalid");
}

/// What calls the gate lies at the top: whoever touches it is held to everything.
#[test]
fn wiring_at_the_top_counts_for_contracts_below_it() {
    let repository = Repository::bare();
    let service = repository.path.join("services/notes");
    std::fs::create_dir_all(&service).unwrap();
    std::fs::rename(repository.path.join("contracts"), service.join("contracts")).unwrap();
    let example = format!("services/notes/{EXAMPLE}");
    repository.write(&example, &repository.read(&example).replace("\"title\":", "\"titel\":"));
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_made();
    assert_eq!(binary::run(&service, &["hook", "install"]).code, 0);
    // What was wrong before is no business of a commit that is about something else.
    repository.write("services/other/.github/workflows/x.yml", "on: push\n");
    repository.write("notes.txt", "n\n");
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_silent();
    for wiring in [".github/workflows/contract-guard.yml", ".pre-commit-config.yaml", ".ci/run"] {
        repository.write(wiring, "# other\n");
        repository.stage(wiring);
        repository.commit().is_refused("example-invalid");
        // By hand, from the folder itself, it is the same.
        repository.git(&["config", "diff.relative", "true"]).is_made();
        let inside = binary::run(&service, &["hook", "run"]);
        assert!(inside.code == 1 && inside.stdout.contains("example-invalid"), "{inside:?}");
        repository.git(&["reset", "-q"]).is_made();
    }
    // Together with a contract that is right by itself, too.
    let topics = "services/notes/contracts/events/topics.yaml";
    repository.write(topics, &format!("# A word.\n{}", repository.read(topics)));
    repository.stage(topics);
    repository.stage(".pre-commit-config.yaml");
    repository.commit().is_refused("example-invalid");
}

#[test]
fn a_hook_of_somebody_is_not_that_of_a_manager() {
    let repository = Repository::bare();
    let install = binary::run(repository.path(), &["hook", "install", "--with", "pre-commit"]);
    assert_eq!(install.code, 0, "{install:?}");
    let hook = repository.path.join(".git/hooks/pre-commit");
    std::fs::write(&hook, "#!/bin/sh\necho mine\n").unwrap();
    let status = binary::run(repository.path(), &["hook", "status"]);
    assert!(
        status.code == 1 && status.stdout.contains("git does not call pre-commit"),
        "{status:?}"
    );
    std::fs::remove_file(&hook).unwrap();
    assert_eq!(binary::run(repository.path(), &["hook", "install", "--with", "git"]).code, 0);
    assert_eq!(binary::run(repository.path(), &["hook", "status"]).code, 0);
}

#[test]
fn a_waiver_that_is_none_is_not_overlooked() {
    let repository = Repository::new();
    repository.write("contracts/waivers.yaml", "waivers:\n  - fingerprint: zz\n");
    repository.stage("contracts/waivers.yaml");
    repository.commit().is_refused("waiver-invalid");
}

#[test]
fn what_others_run_in_the_same_line_stays() {
    let repository = Repository::bare();
    let script = "npm test && contract-guard hook run && npm run lint\n";
    repository.write(".husky/pre-commit", script);
    assert_eq!(binary::run(repository.path(), &["hook", "uninstall"]).code, 0);
    assert_eq!(repository.read(".husky/pre-commit"), script);
}

#[test]
fn a_submodule_has_contracts_of_its_own() {
    let library = Repository::new();
    let repository = Repository::new();
    let url = library.path.to_str().unwrap();
    repository.git(&["submodule", "--quiet", "add", url, "library"]).is_made();
    repository.commit().is_silent();
    let inside = repository.path.join("library");
    let install = binary::run(&inside, &["hook", "install"]);
    assert_eq!(install.code, 0, "{install:?}");
    let example = inside.join(EXAMPLE);
    let text = std::fs::read_to_string(&example).unwrap();
    std::fs::write(&example, text.replace("\"title\":", "\"titel\":")).unwrap();
    repository.at(&inside, &["commit", "-q", "-a", "-m", "m"]).is_refused("example-invalid");
    repository.at(&inside, &["commit", "-q", "-a", "-m", "m", "--no-verify"]).is_made();
    // Outside it is a commit, and not a contract.
    repository.stage("library");
    repository.commit().is_silent();
}

#[test]
fn an_index_elsewhere() {
    let repository = Repository::new();
    let index = repository.path.parent().unwrap().join("index");
    std::fs::copy(repository.path.join(".git/index"), &index).unwrap();
    repository.break_example();
    let with_index = |args: &[&str]| {
        let binary = Path::new(env!("CARGO_BIN_EXE_contract-guard")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
        let mut git = Command::new("git");
        git.current_dir(repository.path()).env("PATH", path).env("GIT_INDEX_FILE", &index);
        git.args(["-c", "user.name=t", "-c", "user.email=t@example.com"]).args(args);
        let output = git.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        Said { ok: output.status.success(), text: String::from_utf8_lossy(&text).into_owned() }
    };
    with_index(&["add", EXAMPLE]).is_made();
    with_index(&["commit", "-q", "-m", "m"]).is_refused("example-invalid");
    repository.write("notes.txt", "n\n");
    repository.stage("notes.txt");
    repository.commit().is_silent();
}

/// The break is judged where the work began, so that commits of one branch may come in any order.
#[test]
fn a_branch_is_judged_as_a_whole() {
    let origin = Repository::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clone");
    origin.at(folder.path(), &["clone", "-q", origin.path.to_str().unwrap(), "clone"]).is_made();
    let clone = Repository { _folder: folder, path };
    assert_eq!(binary::run(clone.path(), &["hook", "install", "--with", "git"]).code, 0);
    clone.git(&["checkout", "-q", "-b", "work"]).is_made();
    let words = |from: &str, to: &str| clone.write(NOTE, &clone.read(NOTE).replace(from, to));
    words("A note that a user wrote.", "A note.");
    let bump = ["bump", "--against", "HEAD", "--write", "-m", "better words"];
    assert_eq!(binary::run(clone.path(), &bump).code, 0);
    clone.git(&["commit", "-q", "-a", "-m", "m"]).is_made();
    // The next change of the same branch is covered by the step that the first declared.
    words("A note.", "What a user notes.");
    clone.git(&["commit", "-q", "-a", "-m", "m"]).is_silent();
}

/// What docs/pre-commit.md tells somebody who commits to the main branch and pushes, in its own commands.
#[test]
fn whoever_works_alone_declares_one_step_a_push() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pre-commit.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, alone) = page.split_once("### Working alone\n").unwrap();
    let (alone, _) = alone.split_once("\n## ").unwrap();
    let command = "contract-guard bump --against origin/main --write -m \"say it better\"";
    assert!(alone.contains(&format!("$ {command}\n")), "{alone}");
    let repository = Repository::new();
    let bump = |against: &str| {
        let args = ["bump", "--against", against, "--write", "-m", "say it better"];
        let run = binary::run(repository.path(), &args);
        assert_eq!(run.code, 0, "{run:?}");
        repository.git(&["add", "contracts"]).is_made();
    };
    let readme = "contracts/README.md";
    let say_more = |repository: &Repository| {
        repository.write(readme, &(repository.read(readme) + "More.\n"));
        repository.stage(readme);
    };
    // Without `origin`, each commit for itself, an amended one too.
    say_more(&repository);
    repository.commit().is_refused("bump-too-small");
    bump("HEAD");
    repository.commit().is_silent();
    say_more(&repository);
    repository.git(&["commit", "-q", "--amend", "-m", "m"]).is_refused("bump-too-small");
    repository.git(&["reset", "-q", "--hard"]).is_made();
    // With it, one step for all until the next push.
    let origin = repository.path.parent().unwrap().join("origin");
    repository.git(&["init", "-q", "--bare", origin.to_str().unwrap()]).is_made();
    repository.git(&["remote", "add", "origin", origin.to_str().unwrap()]).is_made();
    for _ in 0..2 {
        repository.git(&["push", "-q", "origin", "main"]).is_made();
        say_more(&repository);
        let said = repository.commit();
        said.is_refused("bump-too-small");
        let told = said.text.lines().filter(|line| alone.contains(line.trim()));
        assert!(told.count() >= 3, "the page shows something else than {said:?}");
        bump("origin/main");
        repository.commit().is_silent();
        say_more(&repository);
        repository.commit().is_silent();
    }
    // What is left out from the first commit on costs nothing.
    let repository = Repository::bare();
    repository.write("contracts/.contractignore", "README.md\n");
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_made();
    assert_eq!(binary::run(repository.path(), &["hook", "install"]).code, 0);
    say_more(&repository);
    repository.commit().is_silent();
    repository.write("contracts/.contractignore", "README.md\nCHANGELOG.md\n");
    repository.stage("contracts/.contractignore");
    repository.commit().is_refused("gate-weakened");
}

#[test]
fn nothing_is_written() {
    let repository = Repository::new();
    repository.break_schema();
    repository.stage(NOTE);
    let before = binary::files(repository.path());
    let run = binary::run(repository.path(), &["hook", "run"]);
    assert_eq!(run.code, 1, "{run:?}");
    let after = binary::files(repository.path());
    assert!(before == after);
}

#[test]
fn a_hook_that_is_there_stays() {
    let repository = Repository::bare();
    let hook = repository.path.join(".git/hooks/pre-commit");
    std::fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    let install = binary::run(repository.path(), &["hook", "install"]);
    assert!(install.code == 1 && install.stderr.contains("somebody else's"), "{install:?}");
    assert_eq!(std::fs::read_to_string(&hook).unwrap(), "#!/bin/sh\nexit 0\n");
    assert_eq!(binary::run(repository.path(), &["hook", "status"]).code, 1);
    std::fs::write(&hook, "#!/bin/sh\ncontract-guard hook run || exit $?\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(binary::run(repository.path(), &["hook", "install"]).code, 0);
    let status = binary::run(repository.path(), &["hook", "status"]);
    assert!(status.code == 0 && status.stdout.contains("somebody else wrote it"), "{status:?}");
    assert_eq!(binary::run(repository.path(), &["hook", "uninstall"]).code, 0);
    assert!(hook.exists() && !hook.with_file_name("pre-merge-commit").exists());
}

#[test]
fn installed_twice_and_taken_out() {
    let repository = Repository::new();
    let hooks = || binary::files(&repository.path.join(".git/hooks"));
    let once = hooks();
    assert_eq!(binary::run(repository.path(), &["hook", "install"]).code, 0);
    assert!(once == hooks());
    assert_eq!(binary::run(repository.path(), &["hook", "status"]).code, 0);
    let uninstall = binary::run(repository.path(), &["hook", "uninstall"]);
    assert!(uninstall.stdout.contains("pre-commit"), "{uninstall:?}");
    assert_eq!(binary::run(repository.path(), &["hook", "status"]).code, 1);
    repository.break_example();
    repository.git(&["commit", "-q", "-a", "-m", "m"]).is_made();
}

/// Entries for managers go into files that are there, and come out again without a trace.
#[test]
fn managers_of_hooks() {
    for (manager, file, text) in [
        (
            "pre-commit",
            ".pre-commit-config.yaml",
            "# ours\nrepos:\n  - repo: https://example.com/r # pinned\n    rev: v1\n    hooks:\n      - id: black\n",
        ),
        (
            "lefthook",
            "lefthook.yml",
            "# ours\npre-commit:\n  parallel: true\n  commands:\n    lint:\n      run: lint {staged_files}\n",
        ),
        (
            "prek",
            "prek.toml",
            "# ours\n[[repos]]\nrepo = \"builtin\"\n\n[[repos.hooks]]\nid = \"trailing-whitespace\"\n",
        ),
        ("husky", ".husky/pre-commit", "npm test\n"),
    ] {
        let repository = Repository::bare();
        repository.write(file, text);
        let install = binary::run(repository.path(), &["hook", "install"]);
        assert!(install.code == 1 && install.stdout.contains(file), "{install:?}");
        assert!(install.stdout.contains("nothing calls the gate yet"), "{install:?}");
        let written = repository.read(file);
        assert!(written.contains("contract-guard hook run"), "{written}");
        for line in text.lines() {
            assert!(written.contains(line), "{manager}: `{line}` is gone from\n{written}");
        }
        let again = binary::run(repository.path(), &["hook", "install", "--with", manager]);
        assert!(again.stdout.contains("already"), "{again:?}");
        assert_eq!(repository.read(file), written);
        let status = binary::run(repository.path(), &["hook", "status"]);
        assert!(status.code == 1 && status.stdout.contains("but git does not call"), "{status:?}");
        assert_eq!(binary::run(repository.path(), &["hook", "uninstall"]).code, 0);
        assert_eq!(repository.read(file).trim_end(), text.trim_end(), "{manager}");
    }
}

/// What only `install` wrote goes; an empty file of a manager would be left for somebody to wonder about.
#[test]
fn uninstall_leaves_no_file_that_install_made() {
    for (manager, file) in [
        ("pre-commit", ".pre-commit-config.yaml"),
        ("prek", "prek.toml"),
        ("lefthook", "lefthook.yml"),
        ("husky", ".husky/pre-commit"),
    ] {
        let repository = Repository::bare();
        let install = binary::run(repository.path(), &["hook", "install", "--with", manager]);
        assert_eq!(install.code, 0, "{install:?}");
        let uninstall = binary::run(repository.path(), &["hook", "uninstall"]);
        assert_eq!(uninstall.stdout, format!("removed {file}\n"), "{uninstall:?}");
        let left = repository.path.join(file.split('/').next().unwrap());
        assert!(!left.exists(), "{manager} leaves {left:?}");
    }
}

/// What others wrote stays to the byte, however little it says, and whoever lies beside it.
#[test]
fn uninstall_keeps_what_others_wrote() {
    let comments = "# one\n\n  # two\n";
    for (file, text) in [
        (".pre-commit-config.yaml", comments),
        (".pre-commit-config.yaml", "repos: []\n"),
        (".pre-commit-config.yaml", "repos: []\n\n\n# the end\n"),
        ("prek.toml", comments),
        ("prek.toml", "# one\n\n\n"),
        ("lefthook.yml", comments),
        ("lefthook.yml", "---\n# one\n"),
        ("lefthook.yml", "{}\n"),
        ("lefthook.yml", "pre-push:\n  jobs: []\n"),
        (".husky/pre-commit", comments),
        (".husky/pre-commit", "#!/bin/sh\n\n"),
    ] {
        let repository = Repository::bare();
        repository.write(file, text);
        let install = binary::run(repository.path(), &["hook", "install"]);
        assert_eq!(install.code, 1, "{file} {text:?}: {install:?}");
        let written = repository.read(file);
        assert!(written.contains("contract-guard hook run"), "{file} {text:?}: {written}");
        let uninstall = binary::run(repository.path(), &["hook", "uninstall"]);
        assert_eq!(uninstall.stdout, format!("changed {file}\n"), "{uninstall:?}");
        assert_eq!(repository.read(file), text, "{file}: {written}");
    }
    for (manager, file) in [("prek", "prek.toml"), ("lefthook", "lefthook.yml")] {
        let repository = Repository::bare();
        let install = ["hook", "install", "--with", manager];
        assert_eq!(binary::run(repository.path(), &install).code, 0);
        repository.write(file, &repository.read(file).replace('\n', "\r\n"));
        assert_eq!(binary::run(repository.path(), &["hook", "uninstall"]).code, 0);
        assert!(!repository.path.join(file).exists(), "{manager}, with the line ends of Windows");
    }
    let repository = Repository::bare();
    repository.write(".husky/commit-msg", "true\n");
    let install = ["hook", "install", "--with", "husky"];
    assert_eq!(binary::run(repository.path(), &install).code, 0);
    assert_eq!(binary::run(repository.path(), &["hook", "uninstall"]).code, 0);
    assert_eq!(repository.read(".husky/commit-msg"), "true\n");
}

#[test]
fn install_appends_to_a_file_of_comments_only() {
    for text in ["# EXAMPLE USAGE\n#   pre-push:\n#     jobs: []\n", "", "# no line end"] {
        let repository = Repository::bare();
        repository.write("lefthook.yml", text);
        let install = binary::run(repository.path(), &["hook", "install"]);
        assert!(install.code == 1 && install.stdout.contains("wrote lefthook.yml"), "{install:?}");
        let written = repository.read("lefthook.yml");
        assert!(written.starts_with(text) && written.contains("\npre-commit:\n"), "{written}");
        let status = binary::run(repository.path(), &["hook", "status"]);
        assert!(status.stdout.contains("lefthook.yml (lefthook) calls the gate"), "{status:?}");
    }
}

#[test]
fn paths_are_told_from_the_current_folder() {
    let repository = Repository::bare();
    let told = |args: &[&str]| binary::run(repository.path(), args);
    let files = [".git/hooks/pre-commit", ".git/hooks/pre-merge-commit"];
    let lines = |verb: &str| files.map(|file| format!("{verb} {file}\n")).concat();
    assert_eq!(told(&["hook", "install"]).stdout, lines("wrote"));
    let calls = files.map(|file| format!("{file} calls the gate\n")).concat();
    assert_eq!(told(&["hook", "status"]).stdout, calls);
    assert_eq!(told(&["hook", "uninstall"]).stdout, lines("removed"));
    let is_missing = files.map(|file| format!("{file} is not there\n")).concat();
    assert_eq!(told(&["hook", "status"]).stdout, is_missing);
    repository.write(".git/hooks/pre-commit", "#!/bin/sh\n");
    let install = told(&["hook", "install"]);
    assert!(install.stderr.contains("`.git/hooks/pre-commit` is there"), "{install:?}");
    // Below the top, the hooks lie elsewhere, and the way to the files of managers goes up.
    let below = repository.path.join("contracts");
    let install = binary::run(&below, &["hook", "install", "--with", "lefthook"]);
    assert!(install.stdout.starts_with("wrote ../lefthook.yml\n"), "{install:?}");
    let status = binary::run(&below, &["hook", "status"]).stdout;
    assert!(status.starts_with('/') && status.contains("\n../lefthook.yml (lefthook)"), "{status}");
}

/// git passes by what it cannot run.
#[test]
fn a_hook_that_git_cannot_run_is_no_hook() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |hook: &Path, mode: u32| {
        std::fs::set_permissions(hook, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let repository = Repository::new();
    let hooks = [".git/hooks/pre-commit", ".git/hooks/pre-merge-commit"];
    hooks.iter().for_each(|hook| mode(&repository.path.join(hook), 0o644));
    let status = binary::run(repository.path(), &["hook", "status"]);
    assert!(status.code == 1 && status.stdout.contains("is not executable"), "{status:?}");
    let help = "run `chmod +x .git/hooks/pre-commit`, or `contract-guard hook install`";
    assert!(status.stdout.contains(help), "{status:?}");
    assert_eq!(binary::run(repository.path(), &["hook", "install"]).code, 0);
    assert_eq!(binary::run(repository.path(), &["hook", "status"]).code, 0);
    repository.break_example();
    repository.git(&["commit", "-q", "-a", "-m", "m"]).is_refused("example-invalid");
    // One of two is half a hook, and somebody else's is theirs to mend.
    mode(&repository.path.join(hooks[1]), 0o644);
    assert_eq!(binary::run(repository.path(), &["hook", "status"]).code, 1);
    repository.write(hooks[0], "#!/bin/sh\ncontract-guard hook run || exit $?\n");
    mode(&repository.path.join(hooks[0]), 0o644);
    let install = binary::run(repository.path(), &["hook", "install"]);
    assert!(install.code == 1 && install.stderr.contains("is not executable"), "{install:?}");
    assert!(install.stderr.contains("chmod +x .git/hooks/pre-commit"), "{install:?}");
}

/// `init` writes a file of pre-commit, which calls nothing where nobody has set pre-commit up.
#[test]
fn after_init_and_install_commits_are_judged() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository { path: folder.path().join("r"), _folder: folder };
    std::fs::create_dir(repository.path()).unwrap();
    let told = |args: &[&str]| binary::run(repository.path(), args);
    assert_eq!(told(&["init"]).code, 0);
    for args in [&["hook", "install"][..], &["hook", "install", "--with", "pre-commit"]] {
        let install = told(args);
        assert!(install.code == 3, "{install:?}");
        assert!(install.stderr.contains("not a git repository"), "{install:?}");
    }
    repository.git(&["init", "-q", "-b", "main"]).is_made();
    let install = told(&["hook", "install"]);
    let lines = "wrote .git/hooks/pre-commit\nwrote .git/hooks/pre-merge-commit\n";
    assert!(install.code == 0 && install.stdout == lines, "{install:?}");
    assert_eq!(told(&["hook", "status"]).code, 0);
    repository.break_example();
    repository.git(&["add", "-A"]).is_made();
    repository.commit().is_refused("example-invalid");
    // What pre-commit has put aside, and calls, is ours still.
    let hook = repository.path.join(".git/hooks/pre-commit");
    std::fs::rename(&hook, hook.with_extension("legacy")).unwrap();
    let uninstall = told(&["hook", "uninstall", "--with", "git"]);
    assert!(uninstall.stdout.contains("removed .git/hooks/pre-commit.legacy\n"), "{uninstall:?}");
    // Who names a manager gets that one.
    assert_eq!(told(&["hook", "uninstall", "--with", "git"]).code, 0);
    let named = told(&["hook", "install", "--with", "pre-commit"]);
    assert!(named.code == 0 && named.stdout.contains("nothing calls the gate yet"), "{named:?}");
    assert!(named.stdout.contains("run `pre-commit install`"), "{named:?}");
}

#[test]
fn hooks_that_git_looks_for_nowhere() {
    let repository = Repository::bare();
    repository.git(&["config", "core.hooksPath", "/dev/null"]).is_made();
    for command in ["install", "status", "uninstall"] {
        let run = binary::run(repository.path(), &["hook", command]);
        assert!(run.code == 1 && run.stderr.contains("`/dev/null`, which is no folder"), "{run:?}");
        assert!(run.stderr.contains("core.hooksPath"), "{run:?}");
    }
}

/// The managers themselves, as PyPI has them: `.ci/run` installs them into `target/managers`.
#[test]
#[ignore = "needs pre-commit, prek and lefthook in target/managers"]
fn real_managers() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/managers/bin");
    for manager in ["pre-commit", "prek", "lefthook"] {
        let repository = Repository::bare();
        let home = repository.path.parent().unwrap().to_owned();
        let install = binary::run(repository.path(), &["hook", "install", "--with", manager]);
        assert_eq!(install.code, 0, "{install:?}");
        let program = |args: &[&str]| {
            let mut command = Command::new(programs.join(manager));
            command.current_dir(repository.path()).args(args).env("HOME", &home);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{manager} {args:?}: {output:?}");
        };
        program(&["install"]);
        let status = binary::run(repository.path(), &["hook", "status"]);
        assert_eq!(status.code, 0, "{manager}: {status:?}");
        repository.git(&["add", "-A"]).is_made();
        repository.commit().is_made();
        repository.break_example();
        repository.stage(EXAMPLE);
        repository.commit().is_refused("example-invalid");
        // Whole on disk does not help.
        repository.write(EXAMPLE, &repository.read(EXAMPLE).replace("\"titel\":", "\"title\":"));
        repository.commit().is_refused("example-invalid");
        repository.git(&["reset", "-q", "--hard"]).is_made();
        repository.break_example();
        repository.git(&["commit", "-q", "-a", "-m", "m"]).is_refused("example-invalid");
        repository.git(&["commit", "-q", "-m", "m", "--", EXAMPLE]).is_refused("example-invalid");
        repository.git(&["reset", "-q", "--hard"]).is_made();
        repository.git(&["rm", "-q", NOTE]).is_made();
        repository.commit().is_refused("schema-removed");
        repository.git(&["reset", "-q", "--hard"]).is_made();
        repository.write("notes.txt", "n\n");
        repository.stage("notes.txt");
        repository.commit().is_made();
        // The file of the manager calls the gate for the law that wants it called.
        let laws = binary::run(repository.path(), &["laws", "check", "--pack", "gate"]);
        assert!(!laws.stdout.contains("hook-is-wired"), "{manager}: {laws:?}");
    }
}
