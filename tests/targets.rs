//! Which files `--report` and `report --output` write to, and which they leave alone.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads and stops")]

mod binary;

use std::path::Path;

use binary::{Run, files, git, run};

/// A repository with contracts and a gate, all of it committed.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    assert_eq!(run(folder.path(), &["init"]).code, 0);
    std::fs::write(folder.path().join("README.md"), "# Ours\n").unwrap();
    std::fs::write(folder.path().join("contract-guard.toml"), "edition = \"2026-1\"\n").unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "x"]);
    folder
}

/// The commands that write a report to a file, and what they wrote before.
fn commands(path: &str) -> [Vec<String>; 4] {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    [
        words(&["check", "--report", &format!("json={path}")]),
        words(&["check", "--format=github", "--report", &format!("comment={path}")]),
        words(&["diff", "HEAD", "--report", &format!("markdown={path}")]),
        words(&["report", "--output", path]),
    ]
}

fn refused(folder: &Path, from: &Path, path: &str, said: &str) {
    let before = files(folder);
    for args in commands(path) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ran = run(from, &args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        let files = files(folder);
        let changed = files.iter().filter(|(path, bytes)| before.get(*path) != Some(*bytes));
        // git brings its index up to date.
        let changed: Vec<_> =
            changed.map(|(path, _)| path).filter(|p| !p.ends_with("index")).collect();
        assert!(changed.is_empty(), "{args:?}: {changed:?}");
    }
}

#[test]
fn what_judges_and_what_is_somebodys_work_is_not_written_over() {
    let folder = repository();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    for (path, said) in [
        (".git/config", "belongs to git"),
        (".git/HEAD", "belongs to git"),
        (".git/hooks/pre-commit", "belongs to git"),
        (".git/new/report", "belongs to git"),
        ("contract-guard.toml", "configures the gate"),
        ("sub/contract-guard.toml", "configures the gate"),
        (".github/workflows/contract-guard.yml", "where the gate is called from"),
        (".github/workflows/new.yml", "where the gate is called from"),
        (".pre-commit-config.yaml", "where the gate is called from"),
        ("Jenkinsfile", "where the gate is called from"),
        ("README.md", "git tracks `README.md`"),
        ("contracts/new.json", "lies in the contracts"),
        ("sub", "is a folder"),
    ] {
        refused(folder.path(), folder.path(), path, said);
        let below = format!("../{path}");
        let said = said.replace("`README.md`", "`../README.md`");
        refused(folder.path(), &folder.path().join("sub"), &below, &said);
    }
}

#[test]
fn the_folder_of_a_worktree_belongs_to_git() {
    let folder = tempfile::tempdir().unwrap();
    let [store, work] = ["store", "work"].map(|name| folder.path().join(name));
    std::fs::create_dir(&work).unwrap();
    let at = format!("--separate-git-dir={}", store.display());
    git(&work, &["init", "--quiet", &at]);
    assert_eq!(run(&work, &["init"]).code, 0);
    for path in ["../store/config", "../store/hooks/new", ".git"] {
        refused(folder.path(), &work, path, "belongs to git");
    }
}

#[cfg(unix)]
#[test]
fn a_link_or_a_device_is_no_place_for_a_report() {
    let folder = repository();
    std::os::unix::fs::symlink("free.json", folder.path().join("link")).unwrap();
    refused(folder.path(), folder.path(), "link", "is a symbolic link");
    refused(folder.path(), folder.path(), "/dev/null", "is no regular file");
}

#[test]
fn a_report_that_git_keeps_is_written_again() {
    let folder = repository();
    std::fs::write(folder.path().join("contracts/storage/examples/x.json"), "{").unwrap();
    let formats = ["json", "markdown", "sarif", "junit", "comment"];
    let mut all: Vec<Vec<String>> = Vec::new();
    for command in [&["check"][..], &["diff", "HEAD"]] {
        all.extend(formats.map(|format| {
            let name = format!("--report={format}=docs/{}-{format}", command[0]);
            command.iter().map(|word| (*word).to_owned()).chain([name]).collect()
        }));
    }
    all.push(["report", "-o", "docs/page.html"].map(str::to_owned).to_vec());
    let runs = || -> Vec<Run> {
        let run_one = |args: &Vec<String>| {
            run(folder.path(), &args.iter().map(String::as_str).collect::<Vec<_>>())
        };
        all.iter().map(run_one).collect()
    };
    let first = runs();
    git(folder.path(), &["add", "docs"]);
    git(folder.path(), &["commit", "--quiet", "-m", "reports"]);
    for (args, (first, again)) in all.iter().zip(first.iter().zip(runs())) {
        assert_eq!(first.code, again.code, "{args:?}: {again:?}");
        assert!(again.code < 2, "{args:?}: {again:?}");
    }
    // What git does not have is written over, as everywhere.
    std::fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let again = run(folder.path(), &["check", "--report=short=mine.txt"]);
    assert_eq!(again.code, 1, "{again:?}");
}

#[test]
fn without_a_repository_there_is_nothing_to_ask_git() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["init"]).code, 0);
    for path in ["a.json", "new/folder/a.json", "a.json"] {
        let ran = run(folder.path(), &["check", "--report", &format!("json={path}")]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let ran = run(folder.path(), &["check", "--report=json=.git/config"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}
