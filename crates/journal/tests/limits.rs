//! Long lines, and how much of an end that is no line is believed to be what a dead writer left.

use std::path::{Path, PathBuf};

use contract_journal::{Broken, Digest, Error, Fault, Journal, Options, Sync, read, verify};
use tempfile::TempDir;

/// Bytes of the longest line, with its end.
const LONGEST: usize = 16 << 20;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    (folder, path)
}

fn open(path: &Path) -> Result<Journal, Error> {
    Journal::open(path, Options { sync: Sync::Never }).map(|(journal, _)| journal)
}

fn broken(error: Option<Error>) -> Option<(u64, Fault)> {
    match error {
        Some(Error::Broken(Broken { line, fault, .. })) => Some((line, fault)),
        None => None,
        Some(other) => panic!("{other}"),
    }
}

/// The beginning of the first line, of so many bytes.
fn begun(bytes: usize) -> Vec<u8> {
    let mut text = format!("{{\"seq\":1,\"prev\":\"{}\",\"entry\":\"", Digest::START).into_bytes();
    text.resize(bytes, b'x');
    text
}

#[test]
fn a_line_may_be_so_long_and_no_longer() {
    let (_folder, path) = folder();
    let mut journal = open(&path).unwrap();
    // How much of a line is no text of the entry.
    journal.append("").unwrap();
    let rest = std::fs::read(&path).unwrap().len();
    let entry = |more: usize| "x".repeat(LONGEST - rest + more);
    assert!(matches!(journal.append(&entry(1)), Err(Error::Entry(_))));
    assert_eq!(journal.append(&entry(0)).unwrap().seq, 2);
    drop(journal);
    assert_eq!(std::fs::metadata(&path).unwrap().len() as usize, rest + LONGEST);
    assert_eq!(verify(&path).unwrap().entries, 2);
    assert_eq!(open(&path).unwrap().append(&1).unwrap().seq, 3);
}

#[test]
fn more_than_a_line_is_nothing_that_a_writer_left() {
    let (_folder, path) = folder();
    std::fs::write(&path, begun(LONGEST)).unwrap();
    assert_eq!(verify(&path).unwrap().unfinished, LONGEST as u64);
    std::fs::write(&path, begun(LONGEST + 1)).unwrap();
    assert_eq!(broken(verify(&path).err()), Some((1, Fault::Unreadable)));
}

/// The end is found behind a long line with long remains, and no search goes on for ever.
#[test]
fn the_last_line_is_found_from_the_end() {
    let (_folder, path) = folder();
    let mut journal = open(&path).unwrap();
    journal.append(&"x".repeat(LONGEST / 2 + 1024)).unwrap();
    let head = journal.head();
    drop(journal);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.resize(bytes.len() + LONGEST / 2 + 1024, 0);
    std::fs::write(&path, &bytes).unwrap();
    let journal = open(&path).unwrap();
    assert_ne!(journal.head(), head);
    drop(journal);
    assert_eq!(verify(&path).unwrap().next, 3);
    bytes.resize(3 * LONGEST, 0);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(broken(open(&path).err()), Some((2, Fault::Unreadable)));
}

/// Whoever is refused is told the line, wherever in a long file it is.
#[test]
fn a_foreign_end_is_named_by_its_line() {
    let (_folder, path) = folder();
    // One that is read at once, and one that is not.
    for lines in [3, 200] {
        let mut journal = open(&path).unwrap();
        for _ in 0..lines {
            journal.append(&"x".repeat(500)).unwrap();
        }
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        let n = verify(&path).unwrap().entries;
        for foreign in ["x", "{x", "hello\n", "{\"seq\":9"] {
            std::fs::write(&path, [&whole, foreign.as_bytes()].concat()).unwrap();
            assert_eq!(broken(verify(&path).err()), Some((n + 1, Fault::Unreadable)), "{foreign}");
            assert_eq!(broken(open(&path).err()), Some((n + 1, Fault::Unreadable)), "{foreign}");
        }
        std::fs::write(&path, &whole).unwrap();
    }
    assert_eq!(verify(&path).unwrap().entries, 203);
}

#[test]
fn errors_say_where_and_what() {
    let (_folder, path) = folder();
    let at = path.display().to_string();
    for (fault, what) in [
        (Fault::Unreadable, "is no line of a journal"),
        (Fault::Altered, "was altered"),
        (Fault::OutOfOrder, "does not follow the line before"),
    ] {
        let broken = Broken { path: path.clone(), line: 7, fault };
        assert_eq!(broken.to_string(), format!("`{at}`: line 7 {what}"));
        assert_eq!(Error::Broken(broken).to_string(), format!("`{at}`: line 7 {what}"));
    }
    let _first = open(&path).unwrap();
    let busy = open(&path).unwrap_err();
    assert_eq!(busy.to_string(), format!("another writer has `{at}`"));
    assert!(std::error::Error::source(&busy).is_none());
    let missing = read(&path.with_extension("other")).err().unwrap();
    assert!(missing.to_string().starts_with('`'), "{missing}");
    assert!(std::error::Error::source(&missing).unwrap().is::<std::io::Error>());
}
