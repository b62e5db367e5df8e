//! What is known of a place that somebody wants to write a file to: what stands there, and what git has to do
//! with it. Whether it may be written is decided elsewhere.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{canonical, git};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Free,
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A device, a pipe, a socket.
    Other,
}

/// What stands at a path.
pub fn standing(path: &Path) -> Standing {
    match path.symlink_metadata() {
        Err(_) => Standing::Free,
        Ok(there) if there.is_symlink() => Standing::Link,
        Ok(there) if there.is_file() => Standing::File,
        Ok(there) if there.is_dir() => Standing::Folder,
        Ok(_) => Standing::Other,
    }
}

/// The beginning of a file, in at most `most` bytes; nothing of one that cannot be read.
pub fn beginning(path: &Path, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(path) {
        let _ = file.take(most).read_to_end(&mut bytes);
    }
    bytes
}

/// Whether a path without links lies in a folder in which git keeps a repository: `.git`, or what the file of
/// that name leads to in a worktree.
pub fn belongs_to_git(whole: &Path) -> bool {
    let is_named = |name: &std::ffi::OsStr| name.eq_ignore_ascii_case(".git");
    if whole.iter().any(is_named) {
        return true;
    }
    let Some(folder) = folder_of(whole) else { return false };
    let args = ["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir"];
    // Without git, and outside of a repository, there is nothing but the name.
    let said = git::run(folder, "find its folder", &args).unwrap_or_default();
    let folders = said.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut folders = folders.map(|line| PathBuf::from(String::from_utf8_lossy(line).trim_end()));
    folders.any(|own| canonical(&own).is_some_and(|own| whole.starts_with(own)))
}

/// Whether git tracks a file, which is named without links.
pub fn is_tracked(whole: &Path) -> bool {
    let (Some(folder), Some(name)) = (whole.parent(), whole.file_name()) else { return false };
    let name = name.to_string_lossy();
    let args = ["--literal-pathspecs", "ls-files", "-z", "--", &name];
    git::run(folder, "look a file up", &args).is_ok_and(|found| !found.is_empty())
}

/// A path without links as the repository around it calls it; `None` outside of one.
pub fn below_repository(whole: &Path) -> Option<String> {
    let top = whole.ancestors().skip(1).find(|folder| folder.join(".git").exists())?;
    let below = whole.strip_prefix(top).ok()?;
    Some(below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"))
}

/// The folder around a path that is there.
fn folder_of(whole: &Path) -> Option<&Path> {
    whole.ancestors().skip(1).find(|folder| folder.is_dir())
}
