//! A repository beyond its contracts: paths that are known, contents that are read when they are asked
//! for, and the steps that led there.

use std::sync::Arc;

/// The files of a repository at one time. Paths are POSIX, relative, sorted.
pub trait Files: Sync {
    /// All paths.
    fn paths(&self) -> &[String];
    /// The content of a file; `None` when there is none, or it is a link or too large.
    fn read(&self, path: &str) -> Option<Arc<[u8]>>;
}

/// What happened between two times, usually in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The commit, short; empty when the step is the whole way from the baseline to now.
    pub name: String,
    /// The files that differ.
    pub changes: Vec<FileChange>,
}

/// One file that differs. Names of contents are handed to [`History::content`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path after; before, when the file is gone.
    pub path: String,
    /// The path before, when git finds the file again under another name.
    pub renamed_from: Option<String>,
    /// Name of the content before; `None` when there was no file.
    pub before: Option<String>,
    /// Name of the content after; `None` when there is no file.
    pub after: Option<String>,
}

/// Contents of the past.
pub trait History: Sync {
    /// The content that a [`FileChange`] names.
    fn content(&self, name: &str) -> Option<Arc<[u8]>>;
}

/// Files in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    paths: Vec<String>,
    contents: Vec<Arc<[u8]>>,
}

impl MemoryFiles {
    /// Files of these contents.
    pub fn new(files: impl IntoIterator<Item = (String, Arc<[u8]>)>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let (paths, contents) = files.into_iter().unzip();
        MemoryFiles { paths, contents }
    }
}

impl Files for MemoryFiles {
    fn paths(&self) -> &[String] {
        &self.paths
    }

    fn read(&self, path: &str) -> Option<Arc<[u8]>> {
        let at = self.paths.binary_search_by(|p| p.as_str().cmp(path)).ok()?;
        self.contents.get(at).cloned()
    }
}
