//! A journal on a disk that fails: whoever writes it gets an error, and goes on with what it was doing.

use std::path::{Path, PathBuf};

use contract_journal::{Error, Journal, Options, Sync};
use tempfile::TempDir;

/// A caller whose work is more important than its log. It opens the log again whenever it has none.
fn work(path: &Path, sync: Sync) -> (u64, Vec<Error>) {
    let (mut done, mut errors, mut log) = (0, Vec::new(), None);
    for step in 0..50_u64 {
        if log.is_none() {
            match Journal::open(path, Options { sync }) {
                Ok((journal, _)) => log = Some(journal),
                Err(error) => errors.push(error),
            }
        }
        if let Some(journal) = &mut log {
            errors.extend(journal.append(&step).and_then(|_| journal.sync()).err());
        }
        if step % 10 == 9 {
            log = None;
        }
        done += 1;
    }
    (done, errors)
}

/// A log that leads to a device: `/dev/full` (full(4)) takes no byte, as a disk without room does; what `/dev/null`
/// takes it cannot sync.
#[cfg(target_os = "linux")]
fn on(folder: &TempDir, device: &str) -> PathBuf {
    let path = folder.path().join(format!("{device}.jsonl"));
    std::os::unix::fs::symlink(format!("/dev/{device}"), &path).unwrap();
    path
}

#[cfg(target_os = "linux")]
fn devices(folder: &TempDir) -> Vec<PathBuf> {
    vec![on(folder, "full"), on(folder, "null")]
}

/// Elsewhere nothing takes no bytes.
#[cfg(not(target_os = "linux"))]
fn devices(_: &TempDir) -> Vec<PathBuf> {
    Vec::new()
}

#[test]
fn a_failing_log_never_stops_the_caller() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = [folder.path().join("no/such/folder.jsonl"), folder.path().to_owned()];
    for path in devices(&folder).iter().chain(&elsewhere) {
        for sync in [Sync::Always, Sync::Every(3), Sync::Never] {
            let (done, errors) = work(path, sync);
            assert_eq!((done, errors.len()), (50, 50), "{}", path.display());
            for error in errors {
                assert!(matches!(error, Error::Io(..)), "{error}");
            }
        }
    }
}

/// What cannot be written is no entry: the number is that of the next one.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_at_every_append() {
    let folder = tempfile::tempdir().unwrap();
    let path = on(&folder, "full");
    let (mut journal, _) = Journal::open(&path, Options::default()).unwrap();
    let head = journal.head();
    for _ in 0..3 {
        let Err(Error::Io(at, error)) = journal.append(&1) else { panic!("it was written") };
        assert_eq!((at, error.kind()), (path.clone(), std::io::ErrorKind::StorageFull));
        assert_eq!(journal.head(), head);
    }
}

/// A device that cannot be synced shows when a journal does it, and nobody knows what a disk has after that.
#[test]
#[cfg(target_os = "linux")]
fn after_a_failed_sync_nothing_is_appended() {
    for (sync, taken) in [
        (Sync::Always, 0),
        (Sync::Every(0), 0),
        (Sync::Every(1), 0),
        (Sync::Every(3), 2),
        (Sync::Never, 9),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = on(&folder, "null");
        let (mut journal, _) = Journal::open(&path, Options { sync }).unwrap();
        let appended = (0..9).take_while(|n| journal.append(n).is_ok()).count();
        assert_eq!(appended, taken, "{sync:?}");
        assert!(journal.sync().is_err());
        let lost = journal.append(&1).unwrap_err().to_string();
        assert!(lost.ends_with("a sync failed before; open the journal again"), "{lost}");
    }
}
