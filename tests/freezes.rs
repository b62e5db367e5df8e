//! Freezes through the real binary: what was frozen comes back, what is hostile does nothing.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test runs and stops")]

mod binary;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use binary::{Run, command, git, run};
use contract_guard::tree::Digest;
use serde_json::{Value, json};

/// Files below `contracts/` that bytes get lost in when somebody is careless.
const AWKWARD: [(&str, &[u8]); 9] = [
    ("a.json", b"{\"a\": 1}\n"),
    ("crlf.json", b"{\r\n}\r\n"),
    ("mixed.yaml", b"a: 1\r\nb: 2\nc: 3"),
    ("bom.md", b"\xef\xbb\xbf# Title\n"),
    ("empty.md", b""),
    ("binary.bin", b"\x00\xff\xfe\x80\r\n\x1a"),
    ("same/one.md", b"equal\n"),
    ("same/two.md", b"equal\n"),
    ("n\u{e4}me with space.md", b"\xe2\x80\xa8\x7f\x1b[0m\n"),
];

fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn awkward() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in AWKWARD {
        write(folder.path(), &format!("contracts/{path}"), bytes);
    }
    folder
}

/// All files of a folder by POSIX path from it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let found = binary::files(folder).into_iter();
    let below = |path: &str| {
        Path::new(path).strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/")
    };
    found.map(|(path, bytes)| (below(&path), bytes)).collect()
}

fn contracts(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = files(folder);
    files.retain(|path, _| {
        path.starts_with("contracts/") && !path.starts_with("contracts/_frozen/")
    });
    files
}

fn freeze(folder: &Path, args: &[&str]) -> Run {
    let mut all = vec!["freeze"];
    all.extend(args);
    run(folder, &all)
}

fn done(folder: &Path, args: &[&str]) -> String {
    let Run { code, stdout, stderr } = freeze(folder, args);
    assert_eq!(code, 0, "freeze {args:?}: {stdout}{stderr}");
    stdout
}

fn refused(folder: &Path, args: &[&str], wanted: i32, words: &str) {
    let Run { code, stdout, stderr } = freeze(folder, args);
    assert_eq!(code, wanted, "freeze {args:?}: {stdout}{stderr}");
    assert!(stderr.contains(words) || stdout.contains(words), "{args:?}: {stdout}{stderr}");
}

/// Removes the contracts, not the freezes.
fn wipe(folder: &Path) {
    for path in contracts(folder).keys() {
        std::fs::remove_file(folder.join(path)).unwrap();
    }
}

#[test]
fn what_was_frozen_comes_back_byte_for_byte() {
    let folder = awkward();
    let before = contracts(folder.path());
    done(folder.path(), &["create", "1.0.0"]);
    assert_eq!(contracts(folder.path()), before);
    wipe(folder.path());
    done(folder.path(), &["restore", "1.0.0"]);
    assert_eq!(contracts(folder.path()), before);
    done(folder.path(), &["verify"]);
    let left = files(folder.path()).into_keys().filter(|path| path.contains(".contract-guard"));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn contracts_that_are_gone_come_back_from_a_file() {
    let folder = awkward();
    let before = contracts(folder.path());
    done(folder.path(), &["create", "1.0.0"]);
    let kept = folder.path().join("kept.json");
    std::fs::rename(folder.path().join("contracts/_frozen/freeze-1.0.0.json"), &kept).unwrap();
    std::fs::remove_dir_all(folder.path().join("contracts")).unwrap();
    done(folder.path(), &["restore", "kept.json"]);
    assert_eq!(contracts(folder.path()), before);
}

#[test]
fn the_same_tree_has_the_same_root() {
    let roots = ["one", "two"].map(|description| {
        let folder = awkward();
        let out = done(
            folder.path(),
            &["create", "1.0.0", "--description", description, "--format", "json"],
        );
        let value: Value = serde_json::from_str(&out).unwrap();
        value["root"].as_str().unwrap().to_owned()
    });
    assert_eq!(roots[0], roots[1]);
    // Computed once with Python's hashlib; it holds on every machine.
    assert_eq!(roots[0], "sha256:17caa414dd14b095adf929dd1119d9d311c406eb0ccb3dd3eb8731fa7e2b69c5");
}

#[cfg(unix)]
#[test]
fn sha256sum_reads_the_lines_under_the_root() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    let lines = done(folder.path(), &["show", "1.0.0", "--sums"]);
    write(folder.path(), "sums", lines.as_bytes());
    let check = || {
        let mut sums = Command::new("sha256sum");
        sums.current_dir(folder.path()).args(["--check", "--strict", "--quiet", "sums"]);
        sums.output().unwrap().status.success()
    };
    assert!(check());
    let whole = Command::new("sha256sum").current_dir(folder.path()).arg("sums").output().unwrap();
    let root = String::from_utf8(whole.stdout).unwrap()[..64].to_owned();
    assert!(done(folder.path(), &["show"]).contains(&format!("sha256:{root}")));
    write(folder.path(), "contracts/a.json", b"{\"a\": 2}\n");
    assert!(!check());
}

