//! Why a state could not be saved. Loading has no errors.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::Name;

/// Why a state was not saved. The file is as it was.
#[derive(Debug)]
pub enum Error {
    /// The system refused.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state is not what its own shape allows.
    Invalid {
        /// The file.
        name: Name,
        /// What is wrong.
        why: String,
    },
    /// A later program has written the file; saving would lose what only that one knows.
    Newer {
        /// The file.
        name: Name,
        /// Its `schema_version`.
        found: u64,
        /// The last one that this program knows.
        known: u64,
    },
    /// The file is there and could neither be read nor set aside; saving would lose it.
    Unread {
        /// The file.
        name: Name,
        /// What kept it from being read.
        why: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io { path, source } => write!(f, "cannot write `{}`: {source}", path.display()),
            Error::Invalid { name, why } => {
                write!(f, "the state for `{name}` is not what its shape allows: {why}")
            }
            Error::Newer { name, found, known } => write!(
                f,
                "`{name}` has schema_version {found}, this program knows {known}: start the later program, or move the file away"
            ),
            Error::Unread { name, why } => {
                write!(
                    f,
                    "`{name}` is there but could not be read ({why}): give it back or move it away"
                )
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
