//! A journal under everything that happens to files: torn lines at every byte, hands that change it, readers beside
//! the writer.

use std::path::{Path, PathBuf};

use contract_journal::{Broken, Error, Fault, Journal, Options, Sync, read, verify};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    (folder, path)
}

fn open(path: &Path) -> Journal {
    Journal::open(path, Options { sync: Sync::Never }).unwrap().0
}

/// A journal of some entries, as bytes.
fn written(path: &Path, entries: u64) -> Vec<u8> {
    let mut journal = open(path);
    for n in 0..entries {
        journal.append(&json!({"n": n, "text": "ä \"quoted\"\nline"})).unwrap();
    }
    std::fs::read(path).unwrap()
}

fn values(path: &Path) -> Vec<Value> {
    read(path).unwrap().map(|entry| entry.unwrap().get().unwrap()).collect()
}

#[test]
fn what_is_appended_is_read() {
    let (_folder, path) = folder();
    let mut journal = open(&path);
    let entries = [json!(null), json!("a\nb"), json!({"deep": [1, 2.5, "ü"]}), json!([])];
    for (n, entry) in (1..).zip(&entries) {
        assert_eq!(journal.append(entry).unwrap().seq, n);
    }
    // A reader needs no lock.
    assert_eq!(values(&path), entries);
    let head = journal.head();
    drop(journal);
    let verified = verify(&path).unwrap();
    assert_eq!((verified.entries, verified.next, verified.head), (4, 5, head));
    let (mut journal, opened) = Journal::open(&path, Options::default()).unwrap();
    assert_eq!((opened.entries, opened.torn), (4, None));
    assert_eq!(journal.append(&1).unwrap().seq, 5);
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 5);
}

/// Whatever part of a line a writer has left when it died: nothing before it is lost, no byte goes away, and the
/// next writer goes on.
#[test]
fn a_writer_may_die_at_every_byte() {
    let (_folder, path) = folder();
    let whole = written(&path, 3);
    let start = memchr::memrchr(b'\n', &whole[..whole.len() - 1]).unwrap() + 1;
    for cut in start..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let unfinished = verify(&path).unwrap();
        assert_eq!((unfinished.entries, unfinished.unfinished), (2, (cut - start) as u64), "{cut}");
        let (mut journal, opened) = Journal::open(&path, Options::default()).unwrap();
        // A line that lacks nothing but its end is whole.
        let is_whole = cut + 1 == whole.len();
        let left = opened.torn.map_or(0, |torn| torn.bytes - 1);
        assert_eq!(left, if is_whole { 0 } else { (cut - start) as u64 }, "{cut}");
        journal.append(&json!("next")).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes[..cut], whole[..cut], "{cut}: a byte is gone");
        let verified = verify(&path).unwrap();
        let entries = if is_whole { 4 } else { 3 };
        assert_eq!((verified.entries, verified.unfinished), (entries, 0), "{cut}");
        assert_eq!(values(&path).last(), Some(&json!("next")));
    }
}

/// The writer that mends may die, too, and the one after it.
#[test]
fn a_mending_writer_may_die_at_every_byte() {
    let (_folder, path) = folder();
    let whole = written(&path, 2);
    let torn = &whole[..whole.len() - 20];
    std::fs::write(&path, torn).unwrap();
    drop(open(&path));
    let mended = std::fs::read(&path).unwrap();
    for cut in torn.len()..mended.len() {
        std::fs::write(&path, &mended[..cut]).unwrap();
        drop(open(&path));
        let twice = std::fs::read(&path).unwrap();
        assert_eq!(verify(&path).unwrap().entries, 1, "{cut}");
        for again in (cut..twice.len()).step_by(9) {
            std::fs::write(&path, &twice[..again]).unwrap();
            open(&path).append(&json!("on")).unwrap();
            let verified = verify(&path).unwrap();
            assert_eq!((verified.entries, verified.unfinished), (2, 0), "{cut} {again}");
        }
    }
}

/// After a power cut the end of a file may be as long as it was, and hold zeros.
#[test]
fn zeros_at_the_end_are_remains() {
    let (_folder, path) = folder();
    let whole = written(&path, 2);
    for (kept, zeros) in [(0, 100), (30, 4096), (0, 1)] {
        let bytes = [&whole[..], &whole[..0], &vec![b'{'; kept.min(1)], &vec![0; zeros]].concat();
        std::fs::write(&path, &bytes).unwrap();
        open(&path).append(&json!("on")).unwrap();
        assert_eq!(verify(&path).unwrap().entries, 3);
    }
}

#[test]
fn two_writers_are_one_too_many() {
    let (_folder, path) = folder();
    let first = open(&path);
    assert!(matches!(Journal::open(&path, Options::default()), Err(Error::Busy(_))));
    drop(first);
    drop(open(&path));
}

