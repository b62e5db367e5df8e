//! What the writer needs of a file system, so that a test can be one that fails.

use std::io::{self, Write};

use super::EditError;

/// Why an operation did not happen.
#[derive(Debug)]
pub enum Fault {
    /// A symbolic link stands on the way. None is ever followed.
    Link(String),
    /// The system refused.
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Io(error)
    }
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A device, a pipe, a socket.
    Special,
}

/// A file to make.
#[derive(Debug, Clone, Copy)]
pub struct Fresh<'f> {
    /// Where.
    pub path: &'f str,
    /// A file in the same folder whose permissions it gets, if there is one.
    pub like: Option<&'f str>,
    /// Its bytes.
    pub bytes: &'f [u8],
}

/// Gives the lock back when it is dropped.
pub type Guard = Box<dyn Send>;

/// A file system below one folder. Paths are relative to it and POSIX; no operation follows a symbolic
/// link, at the end of a path or on its way.
pub trait Disk: Sync {
    /// What stands at a path; `None` for nothing.
    fn entry(&self, path: &str) -> Result<Option<Entry>, Fault>;
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, Fault>;
    /// The names in a folder.
    fn list(&self, folder: &str) -> Result<Vec<String>, Fault>;
    /// A new file, open for writing; fails where something is. It gets the permissions of `like`, if there
    /// is such a file in the same folder.
    fn create(&self, path: &str, like: Option<&str>) -> Result<Box<dyn Write + '_>, Fault>;
    /// Makes files, not yet for good.
    fn stage(&self, files: &[Fresh<'_>]) -> Result<(), EditError> {
        files.iter().try_for_each(|file| stage_one(self, file))
    }
    /// The first of these files that does not read as given.
    fn unlike(&self, files: &[Fresh<'_>]) -> Result<Option<String>, EditError> {
        for file in files {
            if at(file.path, self.read(file.path))? != file.bytes {
                return Ok(Some(file.path.to_owned()));
            }
        }
        Ok(None)
    }
    /// Returns when the bytes of these files are on the medium.
    fn sync_files(&self, paths: &[&str]) -> Result<(), Fault>;
    /// A new folder; fails where something is.
    fn create_folder(&self, path: &str) -> Result<(), Fault>;
    /// Removes an empty folder.
    fn remove_folder(&self, path: &str) -> Result<(), Fault>;
    /// Returns when the names in a folder are on the medium.
    fn sync_folder(&self, folder: &str) -> Result<(), Fault>;
    /// A second name for a file; fails where something is.
    fn link(&self, from: &str, to: &str) -> Result<(), Fault>;
    /// Gives a file a new name, taking the place of what has it.
    fn rename(&self, from: &str, to: &str) -> Result<(), Fault>;
    /// Removes a name of a file.
    fn remove(&self, path: &str) -> Result<(), Fault>;
    /// The lock of that name; `None` when another run holds it.
    fn lock(&self, path: &str) -> Result<Option<Guard>, Fault>;
}

/// Writes one new file.
pub(super) fn stage_one<D: Disk + ?Sized>(disk: &D, file: &Fresh<'_>) -> Result<(), EditError> {
    let mut open = at(file.path, disk.create(file.path, file.like))?;
    at(file.path, open.write_all(file.bytes).and_then(|()| open.flush()).map_err(Fault::Io))
}

/// Says where a fault happened.
pub(super) fn at<T>(path: &str, result: Result<T, Fault>) -> Result<T, EditError> {
    result.map_err(|fault| match fault {
        Fault::Link(link) => EditError::Link(link),
        Fault::Io(error) => EditError::Io(path.into(), error),
    })
}

/// The folder of a path; empty at the top.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `name` beside `path`.
pub(super) fn beside(path: &str, name: &str) -> String {
    match folder_of(path) {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}
