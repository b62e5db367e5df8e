//! The one writer of a journal.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::Error;
use crate::line::{Digest, LONGEST, Torn, entry_line, torn_line};
use crate::tail::{self, Tail};

/// When what was appended is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// When `append` returns.
    #[default]
    Always,
    /// After so many entries, on [`Journal::sync`], and when the journal is closed. A power cut may take the
    /// entries since then; a crash of the program takes none.
    Every(u32),
    /// When the system finds time, and on [`Journal::sync`].
    Never,
}

/// How a journal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// When entries are on the disk.
    pub sync: Sync,
}

/// What was found on opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Lines before the next one.
    pub entries: u64,
    /// What a dead writer had left; it is ended now, and a line says so.
    pub torn: Option<Torn>,
}

/// Proof that an entry was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its number.
    pub seq: u64,
    /// The digest of everything up to it.
    pub hash: Digest,
}

/// A journal that this process alone writes.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Held as long as this lives; the system gives it back when the process dies.
    _lock: File,
    next: u64,
    head: Digest,
    sync: Sync,
    unsynced: u32,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The file ends with the last line.
    Whole,
    /// A write failed: there may be remains.
    Torn,
    /// A sync failed: nobody knows what the disk has.
    Lost,
}

impl Journal {
    /// Opens a journal to append to it, or begins one. Remains of a dead writer are ended.
    ///
    /// # Errors
    /// [`Error::Busy`] when another writer has it; [`Error::Broken`] when its end is no journal; those of the
    /// system.
    pub fn open(path: &Path, options: Options) -> Result<(Journal, Opened), Error> {
        let failed = |error| Error::Io(path.to_owned(), error);
        let lock = lock(path)?;
        let is_new = !path.exists();
        let file = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = file.map_err(failed)?;
        if is_new {
            sync_folder(path).map_err(failed)?;
        }
        let (path, head) = (path.to_owned(), Digest::START);
        let Options { sync } = options;
        let state = State::Torn;
        let mut journal =
            Journal { path, file, _lock: lock, next: 1, head, sync, unsynced: 0, state };
        let torn = journal.mend()?;
        let entries = journal.next - 1;
        Ok((journal, Opened { entries, torn }))
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// [`Error::Entry`] when it cannot be a line, and then nothing was written. Those of the system: the entry may
    /// be there or not, whole or not; what comes next is appended behind it all the same. After a failed sync
    /// nothing is appended any more: open the journal again.
    pub fn append<T: Serialize + ?Sized>(&mut self, entry: &T) -> Result<Receipt, Error> {
        let text = serde_json::to_string(entry).map_err(|error| Error::Entry(error.to_string()))?;
        if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some() {
            return Err(Error::Entry("its text has line ends".to_owned()));
        }
        match self.state {
            State::Whole => {}
            State::Torn => drop(self.mend()?),
            State::Lost => {
                let lost = io::Error::other("a sync failed before; open the journal again");
                return Err(Error::Io(self.path.clone(), lost));
            }
        }
        let seq = self.next;
        let (line, hash) = entry_line(seq, self.head, &text);
        if line.len() > LONGEST {
            return Err(Error::Entry(format!("its line has more than {LONGEST} bytes")));
        }
        self.write(&line)?;
        (self.next, self.head) = (seq + 1, hash);
        self.unsynced += 1;
        match self.sync {
            Sync::Always => self.sync()?,
            Sync::Every(most) if self.unsynced >= most => self.sync()?,
            Sync::Every(_) | Sync::Never => {}
        }
        Ok(Receipt { seq, hash })
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// Those of the system. Nothing is appended after that.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.unsynced = 0;
        self.file.sync_data().map_err(|error| {
            // Pages that could not be written may be gone from memory, too: another try would not tell.
            self.state = State::Lost;
            Error::Io(self.path.clone(), error)
        })
    }

    /// The digest of the last line: kept elsewhere, it shows later that nothing before it changed.
    pub fn head(&self) -> Digest {
        self.head
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Finds the end, and ends what a dead writer left there.
    fn mend(&mut self) -> Result<Option<Torn>, Error> {
        let mut tail = tail::read(&self.path, &mut self.file)?;
        if tail.remains.last().is_some_and(|byte| *byte != b'\n') {
            // Perhaps nothing but the end of the line is missing.
            self.write(b"\n")?;
            tail = tail::read(&self.path, &mut self.file)?;
        }
        let Tail { next, head, remains } = tail;
        (self.next, self.head) = (next, head);
        if remains.is_empty() {
            self.state = State::Whole;
            return Ok(None);
        }
        let torn = Torn { bytes: remains.len() as u64, hash: Digest::of(&remains) };
        let (bytes, hash) = torn_line(next, head, torn);
        self.write(&bytes)?;
        (self.next, self.head) = (next + 1, hash);
        self.sync()?;
        Ok(Some(torn))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all(bytes);
        self.state = if written.is_ok() { State::Whole } else { State::Torn };
        written.map_err(|error| Error::Io(self.path.clone(), error))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.unsynced > 0 && matches!(self.sync, Sync::Every(_)) {
            // Whoever must know calls `sync` before.
            let _ = self.sync();
        }
    }
}

/// The lock of a journal is a file of its own: where locks are mandatory, readers may still read.
fn lock(path: &Path) -> Result<File, Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let failed = |error| Error::Io(PathBuf::from(&name), error);
    let file = OpenOptions::new().read(true).append(true).create(true).open(&name);
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Busy(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// A new name is on the disk when its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere folders cannot be synced; the file system keeps names by itself.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
