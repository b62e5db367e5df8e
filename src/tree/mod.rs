//! An immutable set of artifacts, wherever it was read from. No parsing, no disk.

mod digest;
mod files;
mod path;
mod revision;

pub use digest::Digest;
pub use files::{FileChange, Files, History, MemoryFiles, Step};
pub use path::{ArtifactPath, PathProblem};
pub use revision::{Replacement, Revision};

use std::collections::BTreeMap;
use std::sync::Arc;

/// One contract file: its bytes.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Bytes exactly as they were read.
    pub bytes: Arc<[u8]>,
}

impl Artifact {
    /// An artifact of these bytes.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Artifact { bytes: bytes.into() }
    }

    /// SHA-256 of the bytes.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

/// Why an entry of the source did not become an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// A symbolic link whose target is not in the tree.
    LinkOutside,
    /// A symbolic link where only a file is taken.
    LinkNotTaken,
    /// A folder where only a file is taken.
    FolderNotTaken,
    /// A symbolic link in the place of the folder that holds the contracts.
    LinkAtRoot,
    /// A repository of its own.
    Submodule,
    /// A symbolic link to a folder.
    LinkToFolder,
    /// A symbolic link to nothing, or to itself.
    LinkBroken,
    /// A name that no artifact path can hold.
    Name(PathProblem),
    /// Larger than the limit, in bytes.
    TooLarge(u64),
    /// Neither file, folder nor link.
    Special,
}

/// An entry that was seen and not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its path, as far as it can be written.
    pub path: ArtifactPath,
    /// Why.
    pub refusal: Refusal,
}

/// An immutable set of artifacts, ordered by path.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// All artifacts below the contracts root, by path from the repository root.
    pub artifacts: BTreeMap<ArtifactPath, Artifact>,
    /// The contracts root, as a prefix of every path: `contracts`, or empty.
    pub root: String,
    /// `contract-guard.toml` beside the contracts root, if there is one.
    pub config: Option<(ArtifactPath, Artifact)>,
    /// Entries that were seen and not read.
    pub refused: Vec<Refused>,
}

impl Tree {
    /// The part of `path` below the contracts root.
    pub fn below_root<'a>(&self, path: &'a ArtifactPath) -> &'a str {
        let path = path.as_str();
        if self.root.is_empty() {
            return path;
        }
        path.strip_prefix(self.root.as_str()).and_then(|p| p.strip_prefix('/')).unwrap_or(path)
    }

    /// The artifact at `path`, the configuration file included.
    pub fn get(&self, path: &ArtifactPath) -> Option<&Artifact> {
        self.artifacts
            .get(path)
            .or_else(|| self.config.as_ref().filter(|(p, _)| p == path).map(|(_, a)| a))
    }

    /// A tree from texts, for tests and examples.
    pub fn from_texts<'a>(root: &str, texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let artifacts = texts
            .into_iter()
            .map(|(path, text)| (ArtifactPath::lossy(path), Artifact::new(text.as_bytes())))
            .collect();
        Tree { artifacts, root: root.to_owned(), ..Tree::default() }
    }
}
