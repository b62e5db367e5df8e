//! One tree from a folder, the index, a commit and a freeze: same checks, same output. And what no
//! source may do: leave the tree.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

mod binary;

use std::path::Path;

use binary::{Run, command, git, run};
use contract_guard::tree::{ArtifactPath, Digest};

/// A repository whose contracts have one defect.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["init"]).code, 0);
    let note = folder.path().join("contracts/storage/examples/note.example.json");
    std::fs::write(note, "{\r\n  \"id\": 1\r\n}\r\n").unwrap();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "one"]);
    folder
}

/// A freeze file of everything below `contracts/`, written as the format says.
fn freeze(folder: &Path) -> serde_json::Value {
    let mut artifacts = Vec::new();
    let mut lines = String::new();
    for (path, bytes) in binary::files(&folder.join("contracts")) {
        let below =
            Path::new(&path).strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
        let sha256 = Digest::of(&bytes).hex();
        lines.push_str(&format!("{sha256}  {below}\n"));
        let content = String::from_utf8(bytes.clone()).unwrap();
        artifacts.push(serde_json::json!({
            "path": below, "kind": "other", "size": bytes.len(), "sha256": sha256,
            "encoding": "utf-8", "content": content,
        }));
    }
    serde_json::json!({
        "format": "contract-freeze/2", "version": "1.0.0", "seq": 1, "prev": null,
        "root": Digest::of(lines.as_bytes()).to_string(), "artifacts": artifacts,
    })
}

#[test]
fn every_source_gives_the_same_output() {
    let folder = repository();
    let frozen = folder.path().join("freeze-1.0.0.json");
    std::fs::write(&frozen, freeze(folder.path()).to_string()).unwrap();
    for format in ["human", "json"] {
        let Run { code, stdout, .. } = run(folder.path(), &["check", "--format", format]);
        assert_eq!(code, 1);
        for source in [&["--staged"][..], &["--at", "HEAD"], &["freeze-1.0.0.json"]] {
            let mut args = vec!["check", "--format", format];
            args.extend(source);
            let other = run(folder.path(), &args);
            assert_eq!((other.code, &other.stdout), (1, &stdout), "{source:?}: {}", other.stderr);
        }
    }
}

#[test]
fn the_index_is_what_the_next_commit_holds() {
    let folder = repository();
    assert_eq!(run(folder.path(), &["check", "--staged"]).code, 1);
    std::fs::remove_file(folder.path().join("contracts/storage/examples/note.example.json"))
        .unwrap();
    assert_eq!(run(folder.path(), &["check", "--staged"]).code, 1, "not staged yet");
    git(folder.path(), &["rm", "-q", "contracts/storage/examples/note.example.json"]);
    assert_eq!(run(folder.path(), &["check", "--staged"]).code, 0);
    assert_eq!(run(folder.path(), &["check", "--at", "HEAD"]).code, 1);
}

/// The commands that ask git say what they lack, and not what the system calls it.
#[test]
fn without_git_the_message_says_so() {
    let folder = repository();
    let below = folder.path().join("service");
    std::fs::create_dir(&below).unwrap();
    std::fs::rename(folder.path().join("contracts"), below.join("contracts")).unwrap();
    let at_top = repository();
    for (folder, args) in [
        (at_top.path(), &["check", "--staged"][..]),
        (at_top.path(), &["check", "--at", "HEAD"]),
        (at_top.path(), &["check", "--against", "HEAD"]),
        (at_top.path(), &["diff", "HEAD", "."]),
        (at_top.path(), &["hook", "run"]),
        (at_top.path(), &["hook", "status"]),
        (at_top.path(), &["laws", "check", "--since", "HEAD"]),
        (&below, &["laws", "check", "--against", "HEAD"]),
        (&below, &["check", "--against", "HEAD"]),
    ] {
        let output = command(folder, args).env("PATH", folder.join("nowhere")).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{args:?}: {stderr}");
        assert!(stderr.contains("git is not installed, or not on PATH\n"), "{args:?}: {stderr}");
        assert!(stderr.contains("help: install git"), "{args:?}: {stderr}");
        assert!(!stderr.contains("os error"), "{args:?}: {stderr}");
    }
}

