//! A journal that may fail. What cannot be appended is kept, and tried again with the next entry; what there is no
//! room to keep is counted, and the count goes into what is written next.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use contract_journal::{Error, Journal, Options};
use serde_json::Value;

/// Entries that wait at most.
const ROOM: usize = 1024;
/// Bytes of the end of a journal in which the last entries are looked for.
const END: u64 = 1 << 20;

/// A journal and what waits for it.
pub(crate) struct Ledger {
    path: PathBuf,
    journal: Option<Journal>,
    waiting: VecDeque<Value>,
    lost: u64,
}

impl Ledger {
    /// Nothing is opened yet.
    pub(crate) fn new(path: PathBuf) -> Ledger {
        Ledger { path, journal: None, waiting: VecDeque::new(), lost: 0 }
    }

    /// Appends an entry, after all that waits.
    ///
    /// # Errors
    /// Why something still waits.
    pub(crate) fn append(&mut self, entry: Value) -> Result<(), Error> {
        if self.waiting.len() >= ROOM {
            self.waiting.pop_front();
            self.lost += 1;
        }
        self.waiting.push_back(entry);
        self.write()
    }

    /// Tries again what waits.
    ///
    /// # Errors
    /// Why something still waits.
    pub(crate) fn write(&mut self) -> Result<(), Error> {
        while let Some(entry) = self.waiting.front() {
            let journal = match &mut self.journal {
                Some(journal) => journal,
                None => {
                    let (journal, _) = Journal::open(&self.path, Options::default())?;
                    let journal = self.journal.insert(journal);
                    // The last try may have got further than it could tell.
                    if entries(&self.path).last() == Some(entry) {
                        self.waiting.pop_front();
                        continue;
                    }
                    journal
                }
            };
            match journal.append(entry) {
                Ok(_) => drop(self.waiting.pop_front()),
                Err(Error::Entry(why)) => {
                    // It will never be a line, and what comes after it must not wait for that.
                    self.waiting.pop_front();
                    self.lost += 1;
                    return Err(Error::Entry(why));
                }
                Err(error) => {
                    self.journal = None;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Entries for which there was no room, since the last time somebody asked.
    pub(crate) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }
}

/// The last entries of a journal, in order; none when it cannot be read. The chain is not checked here: that is what
/// `contract_journal::verify` is for.
pub(crate) fn entries(path: &Path) -> Vec<Value> {
    let Ok(bytes) = end(path) else { return Vec::new() };
    let lines = bytes.split(|byte| *byte == b'\n');
    let entry = |line| match serde_json::from_slice(line) {
        Ok(Value::Object(mut line)) => line.remove("entry"),
        _ => None,
    };
    lines.filter_map(entry).collect()
}

fn end(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    let mut bytes = Vec::new();
    file.take(END).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_waits_and_what_is_lost_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        std::fs::create_dir(&path).unwrap();
        let mut ledger = Ledger::new(path.clone());
        for n in 0..ROOM + 3 {
            assert!(ledger.append(n.into()).is_err());
        }
        assert_eq!((ledger.take_lost(), ledger.take_lost()), (3, 0));
        std::fs::remove_dir(&path).unwrap();
        ledger.append("last".into()).unwrap();
        let all = entries(&path);
        assert_eq!((all.len(), &all[0], &all[ROOM - 1]), (ROOM, &4.into(), &"last".into()));
        contract_journal::verify(&path).unwrap();
        // One that got there although the writer was told that it did not is not written twice.
        drop(ledger);
        let mut ledger = Ledger::new(path.clone());
        ledger.append("last".into()).unwrap();
        assert_eq!(entries(&path).len(), ROOM);
    }
}
