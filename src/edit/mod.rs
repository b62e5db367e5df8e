//! The only writer. A plan says what; this floor does it so that a failure leaves the old state or the
//! new one.
#![expect(clippy::disallowed_methods, reason = "this floor is the one that writes")]

mod atomic;
mod disk;
mod export;
mod journal;
mod real;
mod replace;
mod session;
mod stage;

pub use disk::{Disk, Entry, Fault, Fresh, Guard};
pub use export::{export_file, export_folder};
pub use journal::{Recovered, has_leftovers, is_interrupted};
pub use real::Real;
pub use session::Session;

use std::fmt;
use std::path::{Path, PathBuf};

/// What to write.
#[derive(Debug, Clone)]
pub struct Plan {
    /// A folder that appears whole or not at all: its name, and its files by path within it.
    pub folder: (String, Vec<(&'static str, &'static str)>),
    /// What leads from there to the top of the repository: `` or `../../`.
    pub up: String,
    /// Single files at the top, written only where there is none.
    pub files: Vec<(&'static str, String)>,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Applied {
    /// Paths that were written.
    pub written: Vec<String>,
    /// Paths that were there before and stay as they are.
    pub kept: Vec<String>,
}

/// Writing failed; what was there is still there, or a journal tells the next run how to go on.
#[derive(Debug)]
pub enum EditError {
    /// Something is there already.
    Exists(PathBuf),
    /// A file stands where a folder must be, or the other way round.
    InTheWay(PathBuf),
    /// The system refused.
    Io(PathBuf, std::io::Error),
    /// Another run writes.
    Busy,
    /// A symbolic link stands in the way.
    Link(String),
    /// Somebody changed it meanwhile.
    Changed(PathBuf),
    /// It does not read as it was written.
    NotKept(PathBuf),
    /// The journal of a killed run cannot be read.
    Journal(PathBuf, String),
}

impl EditError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            EditError::Exists(_) => "nothing is overwritten: move it away, or name another place",
            EditError::Io(..) => return None,
            EditError::InTheWay(_) => {
                "a path is a file or a folder: move it away, then run this again"
            }
            EditError::Busy => "wait until the other run has ended, then run this again",
            EditError::Link(_) => "links are never followed: put a folder or a file in its place",
            EditError::Changed(_) => "what you changed is kept: move it away, then run this again",
            EditError::NotKept(_) => "the disk lost what was written: look after the disk",
            EditError::Journal(..) => "look at the contracts, then remove the file",
        };
        Some(help.to_owned())
    }

    /// The exit code that says so: 1 refused, 3 could not be done, 4 integrity, 5 busy.
    pub fn exit_code(&self) -> u8 {
        match self {
            EditError::Changed(_) | EditError::InTheWay(_) => 1,
            EditError::Link(_) => 4,
            EditError::Busy => 5,
            _ => 3,
        }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::Exists(path) => {
                write!(f, "there is a `{}` already; nothing was written", path.display())
            }
            EditError::InTheWay(path) => {
                write!(f, "`{}` is in the way; nothing was written", path.display())
            }
            EditError::Io(path, error) => write!(f, "cannot write `{}`: {error}", path.display()),
            EditError::Busy => f.write_str("another run is at work here"),
            EditError::Link(path) => write!(f, "`{path}` is a symbolic link"),
            EditError::Changed(path) => {
                write!(f, "`{}` was changed while a run went on", path.display())
            }
            EditError::NotKept(path) => {
                write!(f, "`{}` does not read as it was written", path.display())
            }
            EditError::Journal(path, reason) => {
                write!(
                    f,
                    "a run was interrupted, but `{}` cannot be read: {reason}",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for EditError {}

/// Writes one file whole, or leaves what was there.
pub fn write_file(target: &Path, bytes: &[u8]) -> Result<(), EditError> {
    atomic::replace(target, bytes)
}

/// Writes a file that can be run, and the folder that it lies in; a file that is there is replaced.
///
/// # Errors
/// When one of them cannot be written.
pub fn write_program(target: &Path, bytes: &[u8]) -> Result<(), EditError> {
    atomic::program(target, bytes)
}

/// Removes a file.
///
/// # Errors
/// When it cannot be removed.
pub fn remove_file(target: &Path) -> Result<(), EditError> {
    std::fs::remove_file(target).map_err(|error| EditError::Io(target.to_owned(), error))
}

/// Removes a folder that nothing lies in; any other stays.
pub fn remove_empty_folder(target: &Path) {
    // It says no to a folder that holds something.
    let _ = std::fs::remove_dir(target);
}

/// Appends to a file that may not be there yet; `bytes` is told how many are in it.
///
/// # Errors
/// When the file cannot be opened or written.
pub fn append_file(target: &Path, bytes: impl FnOnce(u64) -> Vec<u8>) -> Result<(), EditError> {
    atomic::append(target, bytes)
}

/// Carries a plan out below `base`.
pub fn apply(plan: &Plan, base: &Path) -> Result<Applied, EditError> {
    let (name, files) = &plan.folder;
    let target = base.join(name);
    if target.symlink_metadata().is_ok() {
        return Err(EditError::Exists(target));
    }
    atomic::folder(base, name, files)?;
    let mut applied = Applied::default();
    applied.written.extend(files.iter().map(|(path, _)| format!("{name}/{path}")));
    for (path, text) in &plan.files {
        let path = format!("{}{path}", plan.up);
        let written = atomic::file(&base.join(&path), text.as_bytes())?;
        let list = if written { &mut applied.written } else { &mut applied.kept };
        list.push(path);
    }
    Ok(applied)
}
