//! Entries from the first to the last, each believed only if the chain up to it holds. Memory is bounded by the
//! longest line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::error::{Broken, Error, Fault};
use crate::line::{Content, Digest, LONGEST, Line, NoLine};
use crate::tail::is_remains;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1. Numbers that are missing are those of lines that say what a dead writer left.
    pub seq: u64,
    /// The digest of everything up to it.
    pub hash: Digest,
    /// Its text, one JSON value.
    pub text: String,
}

impl Entry {
    /// The entry as a type.
    ///
    /// # Errors
    /// When it is not of that type.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.text)
    }
}

/// Entries of a journal, in order. After an error there are no more.
pub struct Entries {
    path: PathBuf,
    reader: BufReader<File>,
    line: u64,
    next: u64,
    head: Digest,
    /// What a dead writer left, until a line says so.
    left: Option<Left>,
    /// Bytes of lines that were left by dead writers and are spoken for.
    pub(crate) torn: u64,
    is_over: bool,
}

struct Left {
    line: u64,
    fault: Fault,
    bytes: u64,
    hasher: Sha256,
}

/// Opens a journal for reading. A writer may be at work at the same time.
///
/// # Errors
/// Those of the system.
pub fn read(path: &Path) -> Result<Entries, Error> {
    let file = File::open(path).map_err(|error| Error::Io(path.to_owned(), error))?;
    let (path, reader) = (path.to_owned(), BufReader::with_capacity(1 << 16, file));
    let (next, head) = (1, Digest::START);
    Ok(Entries { path, reader, line: 0, next, head, left: None, torn: 0, is_over: false })
}

impl Entries {
    /// The number of the next line, and what it follows.
    pub(crate) fn end(&self) -> (u64, Digest) {
        (self.next, self.head)
    }

    /// Bytes at the end that a dead writer left, or one that is at work now.
    pub(crate) fn unfinished(&self) -> u64 {
        self.left.as_ref().map_or(0, |left| left.bytes)
    }

    fn broken(&self, line: u64, fault: Fault) -> Error {
        Error::Broken(Broken { path: self.path.clone(), line, fault })
    }

    fn advance(&mut self) -> Result<Option<Entry>, Error> {
        loop {
            let mut bytes = Vec::new();
            let most = LONGEST as u64 + 1;
            let read = self.reader.by_ref().take(most).read_until(b'\n', &mut bytes);
            read.map_err(|error| Error::Io(self.path.clone(), error))?;
            if bytes.is_empty() {
                return Ok(None);
            }
            self.line += 1;
            let Some(text) = bytes.strip_suffix(b"\n") else {
                // Too long to be written here, or not ended yet.
                if bytes.len() > LONGEST || !is_remains(&bytes, self.next, self.head) {
                    return Err(self.broken(self.line, Fault::Unreadable));
                }
                self.leave(&bytes, Fault::Unreadable);
                return Ok(None);
            };
            match Line::parse(text) {
                Ok(line) => {
                    if let Some(entry) = self.take(&line)? {
                        return Ok(Some(entry));
                    }
                }
                Err(why) => {
                    let fault = match why {
                        NoLine::Unreadable => Fault::Unreadable,
                        NoLine::Altered => Fault::Altered,
                    };
                    if !is_remains(text, self.next, self.head) {
                        return Err(self.broken(self.line, fault));
                    }
                    self.leave(&bytes, fault);
                }
            }
        }
    }

    /// Keeps account of bytes that nobody can read.
    fn leave(&mut self, bytes: &[u8], fault: Fault) {
        let line = self.line;
        let left =
            self.left.get_or_insert_with(|| Left { line, fault, bytes: 0, hasher: Sha256::new() });
        left.bytes += bytes.len() as u64;
        left.hasher.update(bytes);
    }

    /// Follows the chain by one line; an entry, if it is one.
    fn take(&mut self, line: &Line<'_>) -> Result<Option<Entry>, Error> {
        let follows = line.seq == self.next && line.prev == self.head;
        match (&line.content, self.left.take()) {
            (Content::Entry(_), Some(left)) => return Err(self.broken(left.line, left.fault)),
            (Content::Torn(torn), Some(left)) => {
                let hash = Digest::from(left.hasher);
                if !follows || torn.bytes != left.bytes || torn.hash != hash {
                    return Err(self.broken(left.line, Fault::Altered));
                }
                self.torn += left.bytes;
            }
            (Content::Torn(_), None) => return Err(self.broken(self.line, Fault::OutOfOrder)),
            (Content::Entry(_), None) if !follows => {
                return Err(self.broken(self.line, Fault::OutOfOrder));
            }
            (Content::Entry(_), None) => {}
        }
        (self.next, self.head) = (self.next + 1, line.hash);
        Ok(match line.content {
            Content::Entry(text) => {
                Some(Entry { seq: line.seq, hash: line.hash, text: text.get().to_owned() })
            }
            Content::Torn(_) => None,
        })
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let found = self.advance().transpose();
        self.is_over = !matches!(found, Some(Ok(_)));
        found
    }
}