#[test]
fn a_name_is_no_pre_release_and_versions_are_in_order() {
    let folder = awkward();
    for version in ["v1.2.0-rc.1", "v1.2.0-user-preferences", "v1.9.0", "v1.10.0"] {
        done(folder.path(), &["create", version, "--allow-empty"]);
    }
    let list = done(folder.path(), &["list", "--format", "json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    let rows = list["freezes"].as_array().unwrap();
    let versions: Vec<&str> = rows.iter().map(|r| r["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["v1.2.0-rc.1", "v1.2.0-user-preferences", "v1.9.0", "v1.10.0"]);
    assert_eq!(rows[1]["number"], "1.2.0");
    assert_eq!(rows[1]["name"], "user-preferences");
    assert_eq!((&rows[2]["newest"], &rows[3]["newest"]), (&json!(false), &json!(true)));
    let text = done(folder.path(), &["list"]);
    assert!(text.lines().last().unwrap().starts_with("*  v1.10.0"), "{text}");
    assert!(done(folder.path(), &["show", "1.2.0"]).contains("v1.2.0-user-preferences"));
    for version in ["freeze:1.2.0", "freeze:latest", "freeze:v1.9.0"] {
        let Run { stdout, .. } = run(folder.path(), &["check", version]);
        assert!(stdout.contains("in 9 artifacts"), "{version}: {stdout}");
    }
    refused(folder.path(), &["show", "1.2.1"], 2, "there is no freeze `1.2.1`");
}

#[test]
fn what_may_not_be_frozen_is_refused_with_a_reason() {
    let folder = awkward();
    done(folder.path(), &["create", "1.1.0"]);
    let before = files(folder.path());
    refused(folder.path(), &["create", "1.2.0"], 1, "nothing has changed since freeze 1.1.0");
    write(folder.path(), "contracts/a.json", b"{}");
    refused(folder.path(), &["create", "1.1.0"], 1, "there is a freeze 1.1.0 already");
    refused(folder.path(), &["create", "v1.1.0-named"], 1, "there is a freeze 1.1.0 already");
    refused(folder.path(), &["create", "1.0.9"], 1, "is not larger than the newest freeze");
    refused(folder.path(), &["create", "one"], 2, "`one` is no version");
    refused(folder.path(), &["create"], 2, "declares no version");
    write(folder.path(), "contracts/a.json", AWKWARD[0].1);
    assert_eq!(files(folder.path()), before);
    done(folder.path(), &["create", "1.2.0", "--allow-empty"]);
}

#[cfg(unix)]
#[test]
fn names_that_windows_or_macos_cannot_hold_are_refused() {
    for name in
        ["con.json", "a:b.md", "dot.", "back\\slash.md", "A.JSON", "cafe\u{301}.md", "new\nline"]
    {
        let folder = awkward();
        write(folder.path(), &format!("contracts/{name}"), b"x");
        refused(folder.path(), &["create", "1.0.0"], 1, "cannot be frozen");
        assert!(!folder.path().join("contracts/_frozen").exists(), "{name}");
    }
}

/// A freeze of the awkward files, written once and never again: what can be read today can always be.
#[test]
fn a_freeze_of_old_comes_back_and_would_be_made_again() {
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/freezes/v2/awkward");
    let folder = tempfile::tempdir().unwrap();
    let file = old.join("freeze-1.0.0.json");
    done(folder.path(), &["restore", file.to_str().unwrap()]);
    let awkward = AWKWARD.map(|(path, bytes)| (format!("contracts/{path}"), bytes.to_vec()));
    assert_eq!(contracts(folder.path()), awkward.into());
    done(folder.path(), &["create", "1.0.0", "--now", "2026-11-20T12:00:00Z"]);
    for name in ["freeze-1.0.0.json", "sha-index-1.0.0.json"] {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(name)).unwrap();
        let without_tool = |text: String| -> Vec<String> {
            text.lines().filter(|l| !l.contains("\"tool\":")).map(str::to_owned).collect()
        };
        let made = read(&folder.path().join("contracts/_frozen"));
        assert_eq!(without_tool(made), without_tool(read(&old)));
    }
}

#[test]
fn files_are_as_their_schemas_say() {
    let folder = awkward();
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let check = |schema: &str, file: &str| {
        let read = |path: &Path| -> Value {
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
        };
        let schema = jsonschema::validator_for(&read(&schemas.join(schema))).unwrap();
        let file = read(&folder.path().join("contracts/_frozen").join(file));
        let wrong: Vec<String> = schema.iter_errors(&file).map(|e| e.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new());
    };
    done(folder.path(), &["create", "1.0.0", "--description", "one"]);
    done(folder.path(), &["import", fixture("freeze-v1.1.0-stable.json").to_str().unwrap()]);
    write(folder.path(), "contracts/a.json", b"{}");
    let rescue = done(folder.path(), &["restore", "1.0.0", "--force", "--format", "json"]);
    let rescue: Value = serde_json::from_str(&rescue).unwrap();
    let rescue = Path::new(rescue["rescue"].as_str().unwrap()).file_name().unwrap().to_owned();
    for file in ["freeze-1.0.0.json", "freeze-v1.1.0-stable.json", rescue.to_str().unwrap()] {
        check("freeze-2.schema.json", file);
    }
    check("freeze-index-2.schema.json", "sha-index-1.0.0.json");
    check("freeze-index-2.schema.json", "sha-index-v1.1.0-stable.json");
}

#[test]
fn versions_yaml_declares_the_version() {
    let folder = awkward();
    write(folder.path(), "contracts/versions.yaml", b"version: 2.3.4\n");
    assert!(done(folder.path(), &["create"]).starts_with("froze 2.3.4: "));
}

#[test]
fn of_eight_that_create_one_version_one_wins() {
    let folder = awkward();
    let start = |_| {
        let mut create = command(folder.path(), &["freeze", "create", "1.0.0"]);
        create.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let runs: Vec<_> = (0..8).map(start).collect();
    let codes = runs.into_iter().map(|mut run| run.wait().unwrap().code().unwrap());
    let mut codes: Vec<i32> = codes.collect();
    codes.sort_unstable();
    assert_eq!(codes[0], 0);
    assert!(codes[1..].iter().all(|code| [1, 5].contains(code)), "{codes:?}");
    done(folder.path(), &["verify"]);
    assert_eq!(std::fs::read_dir(folder.path().join("contracts/_frozen")).unwrap().count(), 4);
}

#[test]
fn a_stale_latest_and_a_missing_index_are_made_again() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    let frozen = folder.path().join("contracts/_frozen");
    let old = std::fs::read(frozen.join("freeze-latest.json")).unwrap();
    write(folder.path(), "contracts/a.json", b"{}");
    done(folder.path(), &["create", "1.1.0"]);
    let whole = files(&frozen);
    std::fs::write(frozen.join("freeze-latest.json"), old).unwrap();
    std::fs::remove_file(frozen.join("sha-index-1.1.0.json")).unwrap();
    refused(folder.path(), &["verify"], 4, "freeze-index-mismatch");
    let Run { code, stderr, .. } = freeze(folder.path(), &["create", "1.1.0"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("there is a freeze 1.1.0 already"), "{stderr}");
    assert!(stderr.contains("note: repaired contracts/_frozen/sha-index-1.1.0.json"), "{stderr}");
    assert_eq!(files(&frozen), whole);
    done(folder.path(), &["verify"]);
}

#[test]
fn differences_say_when_only_line_endings_changed() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    write(folder.path(), "contracts/crlf.json", b"{\n}\n");
    write(folder.path(), "contracts/a.json", b"{\"a\": 2}\n");
    write(folder.path(), "contracts/new.md", b"n");
    std::fs::remove_file(folder.path().join("contracts/empty.md")).unwrap();
    let text = done(folder.path(), &["diff"]);
    assert_eq!(
        text,
        "changed       contracts/a.json\n\
         line endings  contracts/crlf.json\n\
         removed       contracts/empty.md\n\
         added         contracts/new.md\n\
         4 differences: 1 added, 1 removed, 1 changed, 1 in line endings only\n"
    );
    done(folder.path(), &["create", "1.1.0"]);
    assert_eq!(done(folder.path(), &["diff", "1.0.0", "1.1.0"]), text);
    assert_eq!(freeze(folder.path(), &["diff", "1.0.0", "--exit-code"]).code, 1);
    assert_eq!(freeze(folder.path(), &["diff", "--exit-code"]).code, 0);
    // Folders and commits are sides, too.
    done(folder.path(), &["export", "1.0.0", "out"]);
    assert_eq!(done(folder.path(), &["diff", "out", "1.1.0"]), text);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "contracts"]);
    git(folder.path(), &["commit", "-qm", "one"]);
    assert_eq!(done(folder.path(), &["diff", "out", "HEAD"]), text);
    assert_eq!(done(folder.path(), &["diff", "out", "index"]), text);
    refused(
        folder.path(),
        &["diff", "nowhere", "1.1.0"],
        2,
        "`nowhere` is no freeze, no commit and no folder",
    );
}

#[test]
fn exports_are_plain_folders_and_archives() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0", "--now", "2026-11-20T12:00:00Z"]);
    done(folder.path(), &["export", "1.0.0", "out"]);
    assert_eq!(files(&folder.path().join("out")), contracts(folder.path()));
    refused(folder.path(), &["export", "1.0.0", "out"], 3, "there is a `out` already");
    done(folder.path(), &["export", "1.0.0", "out.tar"]);
    let mut archive =
        tar::Archive::new(std::fs::File::open(folder.path().join("out.tar")).unwrap());
    archive.unpack(folder.path().join("unpacked")).unwrap();
    assert_eq!(files(&folder.path().join("unpacked")), contracts(folder.path()));
    let first = std::fs::read(folder.path().join("out.tar")).unwrap();
    std::fs::remove_file(folder.path().join("out.tar")).unwrap();
    done(folder.path(), &["export", "1.0.0", "out.tar"]);
    assert_eq!(std::fs::read(folder.path().join("out.tar")).unwrap(), first);
}