/// The contracts are on disk, and the index has none of them: that is what the user hears, and what to do.
#[test]
fn an_index_without_contracts_is_not_a_missing_tree() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    let bare = run(folder.path(), &["check", "--staged"]);
    assert_eq!(bare.code, 3);
    assert!(bare.stderr.contains("nothing of `contracts` is in the git index"), "{bare:?}");
    assert!(bare.stderr.contains("contract-guard init"), "{bare:?}");
    assert_eq!(run(folder.path(), &["init"]).code, 0);
    for (at, told) in [(".", "contracts"), ("contracts/events", "../../contracts")] {
        let staged = run(&folder.path().join(at), &["check", "--staged"]);
        assert_eq!(staged.code, 3);
        let message = format!("error: nothing of `{told}` is in the git index\n");
        assert!(staged.stderr.starts_with(&message), "{staged:?}");
        let help = format!("run `git add {told}` first");
        assert!(staged.stderr.contains(&help), "{staged:?}");
    }
    // A configured root has a name of its own.
    std::fs::rename(folder.path().join("contracts"), folder.path().join("law")).unwrap();
    std::fs::write(folder.path().join("contract-guard.toml"), "contracts = \"law\"\n").unwrap();
    let staged = run(folder.path(), &["diff", "index", "."]);
    let both = "run `git add contract-guard.toml law` first";
    assert!(staged.stderr.contains(both), "{staged:?}");
    git(folder.path(), &["add", "contract-guard.toml"]);
    let staged = run(folder.path(), &["diff", "index", "."]);
    assert!(staged.stderr.contains("run `git add law` first"), "{staged:?}");
    git(folder.path(), &["add", "law"]);
    assert_eq!(run(folder.path(), &["check", "--staged"]).code, 0);
}

#[test]
fn git_index_file_is_honoured() {
    let folder = repository();
    let other = folder.path().join(".git/other-index");
    std::fs::copy(folder.path().join(".git/index"), &other).unwrap();
    git(folder.path(), &["rm", "-q", "--cached", "contracts/storage/examples/note.example.json"]);
    assert_eq!(run(folder.path(), &["check", "--staged"]).code, 0);
    let output = command(folder.path(), &["check", "--staged"])
        .env("GIT_INDEX_FILE", &other)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
}

