//! What commands say about what to do next: the remedy is named where it is needed, and is the right one.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads and stops")]

mod binary;

use std::path::Path;

use binary::{git, run};

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "-b", "main"]);
    assert_eq!(run(folder.path(), &["init"]).code, 0);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "x"]);
    folder
}

fn append(path: &Path, text: &str) {
    let before = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, before + text).unwrap();
}

#[test]
fn a_step_that_is_too_small_names_the_command_that_declares_it() {
    let folder = repository();
    append(&folder.path().join("contracts/README.md"), "More.\n");
    let command = "contract-guard bump --against main --write";
    let args = ["check", "--against", "main", "--report=comment=c.md", "--report=markdown=m.md"];
    let ran = run(folder.path(), &args);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains(&format!("declare 1.0.1 or larger: `{command}` does it")),
        "{ran:?}"
    );
    for file in ["c.md", "m.md"] {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains("help: declare 1.0.1") && text.contains(command), "{file}: {text}");
    }
    let short = run(folder.path(), &["check", "--against", "main", "--format=short"]);
    assert!(!short.stdout.contains("--write"), "{}", short.stdout);
    // A name that a shell would take for more than a name is not put into a command.
    let odd = run(folder.path(), &["check", "--against", "main^{commit}"]);
    assert!(odd.stdout.contains("bump --against REF --write"), "{odd:?}");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let bumped = run(folder.path(), &words);
    assert_eq!(bumped.code, 0, "{bumped:?}");
    assert_eq!(run(folder.path(), &["check", "--against", "main"]).code, 0);
}

#[test]
fn refusals_name_what_would_be_taken() {
    let folder = repository();
    for (args, said) in [
        (&["check", "--format=html"][..], "`sarif`, `github`, `gitlab` or `junit`"),
        (&["diff", "--format=dot"], "`sarif`, `github`, `gitlab` or `junit`"),
        (&["validate", "--format=html"], "write `human`, `short`, `json` or `markdown`"),
        (&["list", "codes", "--format=html"], "write `human`, `short` or `json`"),
        (&["check", "--format=comment"], "`--report comment=comment.md`"),
        (&["hook", "status", "--format=json"], "does not write json"),
        (&["ulid", "new", "--format=json"], "does not write json"),
        (&["ulid", "check", "x", "--format=json"], "does not write json"),
    ] {
        let ran = run(folder.path(), args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_reaches_nobody_is_no_success() {
    for args in [&["--help"][..], &["check", "-h"], &["--version"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let code = binary::command(Path::new("."), args).stdout(full).status().unwrap().code();
        assert_eq!(code, Some(3), "{args:?}");
        assert_eq!(run(Path::new("."), args).code, 0, "{args:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_read_has_a_remedy_of_its_own() {
    let folder = repository();
    let contracts = folder.path().join("contracts");
    std::fs::write(contracts.join("a\nb.json"), "{}").unwrap();
    let said = run(folder.path(), &["check"]).stdout;
    assert!(said.contains("rename it") && !said.contains("--max-file-bytes"), "{said}");
    std::fs::remove_file(contracts.join("a\nb.json")).unwrap();
    let said = run(folder.path(), &["check", "--max-file-bytes=10"]).stdout;
    assert!(said.contains("--max-file-bytes") && !said.contains("rename"), "{said}");
    std::os::unix::fs::symlink(".", contracts.join("loop")).unwrap();
    let said = run(folder.path(), &["check"]).stdout;
    assert!(said.contains("leads to a folder"), "{said}");
}

#[test]
fn histories_without_a_common_commit_are_told_of() {
    let folder = repository();
    git(folder.path(), &["checkout", "--quiet", "--orphan", "other"]);
    git(folder.path(), &["commit", "--quiet", "-m", "y"]);
    let note = "note: no commit is shared with `main`: compared with it as it is";
    let ran = run(folder.path(), &["check", "--against", "main"]);
    assert!(ran.code == 0 && ran.stderr.contains(note), "{ran:?}");
    for args in [&["check", "--against", "main", "--tip"][..], &["check", "--against", "other"]] {
        let ran = run(folder.path(), args);
        assert!(ran.code == 0 && !ran.stderr.contains("shared"), "{ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_consumer_by_an_absolute_path_is_found_again() {
    let folder = repository();
    let elsewhere = tempfile::tempdir().unwrap();
    let elsewhere = std::fs::canonicalize(elsewhere.path()).unwrap();
    let file = elsewhere.join("c.consumer.yaml");
    std::fs::write(&file, "consumer: [\n").unwrap();
    let path = file.display().to_string();
    let ran = run(folder.path(), &["can-i-release", "--against", "main", "--consumers", &path]);
    let told = format!("{}{}", ran.stdout, ran.stderr);
    let shown = told.split(|c: char| c.is_whitespace() || "[]`,".contains(c));
    let mut shown = shown.filter_map(|word| word.split_once("c.consumer.yaml").map(|(a, _)| a));
    let folder_shown = shown.next().unwrap_or_else(|| panic!("{told}"));
    let whole = std::fs::canonicalize(folder.path().join(folder_shown)).unwrap();
    assert_eq!(whole, elsewhere, "{told}");
}