/// A repository with one freeze and everything committed.
fn repository() -> tempfile::TempDir {
    let folder = awkward();
    git(folder.path(), &["init", "-q"]);
    done(folder.path(), &["create", "1.0.0"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "one"]);
    folder
}

#[test]
fn a_restore_destroys_nothing_that_is_nowhere_else() {
    let folder = repository();
    let path = folder.path();
    let frozen = contracts(path);
    // Saved in git: overwritten.
    write(path, "contracts/a.json", b"committed");
    git(path, &["commit", "-qam", "two"]);
    done(path, &["restore", "1.0.0"]);
    assert_eq!(contracts(path), frozen);
    // Staged is saved, too; what is on top of it is not.
    write(path, "contracts/a.json", b"staged");
    git(path, &["add", "-A"]);
    done(path, &["restore", "1.0.0"]);
    write(path, "contracts/a.json", b"mine");
    write(path, "contracts/extra.md", b"untracked");
    let before = files(path);
    refused(path, &["restore", "1.0.0"], 1, "contracts/a.json");
    refused(path, &["restore", "1.0.0", "--dry-run"], 1, "1 file would be lost");
    refused(path, &["restore", "1.0.0", "--prune"], 1, "contracts/extra.md");
    assert_eq!(files(path), before);
    // Hidden from `git status`, and mine all the same.
    git(path, &["update-index", "--assume-unchanged", "contracts/a.json"]);
    refused(path, &["restore", "1.0.0"], 1, "contracts/a.json");
    // What is lost is in a rescue freeze, and comes back.
    let out = done(path, &["restore", "1.0.0", "--prune", "--force"]);
    assert_eq!(contracts(path), frozen);
    let rescue =
        out.lines().find_map(|line| line.strip_prefix("what was there is kept in ")).unwrap();
    let name = Path::new(rescue).file_stem().unwrap().to_str().unwrap();
    assert!(done(path, &["list"]).contains(name));
    done(path, &["verify"]);
    done(path, &["restore", name]);
    let mut back = files(path);
    back.remove(rescue);
    back.retain(|path, _| !path.starts_with(".git/"));
    let mut before = before;
    before.retain(|path, _| !path.starts_with(".git/"));
    assert_eq!(back, before);
}

#[test]
fn what_a_later_freeze_holds_is_saved() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    let frozen = contracts(folder.path());
    write(folder.path(), "contracts/a.json", b"later");
    refused(folder.path(), &["restore", "1.0.0"], 1, "would be lost");
    done(folder.path(), &["create", "1.1.0"]);
    done(folder.path(), &["restore", "1.0.0"]);
    assert_eq!(contracts(folder.path()), frozen);
}

#[test]
fn files_that_git_converts_are_saved_when_git_gives_them_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "-q"]);
    git(path, &["config", "core.autocrlf", "true"]);
    write(path, "contracts/a.json", b"{}\n");
    done(path, &["create", "1.0.0"]);
    write(path, "contracts/a.json", b"{\r\n}\r\n");
    let add = Command::new("git").current_dir(path).args(["add", "contracts/a.json"]).output();
    assert!(add.unwrap().status.success());
    done(path, &["restore", "1.0.0"]);
    assert_eq!(contracts(path)["contracts/a.json"], b"{}\n");
    // Git would not give these bytes back: they are saved nowhere.
    write(path, "contracts/a.json", b"{\r\n\n}\r\n");
    refused(path, &["restore", "1.0.0"], 1, "would be lost");
}

