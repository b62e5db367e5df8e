//! What the writer needs of a file system, so that a test can be one that fails.

use std::io;

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
    fn create(&self, path: &str, like: Option<&str>) -> Result<Box<dyn io::Write + '_>, Fault>;
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
