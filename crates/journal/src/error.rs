//! What keeps a journal from being written or believed.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why nothing was written, or could be read.
#[derive(Debug)]
pub enum Error {
    /// The system said no.
    Io(PathBuf, io::Error),
    /// Another writer has the journal.
    Busy(PathBuf),
    /// The journal is not what was written.
    Broken(Broken),
    /// The entry cannot be a line: it is no JSON, or too long.
    Entry(String),
}

/// Where a journal is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is no line of a journal, and no later one says that a writer died here.
    Unreadable,
    /// Its text is not what its digest was made of.
    Altered,
    /// It does not follow the line before: something was taken out, put in, or moved.
    OutOfOrder,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(path, error) => write!(f, "`{}`: {error}", path.display()),
            Error::Busy(path) => write!(f, "another writer has `{}`", path.display()),
            Error::Broken(broken) => broken.fmt(f),
            Error::Entry(why) => write!(f, "the entry cannot be written: {why}"),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Unreadable => "is no line of a journal",
            Fault::Altered => "was altered",
            Fault::OutOfOrder => "does not follow the line before",
        };
        write!(f, "`{}`: line {} {what}", self.path.display(), self.line)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

impl std::error::Error for Broken {}