#[test]
fn a_restore_may_be_of_some_paths() {
    let folder = repository();
    let path = folder.path();
    let frozen = contracts(path);
    let change = || {
        wipe(path);
        std::fs::create_dir_all(path.join("contracts/same")).unwrap();
    };
    for (spelling, cwd) in [
        ("contracts/same", "."),
        ("same", "."),
        ("./contracts/same/", "."),
        ("same", "contracts"),
        (".", "contracts/same"),
    ] {
        change();
        let out = done(&path.join(cwd), &["restore", "1.0.0", "--", spelling]);
        let now: Vec<String> = contracts(path).into_keys().collect();
        assert_eq!(now, ["contracts/same/one.md", "contracts/same/two.md"], "{spelling}: {out}");
    }
    refused(path, &["restore", "1.0.0", "--", "contracts/sam"], 2, "`contracts/sam`");
    done(path, &["restore", "1.0.0"]);
    assert_eq!(contracts(path), frozen);
}

#[test]
fn a_dry_run_prints_the_plan_and_does_nothing() {
    let folder = repository();
    let path = folder.path();
    std::fs::remove_file(path.join("contracts/a.json")).unwrap();
    write(path, "contracts/extra.md", b"x");
    git(path, &["add", "-A"]);
    let before = files(path);
    let out = done(path, &["restore", "1.0.0", "--dry-run", "--prune"]);
    assert_eq!(files(path), before);
    assert!(out.contains("would write contracts/a.json"), "{out}");
    assert!(out.contains("would remove contracts/extra.md"), "{out}");
    let out = done(path, &["restore", "1.0.0"]);
    assert!(out.contains("kept     contracts/extra.md"), "{out}");
    done(path, &["restore", "1.0.0", "--prune"]);
    assert!(!path.join("contracts/extra.md").exists());
}

#[test]
fn a_file_where_a_folder_must_be_is_not_removed() {
    let folder = repository();
    let path = folder.path();
    std::fs::remove_dir_all(path.join("contracts/same")).unwrap();
    write(path, "contracts/same", b"a file");
    git(path, &["add", "-A"]);
    refused(path, &["restore", "1.0.0"], 1, "is in the way of");
    std::fs::remove_file(path.join("contracts/same")).unwrap();
    std::fs::remove_file(path.join("contracts/a.json")).unwrap();
    write(path, "contracts/a.json/b", b"a folder");
    git(path, &["add", "-A"]);
    refused(path, &["restore", "1.0.0"], 1, "is in the way of");
}

#[cfg(unix)]
#[test]
fn a_link_is_refused_wherever_it_stands() {
    use std::os::unix::fs::symlink;
    type Place = fn(&Path, &Path);
    let places: [(&str, Place); 3] = [
        ("a file", |path, out| {
            std::fs::remove_file(path.join("contracts/a.json")).unwrap();
            symlink(out.join("secret"), path.join("contracts/a.json")).unwrap();
        }),
        ("a folder", |path, out| {
            std::fs::remove_dir_all(path.join("contracts/same")).unwrap();
            symlink(out, path.join("contracts/same")).unwrap();
        }),
        ("the contracts", |path, out| {
            std::fs::rename(path.join("contracts"), out.join("moved")).unwrap();
            symlink(out.join("moved"), path.join("contracts")).unwrap();
            std::fs::write(out.join("moved/a.json"), b"changed").unwrap();
            std::fs::copy(out.join("moved/_frozen/freeze-1.0.0.json"), path.join("f.json"))
                .unwrap();
        }),
    ];
    for (what, place) in places {
        let (folder, outside) = (awkward(), tempfile::tempdir().unwrap());
        done(folder.path(), &["create", "1.0.0"]);
        write(outside.path(), "secret", b"s");
        std::fs::copy(
            folder.path().join("contracts/_frozen/freeze-1.0.0.json"),
            folder.path().join("f.json"),
        )
        .unwrap();
        place(folder.path(), outside.path());
        let before = (files(folder.path()), files(outside.path()));
        refused(folder.path(), &["restore", "f.json", "--force"], 4, "is a symbolic link");
        assert_eq!((files(folder.path()), files(outside.path())), before, "{what}");
    }
}

/// A folder becomes a link to somewhere else, and a folder again, all the time.
#[cfg(unix)]
#[test]
fn a_link_that_comes_and_goes_leads_nowhere() {
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};
    let (folder, outside) = (awkward(), tempfile::tempdir().unwrap());
    let path = folder.path();
    done(path, &["create", "1.0.0"]);
    std::fs::copy(path.join("contracts/_frozen/freeze-1.0.0.json"), path.join("f.json")).unwrap();
    let (real, aside) = (path.join("contracts/same"), path.join("aside"));
    let stop = AtomicBool::new(false);
    let mut codes = std::collections::BTreeSet::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = std::fs::rename(&real, &aside);
                let _ = symlink(outside.path(), &real);
                let _ = std::fs::remove_file(&real);
                let _ = std::fs::rename(&aside, &real);
            }
        });
        for n in 0..60 {
            for name in ["one.md", "two.md"] {
                let _ = std::fs::write(aside.join(name), format!("{n}"));
            }
            codes.insert(freeze(path, &["restore", "f.json", "--force"]).code);
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(files(outside.path()), BTreeMap::new(), "{codes:?}");
    assert!(codes.iter().all(|code| [0, 1, 3, 4].contains(code)), "{codes:?}");
}

#[cfg(unix)]
#[test]
fn permissions_of_files_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = repository();
    let file = folder.path().join("contracts/a.json");
    std::fs::write(&file, b"changed").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o440)).unwrap();
    done(folder.path(), &["restore", "1.0.0", "--force"]);
    assert_eq!(std::fs::read(&file).unwrap(), AWKWARD[0].1);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o440);
}

/// A valid freeze, as JSON, ready to be made hostile.
fn valid() -> (tempfile::TempDir, Value) {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    let bytes = std::fs::read(folder.path().join("contracts/_frozen/freeze-1.0.0.json")).unwrap();
    (folder, serde_json::from_slice(&bytes).unwrap())
}