#[test]
fn what_is_no_journal_is_left_alone() {
    let (_folder, path) = folder();
    for text in
        ["{\"a\": 1}\n", "hello", "{\"a\": 1}\n{\"b\"", "\u{feff}{}\n", "{\"seq\":2,", "x", "{x"]
    {
        std::fs::write(&path, text).unwrap();
        let error = Journal::open(&path, Options::default()).err();
        assert!(matches!(&error, Some(Error::Broken(Broken { line: 1, .. }))), "{text}: {error:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

/// The first line that is not what was written, and what is wrong with it.
fn fault(path: &Path, bytes: &[u8]) -> Option<(u64, Fault)> {
    std::fs::write(path, bytes).unwrap();
    match verify(path) {
        Err(Error::Broken(broken)) => Some((broken.line, broken.fault)),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

#[test]
fn hands_that_change_a_journal_are_seen() {
    let (_folder, path) = folder();
    let whole = written(&path, 4);
    let lines: Vec<Vec<u8>> = whole.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let of = |order: &[usize]| order.iter().flat_map(|n| lines[*n].clone()).collect::<Vec<u8>>();
    assert_eq!(fault(&path, &of(&[0, 1, 2, 3])), None);
    assert_eq!(fault(&path, &of(&[0, 2, 3])), Some((2, Fault::OutOfOrder)));
    assert_eq!(fault(&path, &of(&[1, 2, 3])), Some((1, Fault::OutOfOrder)));
    assert_eq!(fault(&path, &of(&[0, 2, 1, 3])), Some((2, Fault::OutOfOrder)));
    assert_eq!(fault(&path, &of(&[0, 1, 1, 2, 3])), Some((3, Fault::OutOfOrder)));
    let altered = String::from_utf8(whole.clone()).unwrap().replace("\"n\":1", "\"n\":7");
    assert_eq!(fault(&path, altered.as_bytes()), Some((2, Fault::Altered)));
    let spaced = String::from_utf8(whole).unwrap().replace("\"seq\":3", "\"seq\": 3");
    assert_eq!(fault(&path, spaced.as_bytes()), Some((3, Fault::Altered)));
}

/// One bit anywhere, and the journal is not what was written.
#[test]
fn every_bit_counts() {
    let (_folder, path) = folder();
    let whole = written(&path, 2);
    let last = memchr::memrchr(b'\n', &whole[..whole.len() - 1]).unwrap() + 1;
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            std::fs::write(&path, &bytes).unwrap();
            match verify(&path) {
                Err(Error::Broken(broken)) => assert!(broken.line >= 1),
                // What follows no line may be what a dead writer left; that is said, and no entry of it is read.
                Ok(verified) => {
                    assert!(at + 1 >= last && verified.unfinished > 0, "{at} {bit}");
                    assert!(verified.entries <= 1, "{at} {bit}");
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn remains_that_nobody_speaks_for_are_a_fault() {
    let (_folder, path) = folder();
    let whole = written(&path, 2);
    std::fs::write(&path, &whole[..whole.len() - 20]).unwrap();
    open(&path).append(&1).unwrap();
    let mended = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
    // Somebody puts words where nobody can read.
    let longer = mended.replacen("line\"}\n", "line\"} \n", 1);
    let lines: Vec<&str> = mended.split_inclusive('\n').collect();
    let without = [lines[0], lines[2], lines[3]].concat();
    let unsaid = [lines[0], lines[1], lines[3]].concat();
    assert_eq!(fault(&path, without.as_bytes()), Some((2, Fault::OutOfOrder)));
    assert_eq!(fault(&path, unsaid.as_bytes()), Some((2, Fault::Unreadable)));
    let swapped = mended.replacen(lines[1], &lines[1].replace("quoted", "QUOTED"), 1);
    assert_eq!(fault(&path, swapped.as_bytes()), Some((2, Fault::Altered)));
    assert!(longer == mended || fault(&path, longer.as_bytes()).is_some());
}

#[test]
fn an_entry_that_cannot_be_a_line_is_refused() {
    let (_folder, path) = folder();
    let mut journal = open(&path);
    let raw = serde_json::value::RawValue::from_string("[1,\n2]".to_owned()).unwrap();
    assert!(matches!(journal.append(&raw), Err(Error::Entry(_))));
    let long = "x".repeat(17 << 20);
    assert!(matches!(journal.append(&long), Err(Error::Entry(_))));
    assert_eq!(journal.append(&1).unwrap().seq, 1);
    assert_eq!(values(&path), [json!(1)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any texts, in any number of sessions, with the last line cut anywhere between them.
    #[test]
    fn sessions(sessions in prop::collection::vec((prop::collection::vec(".*", 0..4), 0_usize..200), 1..5)) {
        let (_folder, path) = folder();
        let mut expected: Vec<Value> = Vec::new();
        for (texts, cut) in sessions {
            let mut journal = open(&path);
            for text in texts {
                journal.append(&text).unwrap();
                expected.push(json!(text));
            }
            drop(journal);
            let bytes = std::fs::read(&path).unwrap();
            let begun = format!("{{\"seq\":{},\"prev\":\"{}\",", verify(&path).unwrap().next, verify(&path).unwrap().head);
            let torn = &begun.as_bytes()[..cut.min(begun.len())];
            std::fs::write(&path, [&bytes[..], torn].concat()).unwrap();
            prop_assert_eq!(values(&path), expected.clone());
        }
        drop(open(&path));
        prop_assert_eq!(verify(&path).unwrap().entries, expected.len() as u64);
    }
}

/// The writer has no way to take anything away.
#[test]
fn nothing_here_truncates() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(src).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["set_len", "truncate(", ".write(true)", "remove_file", "rename(", "fs::write"]
        {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}