/// A hook of the repository around calls the gate in one that lies inside.
#[test]
fn an_index_of_the_repository_around_is_not_that_of_the_one_inside() {
    let outer = repository();
    git(outer.path(), &["rm", "-q", "contracts/storage/examples/note.example.json"]);
    let inner = outer.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    assert_eq!(run(&inner, &["init"]).code, 0);
    std::fs::write(inner.join("contracts/storage/examples/note.example.json"), "{}\n").unwrap();
    git(&inner, &["init", "-q"]);
    git(&inner, &["add", "-A"]);
    let output = command(&inner, &["check", "--staged"])
        .env("GIT_INDEX_FILE", outer.path().join(".git/index"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}

/// In a folder such a link would be followed, and in a commit it is a text.
#[cfg(unix)]
#[test]
fn what_judges_is_no_link() {
    for (link, target) in [
        ("contract-guard.toml", "elsewhere.toml"),
        ("contracts/.contractignore", "../elsewhere.txt"),
        ("contracts/.contractignore", "list.txt"),
    ] {
        let folder = repository();
        let at = folder.path();
        std::fs::write(at.join("elsewhere.toml"), "[levels]\nexample-invalid = \"off\"\n").unwrap();
        std::fs::write(at.join("elsewhere.txt"), "storage/examples\n").unwrap();
        std::fs::write(at.join("contracts/list.txt"), "storage/examples\n").unwrap();
        std::os::unix::fs::symlink(target, at.join(link)).unwrap();
        git(at, &["add", "-A"]);
        git(at, &["commit", "-q", "-m", "link"]);
        let by_folder = run(at, &["check", "--format", "short"]);
        assert_eq!(by_folder.code, 1);
        for reason in [format!("{link}: error[symlink-outside-tree]"), "example-invalid".to_owned()]
        {
            assert!(by_folder.stdout.contains(&reason), "{reason}: {by_folder:?}");
        }
        for source in [&["--staged"][..], &["--at", "HEAD"]] {
            let other = run(at, &[&["check", "--format", "short"], source].concat());
            assert_eq!(other.stdout, by_folder.stdout, "{link} {source:?}");
        }
    }
}

#[test]
fn variables_of_a_hook_do_not_reach_another_repository() {
    let (own, other) = (repository(), repository());
    git(other.path(), &["rm", "-q", "contracts/storage/examples/note.example.json"]);
    let path = other.path().to_str().unwrap();
    let output = command(own.path(), &["check", "--staged", path])
        .env("GIT_INDEX_FILE", own.path().join(".git/index"))
        .env("GIT_DIR", own.path().join(".git"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_ref_that_looks_like_an_option_is_a_ref() {
    let folder = repository();
    let Run { code, stderr, .. } = run(folder.path(), &["check", "--at=--output=/tmp/x"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("there is no such commit"), "{stderr}");
}

#[test]
fn a_damaged_freeze_is_an_integrity_failure() {
    let folder = repository();
    let mut value = freeze(folder.path());
    value["artifacts"][0]["content"] = "changed".into();
    let path = folder.path().join("freeze-1.0.0.json");
    std::fs::write(&path, value.to_string()).unwrap();
    let Run { code, stderr, .. } = run(folder.path(), &["check", "freeze-1.0.0.json"]);
    assert_eq!(code, 4, "{stderr}");
    value["artifacts"][0]["path"] = "../../etc/passwd".into();
    std::fs::write(&path, value.to_string()).unwrap();
    let Run { code, stderr, .. } = run(folder.path(), &["check", "freeze-1.0.0.json"]);
    assert_eq!(code, 4, "{stderr}");
}

#[cfg(unix)]
#[test]
fn links_inside_are_followed_and_links_outside_refused_by_every_source() {
    use std::os::unix::fs::symlink;
    let folder = repository();
    let examples = folder.path().join("contracts/storage/examples");
    std::fs::remove_file(examples.join("note.example.json")).unwrap();
    std::fs::write(examples.join("other.json"), "{}").unwrap();
    std::fs::rename(examples.join("other.json"), folder.path().join("secret.json")).unwrap();
    symlink("/etc/passwd", examples.join("note.example_01.json")).unwrap();
    symlink("../../../secret.json", examples.join("note.example_02.json")).unwrap();
    symlink("note.example_04.json", examples.join("note.example_04.json")).unwrap();
    symlink("../schemas", examples.join("note.example_05.json")).unwrap();
    symlink("note.invalid.no-title.json", examples.join("note.example_06.json")).unwrap();
    git(folder.path(), &["add", "-A", "contracts"]);
    git(folder.path(), &["commit", "-qm", "links"]);
    let base = run(folder.path(), &["check", "--format", "short"]);
    assert_eq!(base.code, 1);
    assert_eq!(base.stdout.matches("symlink-outside-tree").count(), 4, "{}", base.stdout);
    assert!(
        base.stdout.contains("note.example_06.json:1:1: error[example-invalid]"),
        "{}",
        base.stdout
    );
    assert!(!base.stdout.contains("root:"));
    for source in [&["--staged"][..], &["--at", "HEAD"]] {
        let mut args = vec!["check", "--format", "short"];
        args.extend(source);
        assert_eq!(run(folder.path(), &args).stdout, base.stdout, "{source:?}");
    }
}

#[test]
fn contractignore_is_the_only_thing_that_hides_files() {
    let folder = repository();
    std::fs::write(folder.path().join(".gitignore"), "note.example.json\n").unwrap();
    assert_eq!(run(folder.path(), &["check"]).code, 1);
    std::fs::write(
        folder.path().join("contracts/.contractignore"),
        "# not yet\nstorage/examples/note.example.json\n",
    )
    .unwrap();
    let by_folder = run(folder.path(), &["check"]);
    assert_eq!(by_folder.code, 0, "{}", by_folder.stdout);
    git(folder.path(), &["add", "-A"]);
    assert_eq!(run(folder.path(), &["check", "--staged"]).stdout, by_folder.stdout);
}

#[test]
fn a_tree_is_found_from_below_and_without_layout() {
    let folder = repository();
    let inside = run(&folder.path().join("contracts/storage"), &["check", "--format", "short"]);
    assert!(
        inside.stdout.starts_with("../../contracts/storage/examples/note.example.json:"),
        "{}",
        inside.stdout
    );
    let flat = tempfile::tempdir().unwrap();
    std::fs::write(flat.path().join("a.schema.json"), "{\"type\": \"object\"}").unwrap();
    std::fs::write(flat.path().join("a.example.json"), "[]").unwrap();
    let Run { code, stdout, .. } =
        run(Path::new("."), &["check", flat.path().to_str().unwrap(), "--format", "short"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("a.example.json:1:1: error[example-invalid]"), "{stdout}");
}

#[test]
fn names_that_not_every_system_holds_are_findings() {
    let texts = [
        "contracts/con.json",
        "contracts/A.json",
        "contracts/a.json",
        "contracts/b:c.json",
        "contracts/console.json",
    ];
    let tree = contract_guard::tree::Tree::from_texts("contracts", texts.map(|t| (t, "{}")));
    let catalog = contract_guard::catalog::build(&tree, &Default::default(), &Default::default());
    let found = contract_guard::checks::run(&catalog, |c| c.code.as_str() == "unportable-path");
    let paths: Vec<&ArtifactPath> = found.iter().map(|f| &f.primary.artifact).collect();
    assert_eq!(
        paths.iter().map(|p| p.as_str()).collect::<Vec<_>>(),
        ["contracts/a.json", "contracts/b:c.json", "contracts/con.json"]
    );
}

/// The contracts themselves behind a link: said as it is, and the same from every source.
#[cfg(unix)]
#[test]
fn contracts_behind_a_link_are_refused_by_their_name() {
    use std::os::unix::fs::symlink;
    let folder = repository();
    let path = folder.path();
    std::fs::create_dir(path.join("real")).unwrap();
    std::fs::rename(path.join("contracts"), path.join("real/law")).unwrap();
    symlink("real/law", path.join("contracts")).unwrap();
    git(path, &["add", "-A"]);
    git(path, &["commit", "-qm", "link"]);
    let check = run(path, &["check"]);
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.stdout.contains("error[symlink-outside-tree]"), "{check:?}");
    assert!(check.stdout.contains("the folder of the contracts is a symbolic link"), "{check:?}");
    assert!(check.stdout.contains("contracts = \"FOLDER\""), "{check:?}");
    assert!(!check.stdout.contains("--max-file-bytes"), "{check:?}");
    for source in [&["--staged"][..], &["--at", "HEAD"], &["contracts"], &["."]] {
        let other = run(path, &[&["check"], source].concat());
        assert_eq!((other.code, &other.stdout), (1, &check.stdout), "{source:?}: {}", other.stderr);
    }
    // The help helps.
    std::fs::write(path.join("contract-guard.toml"), "contracts = \"real/law\"\n").unwrap();
    let helped = run(path, &["check"]);
    assert!(helped.stdout.contains("real/law/storage/examples/note.example.json"), "{helped:?}");
    assert!(!helped.stdout.contains("symlink"), "{helped:?}");
    // A folder that the user names is looked at, link or not.
    symlink("real/law/storage", path.join("named")).unwrap();
    let named = run(path, &["check", "named", "--format", "short"]);
    assert!(!named.stdout.contains("unreadable-entry"), "{named:?}");
    assert!(named.stdout.contains("note.example.json"), "{named:?}");
}

/// What says how contracts are read and judged is a file. A folder in its place is not taken for none.
#[test]
fn what_judges_is_no_folder() {
    for judge in [
        "contract-guard.toml",
        "contracts/.contractignore",
        "contracts/waivers.yaml",
        "contracts/security/allowed_signers",
    ] {
        let folder = repository();
        let path = folder.path();
        std::fs::create_dir_all(path.join(judge)).unwrap();
        let said = format!("{judge}: error[unreadable-entry]: a folder stands where only a file");
        let empty = run(path, &["check", "--format", "short"]);
        assert!(empty.code == 1 && empty.stdout.contains(&said), "{judge}: {empty:?}");
        std::fs::write(path.join(judge).join("x.md"), "x\n").unwrap();
        git(path, &["add", "-A"]);
        let hook = run(path, &["hook", "run", "--format", "short"]);
        assert!(hook.code == 1 && hook.stdout.contains(&said), "{judge}: {hook:?}");
        git(path, &["commit", "-qm", "folder"]);
        let check = run(path, &["check", "--format", "short"]);
        assert!(check.code == 1 && check.stdout.contains(&said), "{judge}: {check:?}");
        for source in [&["--staged"][..], &["--at", "HEAD"], &["contracts"]] {
            let other = run(path, &[&["check", "--format", "short"], source].concat());
            assert_eq!((other.code, &other.stdout), (1, &check.stdout), "{judge} {source:?}");
        }
    }
}

/// What git says, in its own lines and no more of them than somebody reads.
#[test]
fn git_is_quoted_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let outside = run(folder.path(), &["hook", "run"]);
    assert!(outside.code == 3 && outside.stderr.contains("not a git repository"), "{outside:?}");
    assert!(outside.stderr.len() < 500 && !outside.stderr.contains("u{a}"), "{outside:?}");
    let folder = repository();
    assert_eq!(run(folder.path(), &["init", "sub"]).code, 0);
    let sub = folder.path().join("sub");
    for (at, args) in [
        (folder.path(), &["hook", "run"][..]),
        (folder.path(), &["check", "--staged"]),
        (folder.path(), &["check", "--against", "HEAD"]),
        (&sub, &["check", "--against", "HEAD"]),
    ] {
        let mut command = binary::command(at, args);
        let output = command.env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1").output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(3) && text.contains("dubious ownership"), "{text}");
        let advice = text
            .lines()
            .any(|line| line.trim().starts_with("git config --global --add safe.directory "));
        assert!(advice && text.len() < 800, "{args:?}: {text}");
    }
}

/// What is not there is said in words, and not by the path at which it was looked for.
#[test]
fn what_is_not_there_is_named() {
    let empty = tempfile::tempdir().unwrap();
    let waive = ["waive", "x", "--reason", "r", "--owner", "o", "--until", "2036-01-01"];
    for args in [&waive[..], &["waivers"]] {
        let said = run(empty.path(), args);
        assert!(said.code == 3 && said.stderr.contains("there is no contracts tree"), "{said:?}");
        assert!(said.stderr.contains("help: run `contract-guard init`"), "{said:?}");
    }
    let folder = repository();
    for args in [&["check", "freeze:1.0.9"][..], &["check", "--at", "freeze:1.0.9"]] {
        let said = run(folder.path(), args);
        assert!(said.code == 3 && said.stderr.contains("there is no freeze `1.0.9`"), "{said:?}");
    }
}

#[test]
fn a_bare_repository_has_commits_and_no_index() {
    let folder = repository();
    let bare = tempfile::tempdir().unwrap();
    let from = folder.path().to_str().unwrap();
    git(bare.path(), &["clone", "-q", "--bare", from, "."]);
    let wanted = run(folder.path(), &["check", "--at", "HEAD", "--against", "HEAD"]);
    let check = run(bare.path(), &["check", "--at", "HEAD", "--against", "HEAD"]);
    assert_eq!((check.code, &check.stdout), (1, &wanted.stdout), "{check:?}");
    let hook = run(bare.path(), &["hook", "run"]);
    assert!(hook.code == 3 && hook.stderr.contains("a bare repository, which has no"), "{hook:?}");
}