/// Makes digest, size, order and root right again, as a careful attacker would.
fn mend(freeze: &mut Value) {
    let artifacts = freeze["artifacts"].as_array_mut().unwrap();
    artifacts.sort_by_key(|a| a["path"].as_str().unwrap().to_owned());
    let line =
        |a: &Value| format!("{}  {}\n", a["sha256"].as_str().unwrap(), a["path"].as_str().unwrap());
    let lines: String = artifacts.iter().map(line).collect();
    let count = artifacts.len();
    let bytes: u64 = artifacts.iter().filter_map(|a| a["size"].as_u64()).fold(0, u64::wrapping_add);
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    artifacts.iter().for_each(|a| *kinds.entry(a["kind"].as_str().unwrap()).or_default() += 1);
    let summary = json!({ "artifacts": count, "bytes": bytes, "kinds": kinds });
    freeze["summary"] = summary;
    freeze["root"] = Digest::of(lines.as_bytes()).to_string().into();
}

/// Nothing in the folder, nor around it, may change.
fn does_nothing(around: &Path, bytes: &[u8], what: &str) {
    let victim = around.join("victim");
    write(&victim, "contracts/a.json", b"victim");
    write(around, "hostile.json", bytes);
    let before = files(around);
    for args in [
        &["restore", "../hostile.json", "--force"][..],
        &["import", "../hostile.json", "--unproven"],
        &["verify", "../hostile.json"],
        &["show", "../hostile.json"],
        &["export", "../hostile.json", "out"],
    ] {
        let Run { code, stderr, stdout } = freeze(&victim, args);
        assert_eq!(code, 4, "{what}, {args:?}: {stdout}{stderr}");
    }
    assert_eq!(files(around), before, "{what}");
}

#[test]
fn hostile_paths_write_nothing() {
    let (_folder, freeze) = valid();
    for path in [
        "../outside",
        "contracts/../../outside",
        "/etc/passwd",
        "C:/x",
        "C:\\x",
        "\\\\host\\share\\x",
        "contracts\\x",
        "contracts/\u{0}x",
        "contracts/a\nb",
        "contracts/\u{202e}x",
        "contracts//x",
        "contracts/./x",
        "contracts/x.",
        "contracts/x ",
        "contracts/CON",
        "contracts/A.JSON",
        "contracts/a.json",
        "contracts/a.json/below",
        "contracts/cafe\u{301}",
        "",
        "contracts/.git/x",
        "contracts/_frozen/../x",
    ] {
        let mut hostile = freeze.clone();
        let mut added = hostile["artifacts"][0].clone();
        added["path"] = path.into();
        hostile["artifacts"].as_array_mut().unwrap().push(added);
        mend(&mut hostile);
        let around = tempfile::tempdir().unwrap();
        does_nothing(around.path(), hostile.to_string().as_bytes(), path);
    }
}

#[test]
fn a_freeze_may_not_write_freezes_or_other_files() {
    let (folder, freeze) = valid();
    for path in [
        "contracts/_frozen/freeze-9.0.0.json",
        "contracts/_FROZEN/x",
        "src/main.rs",
        "contracts2/x",
    ] {
        let mut hostile = freeze.clone();
        let mut added = hostile["artifacts"][0].clone();
        added["path"] = path.into();
        hostile["artifacts"].as_array_mut().unwrap().push(added);
        mend(&mut hostile);
        write(folder.path(), "hostile.json", hostile.to_string().as_bytes());
        let before = files(folder.path());
        refused(
            folder.path(),
            &["restore", "hostile.json", "--force"],
            4,
            "is no contract of this tree",
        );
        assert_eq!(files(folder.path()), before);
    }
}

#[test]
fn hostile_values_write_nothing() {
    let (_folder, freeze) = valid();
    let around = tempfile::tempdir().unwrap();
    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    for (key, value) in [
        ("size", json!(9_223_372_036_854_775_808_u64)),
        ("size", json!(-1)),
        ("size", json!(1.5)),
        ("sha256", json!("0".repeat(64))),
        ("sha256", json!(7)),
        ("content", json!("other")),
        ("encoding", json!("utf-7")),
        ("encoding", json!("base64")),
    ] {
        let mut hostile = freeze.clone();
        hostile["artifacts"][0][key] = value.clone();
        mend_if_text(&mut hostile);
        cases.push((format!("{key} {value}"), hostile.to_string().into_bytes()));
    }
    let text = freeze.to_string();
    cases.push(("a key twice".into(), text.replacen("\"size\"", "\"size\":0,\"size\"", 1).into()));
    cases.push((
        "no list".into(),
        text.replacen("\"artifacts\":[", "\"artifacts\":{\"x\":[", 1).into(),
    ));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    cases.push(("deep".into(), text.replacen('{', &format!("{{\"deep\":{deep},"), 1).into()));
    cases.push(("not UTF-8".into(), b"{\"format\":\"\xff\"}".to_vec()));
    for (what, bytes) in cases {
        does_nothing(around.path(), &bytes, &what);
    }
}

#[test]
fn more_artifacts_than_anybody_has_are_refused_while_they_are_read() {
    let (folder, freeze) = valid();
    let entry = json!({
        "path": "contracts/x", "size": 0, "sha256": "", "encoding": "utf-8", "content": "",
    });
    let many = format!("\"artifacts\":[{}", format!("{entry},").repeat(1_000_001));
    let text = freeze.to_string().replacen("\"artifacts\":[", &many, 1);
    write(folder.path(), "many.json", text.as_bytes());
    refused(folder.path(), &["restore", "many.json"], 4, "more than 1000000 artifacts");
}

/// Digests that are no text cannot be part of lines.
fn mend_if_text(freeze: &mut Value) {
    if freeze["artifacts"].as_array().unwrap().iter().all(|a| a["sha256"].is_string()) {
        mend(freeze);
    }
}

#[test]
fn truncated_anywhere_it_is_no_freeze() {
    use contract_guard::freeze::{Record, decode, defects_of};
    use contract_guard::tree::ArtifactPath;
    let (_folder, freeze) = valid();
    let text = freeze.to_string();
    for end in 0..text.len() {
        let bytes = &text.as_bytes()[..end];
        let is_whole = decode(bytes).is_ok_and(|freeze| {
            let record = Record { path: ArtifactPath::lossy("freeze-1.0.0.json"), bytes };
            defects_of(&record, &freeze).is_empty()
        });
        assert!(!is_whole, "cut at {end}");
    }
    let around = tempfile::tempdir().unwrap();
    for end in [0, 1, text.len() / 2, text.len() - 1] {
        does_nothing(around.path(), &text.as_bytes()[..end], "truncated");
    }
}

