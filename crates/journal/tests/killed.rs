//! Real processes that are killed, or find the disk full: whatever was acknowledged is there.
//!
//! A program of its own: a process that another test starts here may hold the lock of a journal for a moment, since
//! it has every open file until it becomes another program.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test stops")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use contract_journal::{Error, Journal, Options, Sync, read, verify};
use serde_json::{Value, json};

const JOURNAL: &str = "CONTRACT_JOURNAL";

/// Not a test by itself: the process that is killed. It says each number once the entry is on the disk.
#[test]
#[ignore = "run by the tests of this file"]
fn child() {
    let Some(path) = std::env::var_os(JOURNAL) else { return };
    let options = Options { sync: Sync::Never };
    let (mut journal, _) = Journal::open(Path::new(&path), options).unwrap();
    for n in 0.. {
        match journal.append(&json!({"n": n, "filler": "x".repeat(n % 300)})) {
            Ok(receipt) => println!("\nack {}", receipt.seq),
            Err(Error::Io(_, error)) => {
                println!("\nfull {error}");
                // What the next one finds is remains, and the disk is as full as before.
                assert!(journal.append(&1).is_err());
                return;
            }
            Err(other) => panic!("{other}"),
        }
    }
}

fn spawn(path: &Path, limit: &str) -> Command {
    let mut shell = Command::new("sh");
    let test = std::env::current_exe().unwrap();
    shell.arg("-c").arg(format!("{limit} exec \"$0\" \"$@\"")).arg(test);
    shell.args(["child", "--exact", "--ignored", "--nocapture"]).env(JOURNAL, path);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    shell
}

/// The numbers of what was acknowledged.
fn acknowledged(lines: impl Iterator<Item = String>) -> Vec<u64> {
    lines.filter_map(|line| line.strip_prefix("ack ")?.parse().ok()).collect()
}

fn is_there(path: &Path, numbers: &[u64]) {
    let there: Vec<u64> = read(path).unwrap().map(|entry| entry.unwrap().seq).collect();
    for number in numbers {
        assert!(there.binary_search(number).is_ok(), "{number} was acknowledged and is gone");
    }
}

#[test]
fn killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let mut all = Vec::new();
    for round in 0..25_u64 {
        let mut child = spawn(&path, "").spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || acknowledged(stdout.lines().map_while(Result::ok)));
        std::thread::sleep(Duration::from_millis(20 + round * 7 % 40));
        child.kill().unwrap();
        child.wait().unwrap();
        all.extend(reader.join().unwrap());
        if path.exists() {
            verify(&path).unwrap();
        }
    }
    assert!(!all.is_empty(), "no round wrote anything");
    is_there(&path, &all);
    // Nothing was taken away by the writers in between, and the journal goes on.
    let (mut journal, _) = Journal::open(&path, Options::default()).unwrap();
    let receipt = journal.append(&json!("after")).unwrap();
    assert!(receipt.seq > *all.last().unwrap());
    verify(&path).unwrap();
}

/// A limit of the size of files stands for the full disk: the write that goes over it comes back short, then fails.
#[test]
fn the_disk_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    // Without a folder in its name, too.
    let mut child = spawn(Path::new("events.jsonl"), "trap '' XFSZ; ulimit -f 16;");
    let output = child.current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("full "), "{text}");
    let numbers = acknowledged(text.lines().map(str::to_owned));
    assert!(!numbers.is_empty(), "{text}");
    is_there(&path, &numbers);
    let (mut journal, opened) = Journal::open(&path, Options::default()).unwrap();
    assert!(opened.torn.is_some(), "the write was cut: {opened:?}");
    journal.append(&json!("there is room again")).unwrap();
    let last: Value = read(&path).unwrap().last().unwrap().unwrap().get().unwrap();
    assert_eq!(last, json!("there is room again"));
    is_there(&path, &numbers);
    verify(&path).unwrap();
}

/// A name that is not synced with its folder may be gone after a power cut. Where a folder cannot be opened that shows;
/// root may open everything, so the test runs itself again as somebody else.
#[test]
fn a_new_journal_is_synced_with_its_folder() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    const FOLDER: &str = "CONTRACT_JOURNAL_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let path = Path::new(&folder).join("events.jsonl");
        assert!(matches!(Journal::open(&path, Options::default()), Err(Error::Io(..))));
        // Nobody has to do it for a name that is there.
        Journal::open(&path, Options::default()).unwrap();
        return;
    }
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let folder = tempfile::tempdir().unwrap();
    let (unlisted, copy) = (folder.path().join("unlisted"), folder.path().join("test"));
    std::fs::create_dir(&unlisted).unwrap();
    mode(folder.path(), 0o755);
    mode(&unlisted, 0o333);
    // Where the build lies, others may not look.
    std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    mode(&copy, 0o755);
    let mut again = Command::new(&copy);
    again.args(["--exact", "a_new_journal_is_synced_with_its_folder"]);
    again.env(FOLDER, &unlisted).current_dir("/");
    if std::fs::metadata(folder.path()).unwrap().uid() == 0 {
        again.uid(NOBODY).gid(NOBODY);
    }
    // A process that another test starts has the copy open for a moment, and then nobody can execute it.
    let output = (0..100).find_map(|_| match again.output() {
        Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => None,
        output => Some(output.unwrap()),
    });
    mode(&unlisted, 0o755);
    let said = String::from_utf8_lossy(&output.unwrap().stdout).into_owned();
    assert!(said.contains("1 passed"), "{said}");
}