#[test]
fn a_journal_from_elsewhere_reaches_nothing() {
    for step in ["../outside", ".git/config", "src/main.rs", "contracts/../x"] {
        let folder = repository();
        let journal = json!({
            "format": "contract-guard-journal/1", "what": "restore of 1.0.0", "root": "contracts",
            "state": "publishing", "folders": [], "emptied": [],
            "steps": [{ "path": step, "number": 0, "before": null, "after": null }],
        });
        write(folder.path(), ".contract-guard/journal.json", journal.to_string().as_bytes());
        let before = files(folder.path());
        refused(folder.path(), &["list"], 3, "cannot be read");
        assert_eq!(files(folder.path()), before);
        let Run { code, stderr, .. } = run(folder.path(), &["check"]);
        assert_eq!(code, 3, "{stderr}");
        assert!(stderr.contains("a run was interrupted"), "{stderr}");
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/freezes/legacy/every-defect").join(name)
}

/// True bytes by path, which no legacy freeze has.
fn truth() -> BTreeMap<String, Vec<u8>> {
    let text = std::fs::read(fixture("truth-v1.1.0-stable.json")).unwrap();
    let truth: BTreeMap<String, String> = serde_json::from_slice(&text).unwrap();
    let decode = |text: &str| data_encoding::BASE64.decode(text.as_bytes()).unwrap();
    truth.iter().map(|(p, t)| (format!("contracts/{}", p.replace('\\', "/")), decode(t))).collect()
}

#[test]
fn a_legacy_freeze_comes_back_byte_for_byte() {
    let name = "freeze-v1.1.0-stable.json";
    for from in ["file", "in place", "imported", "imported in place"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let file = if from.contains("in place") {
            std::fs::create_dir_all(path.join("contracts/_frozen")).unwrap();
            for name in [name, "sha-index-v1.1.0-stable.json"] {
                std::fs::copy(fixture(name), path.join("contracts/_frozen").join(name)).unwrap();
            }
            std::fs::copy(fixture(name), path.join("contracts/_frozen/freeze-latest.json"))
                .unwrap();
            format!("contracts/_frozen/{name}")
        } else {
            fixture(name).to_str().unwrap().to_owned()
        };
        if from.starts_with("imported") {
            let out = done(path, &["import", &file]);
            assert!(out.contains("LF to CRLF on line"), "{out}");
        }
        let wanted = if from == "file" { file.as_str() } else { "1.1.0" };
        done(path, &["verify", wanted]);
        done(path, &["restore", wanted]);
        assert_eq!(contracts(path), truth(), "{from}");
        if from == "imported in place" {
            let kept = path.join("contracts/_frozen/legacy").join(name);
            assert_eq!(std::fs::read(kept).unwrap(), std::fs::read(fixture(name)).unwrap());
        }
        if from == "imported in place" {
            // A crash between the freeze and its index leaves the legacy one; the next command ends it.
            let index = "sha-index-v1.1.0-stable.json";
            let frozen = path.join("contracts/_frozen");
            std::fs::copy(fixture(index), frozen.join(index)).unwrap();
            assert_eq!(freeze(path, &["verify"]).code, 4);
            done(path, &["create", "1.2.0", "--allow-empty"]);
            let kept = std::fs::read(frozen.join("legacy").join(index)).unwrap();
            assert_eq!(kept, std::fs::read(fixture(index)).unwrap());
        }
        if from.starts_with("imported") {
            done(path, &["verify"]);
            assert_eq!(
                run(path, &["check", "--format", "short"]).stdout.matches("freeze-").count(),
                0
            );
        }
    }
}

#[test]
fn what_a_legacy_freeze_has_lost_is_written_only_on_demand() {
    let mut freeze: Value =
        serde_json::from_slice(&std::fs::read(fixture("freeze-v1.1.0-stable.json")).unwrap())
            .unwrap();
    freeze["artifacts"][0]["sha256"] = "0".repeat(64).into();
    let lost = freeze["artifacts"][0]["path"].as_str().unwrap().replace('\\', "/");
    let lost = format!("contracts/{lost}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write(path, "old.json", freeze.to_string().as_bytes());
    for args in [&["verify", "old.json"][..], &["restore", "old.json"], &["import", "old.json"]] {
        refused(path, args, 4, &lost);
    }
    assert_eq!(files(path).len(), 1);
    done(path, &["import", "old.json", "--unproven"]);
    assert!(done(path, &["show"]).contains(&format!("{lost}  (unproven)")));
    assert!(done(path, &["verify"]).contains("1 unproven"));
    refused(path, &["restore", "1.1.0"], 4, &lost);
    assert!(contracts(path).is_empty());
    done(path, &["restore", "1.1.0", "--unproven"]);
    assert_eq!(contracts(path).len(), truth().len());
    // History goes on, also after a freeze that is not whole.
    write(path, "contracts/README.md", b"# Another\n");
    done(path, &["create", "1.2.0"]);
}

#[test]
fn a_legacy_file_where_a_folder_must_be_does_not_wedge_the_repository() {
    let artifact = |path: &str| json!({ "path": path, "size": 2, "sha256": Digest::of(b"{}").hex(), "content": "{}" });
    let artifacts = [artifact("ok.json"), artifact("ok.json\\x.json")];
    let freeze = json!({ "version": "v1.2.0", "artifacts": artifacts });
    let around = tempfile::tempdir().unwrap();
    does_nothing(around.path(), freeze.to_string().as_bytes(), "a file and a folder");
}

#[test]
fn folders_that_differ_in_case_only_are_no_two_folders() {
    let (_folder, freeze) = valid();
    let mut hostile = freeze.clone();
    for path in ["contracts/A/x", "contracts/a/y"] {
        let mut added = freeze["artifacts"][0].clone();
        added["path"] = path.into();
        hostile["artifacts"].as_array_mut().unwrap().push(added);
    }
    mend(&mut hostile);
    let around = tempfile::tempdir().unwrap();
    does_nothing(around.path(), hostile.to_string().as_bytes(), "folders");
}

#[cfg(unix)]
#[test]
fn a_freeze_that_is_a_link_is_not_overlooked() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    let frozen = folder.path().join("contracts/_frozen/freeze-1.0.0.json");
    std::fs::rename(&frozen, folder.path().join("real.json")).unwrap();
    std::os::unix::fs::symlink("../../real.json", &frozen).unwrap();
    for args in [&["create", "2.0.0", "--allow-empty"][..], &["verify"], &["list"]] {
        refused(folder.path(), args, 4, "is a symbolic link");
    }
}

#[test]
fn what_cannot_be_restored_here_is_not_taken_in() {
    for path in ["contracts", "elsewhere/a.json", "contracts/_frozen/x", "contracts/_FROZEN/x"] {
        let (folder, mut freeze) = valid();
        freeze["artifacts"].as_array_mut().unwrap().truncate(1);
        freeze["artifacts"][0]["path"] = json!(path);
        mend(&mut freeze);
        write(folder.path(), "file.json", freeze.to_string().as_bytes());
        refused(folder.path(), &["verify", "file.json"], 4, "is no contract of this tree");
        refused(folder.path(), &["import", "file.json"], 4, "is no contract of this tree");
    }
    let legacy = json!({ "version": "1.0.0", "artifacts": [
        { "path": "_frozen\\x.json", "size": 0, "sha256": Digest::of(b"").hex(), "content": "" },
    ]});
    let folder = awkward();
    write(folder.path(), "file.json", legacy.to_string().as_bytes());
    refused(folder.path(), &["verify", "file.json"], 4, "is no contract of this tree");
    refused(folder.path(), &["import", "file.json"], 4, "is no contract of this tree");
}

#[test]
fn fields_that_no_freeze_has_are_damage() {
    let wrong = [
        ("version", json!("../5.0.0")),
        ("version", json!("5.0.0\n")),
        ("version", json!("5.0.0\u{202e}")),
        ("seq", json!(7)),
        ("prev", json!("nonsense")),
        ("bump", json!("huge")),
        ("created_at", json!("yesterday")),
        ("artifacts", json!([])),
        ("summary", json!({ "artifacts": 9, "bytes": 99 })),
        ("summary", json!({ "artifacts": 9, "kinds": { "law": 1 } })),
    ];
    for (member, value) in wrong {
        let (folder, mut freeze) = valid();
        let is_summary = member == "summary";
        if !is_summary {
            freeze[member] = value.clone();
        }
        mend(&mut freeze);
        if is_summary {
            freeze[member] = value.clone();
        }
        write(folder.path(), "file.json", freeze.to_string().as_bytes());
        for command in
            [&["verify", "file.json"][..], &["show", "file.json"], &["import", "file.json"]]
        {
            let Run { code, stdout, stderr } = self::freeze(folder.path(), command);
            assert_eq!(code, 4, "{command:?} {member} {value}: {stdout}{stderr}");
            assert!(!(stdout + &stderr).contains('\u{202e}'), "{value}");
        }
    }
}

#[test]
fn what_is_left_of_deleted_freezes_is_reported() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    let frozen = folder.path().join("contracts/_frozen");
    std::fs::remove_file(frozen.join("freeze-1.0.0.json")).unwrap();
    refused(folder.path(), &["verify"], 4, "there is no `freeze-1.0.0.json`");
    std::fs::remove_file(frozen.join("sha-index-1.0.0.json")).unwrap();
    refused(folder.path(), &["verify"], 4, "there is no `freeze-<version>.json`");
    std::fs::remove_file(frozen.join("freeze-latest.json")).unwrap();
    std::fs::remove_file(frozen.join("sha-index-latest.json")).unwrap();
    refused(folder.path(), &["verify"], 3, "there is no freeze yet");
}

#[cfg(unix)]
#[test]
fn reading_follows_no_link_to_the_freezes() {
    for linked in ["contracts", "contracts/_frozen"] {
        let folder = awkward();
        done(folder.path(), &["create", "1.0.0"]);
        let (path, moved) = (folder.path().join(linked), folder.path().join("moved"));
        std::fs::rename(&path, &moved).unwrap();
        std::os::unix::fs::symlink(&moved, &path).unwrap();
        for command in
            [&["list"][..], &["verify"], &["diff"], &["show"], &["export", "1.0.0", "out"]]
        {
            refused(folder.path(), command, 4, "is a symbolic link");
        }
    }
}

#[test]
fn an_empty_folder_in_the_way_is_named() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    std::fs::remove_file(folder.path().join("contracts/a.json")).unwrap();
    std::fs::create_dir(folder.path().join("contracts/a.json")).unwrap();
    refused(folder.path(), &["restore", "1.0.0"], 1, "`contracts/a.json` is in the way");
}

#[test]
fn more_artifacts_than_allowed_are_refused() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    refused(folder.path(), &["show", "--max-files", "3"], 3, "more than 3 files");
}

#[test]
fn a_file_without_signatures_does_not_pass_for_signed() {
    let folder = awkward();
    done(folder.path(), &["create", "1.0.0"]);
    let frozen = folder.path().join("contracts/_frozen/freeze-1.0.0.json");
    std::fs::copy(frozen, folder.path().join("elsewhere.json")).unwrap();
    let args = ["verify", "elsewhere.json", "--signers", "--base", "."];
    refused(folder.path(), &args, 2, "signatures lie beside freezes");
}

#[test]
fn imports_come_by_version_and_only_grow() {
    let folder = awkward();
    let path = folder.path();
    let legacy = |version: &str| {
        let text = std::fs::read_to_string(fixture("freeze-v1.1.0-stable.json")).unwrap();
        let name = format!("{version}.json");
        write(path, &name, text.replace("v1.1.0-stable", version).as_bytes());
        name
    };
    let (old, new, older) = (legacy("v1.9.0"), legacy("v1.10.0"), legacy("v1.2.0"));
    done(path, &["import", &new, &old]);
    refused(path, &["import", &older], 1, "is not larger than the newest freeze");
    assert!(done(path, &["import", &new]).contains("already"));
    done(path, &["create", "2.0.0"]);
    done(path, &["verify"]);
    let list = done(path, &["list", "--format", "json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    let seqs: Vec<&Value> = list["freezes"].as_array().unwrap().iter().map(|r| &r["seq"]).collect();
    assert_eq!(seqs, [1, 2, 3]);
}

#[cfg(unix)]
mod signatures {
    use super::*;

    struct Signed {
        folder: tempfile::TempDir,
        keys: tempfile::TempDir,
    }

    impl Signed {
        /// A committed tree in which Ann and Bob may sign, and one freeze.
        fn new() -> Self {
            let (folder, keys) = (awkward(), tempfile::tempdir().unwrap());
            let mut allowed = String::new();
            for name in ["ann", "bob", "eve"] {
                let made = Command::new("ssh-keygen")
                    .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
                    .arg(keys.path().join(name))
                    .output();
                assert!(made.unwrap().status.success());
                let key = std::fs::read_to_string(keys.path().join(format!("{name}.pub"))).unwrap();
                if name != "eve" {
                    allowed.push_str(&format!("{name}@example.com {key}"));
                }
            }
            write(folder.path(), "contracts/security/allowed_signers", allowed.as_bytes());
            git(folder.path(), &["init", "-q"]);
            done(folder.path(), &["create", "1.0.0"]);
            git(folder.path(), &["add", "-A"]);
            git(folder.path(), &["commit", "-qm", "one"]);
            Signed { folder, keys }
        }

        fn path(&self) -> &Path {
            self.folder.path()
        }

        fn sign(&self, version: &str, name: &str) {
            let key = self.keys.path().join(name);
            done(self.path(), &["sign", version, "--key", key.to_str().unwrap()]);
        }

        fn verify(&self, args: &[&str], code: i32, words: &str) {
            let mut all = vec!["verify", "--signers"];
            all.extend(args);
            refused(self.path(), &all, code, words);
        }

        fn files(&self) -> Vec<PathBuf> {
            let frozen = std::fs::read_dir(self.path().join("contracts/_frozen")).unwrap();
            let mut found: Vec<PathBuf> = frozen.map(|e| e.unwrap().path()).collect();
            found.retain(|path| path.extension().is_some_and(|e| e == "sig"));
            found
        }
    }

    #[test]
    fn count_by_distinct_keys_that_the_base_allows() {
        let signed = Signed::new();
        signed.verify(&[], 4, "0 of the 1 good signatures");
        signed.sign("1.0.0", "ann");
        signed.verify(&[], 0, "signed by ann@example.com");
        signed.verify(&["--threshold", "2"], 4, "1 of the 2 good signatures");
        signed.sign("1.0.0", "bob");
        signed.verify(&["--threshold", "2"], 0, "signed by ann@example.com, bob@example.com");
    }

    #[test]
    fn by_one_key_twice_are_no_two() {
        let signed = Signed::new();
        signed.sign("1.0.0", "ann");
        let copy = signed.path().join("contracts/_frozen/freeze-1.0.0.copy.sig");
        std::fs::copy(&signed.files()[0], copy).unwrap();
        signed.verify(&["--threshold", "2"], 4, "which has signed already");
        signed.verify(&[], 4, "which has signed already");
    }

    #[test]
    fn by_a_stranger_do_not_count_and_the_change_cannot_let_them() {
        let signed = Signed::new();
        signed.sign("1.0.0", "eve");
        signed.verify(&[], 4, "a key that the base does not allow");
        let key = std::fs::read_to_string(signed.keys.path().join("eve.pub")).unwrap();
        write(signed.path(), "contracts/security/allowed_signers", format!("eve {key}").as_bytes());
        signed.verify(&[], 4, "a key that the base does not allow");
        signed.verify(&["--base", "."], 0, "signed by eve");
    }

    #[test]
    fn for_another_purpose_version_or_tree_are_none() {
        let signed = Signed::new();
        let frozen = signed.path().join("contracts/_frozen");
        // Another purpose.
        let key = signed.keys.path().join("ann");
        let made = Command::new("ssh-keygen")
            .args(["-Y", "sign", "-n", "git", "-f"])
            .arg(&key)
            .arg(frozen.join("freeze-1.0.0.json"))
            .output();
        assert!(made.unwrap().status.success());
        let purpose = frozen.join("freeze-1.0.0.purpose.sig");
        std::fs::rename(frozen.join("freeze-1.0.0.json.sig"), &purpose).unwrap();
        signed.verify(&[], 4, "is for `git`, not for freezes");
        std::fs::remove_file(purpose).unwrap();
        // Another version of the same tree, and another tree.
        done(signed.path(), &["create", "1.1.0", "--allow-empty"]);
        signed.sign("1.1.0", "ann");
        let other = frozen.join("freeze-1.0.0.other.sig");
        std::fs::rename(&signed.files()[0], &other).unwrap();
        signed.verify(&["1.0.0"], 4, "does not fit what is said to be signed");
        // No signature at all.
        std::fs::write(
            &other,
            "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
        )
        .unwrap();
        signed.verify(&["1.0.0"], 4, "is no SSH signature");
    }

    #[test]
    fn hold_whatever_a_checkout_does_to_line_endings() {
        let signed = Signed::new();
        signed.sign("1.0.0", "ann");
        let file = signed.path().join("contracts/_frozen/freeze-1.0.0.json");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replace('\n', "\r\n")).unwrap();
        signed.verify(&["1.0.0"], 0, "signed by ann");
        // The same bytes in other words: whoever signed did not sign this.
        std::fs::write(&file, text.replace("\"bump\": \"initial\"", "\"bump\": \"minor\""))
            .unwrap();
        signed.verify(&["1.0.0"], 4, "does not fit what is said to be signed");
    }

    #[test]
    fn are_demanded_by_the_configuration_of_the_base() {
        let signed = Signed::new();
        write(signed.path(), "contract-guard.toml", b"[freeze]\nsignatures = 2\n");
        git(signed.path(), &["add", "-A"]);
        git(signed.path(), &["commit", "-qm", "two"]);
        write(signed.path(), "contract-guard.toml", b"");
        signed.sign("1.0.0", "ann");
        signed.verify(&[], 4, "1 of the 2 good signatures");
        signed.verify(&["--threshold", "1"], 4, "1 of the 2 good signatures");
    }
}
