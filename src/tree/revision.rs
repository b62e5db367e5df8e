//! New contents for some files of a tree, as data: what a command is about to write.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Artifact, ArtifactPath, Digest, Tree};

/// A file that gets other bytes, appears, or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Where.
    pub path: ArtifactPath,
    /// What is there now; `None` for nothing.
    pub before: Option<Digest>,
    /// What comes; `None` for nothing.
    pub after: Option<Arc<[u8]>>,
}

/// What is to become of some files of a tree.
#[derive(Debug, Clone, Default)]
pub struct Revision {
    files: BTreeMap<ArtifactPath, Option<Arc<[u8]>>>,
}

impl Revision {
    /// Gives a file these bytes.
    pub fn write(&mut self, path: ArtifactPath, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(path, Some(bytes.into()));
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: ArtifactPath) {
        self.files.insert(path, None);
    }

    /// The bytes of a file as they will be; those of the tree where nothing is said of it.
    pub fn bytes<'r>(&'r self, tree: &'r Tree, path: &ArtifactPath) -> Option<&'r [u8]> {
        match self.files.get(path) {
            Some(after) => after.as_deref(),
            None => tree.artifacts.get(path).map(|artifact| &*artifact.bytes),
        }
    }

    /// Whether something is said of a file.
    pub fn has(&self, path: &ArtifactPath) -> bool {
        self.files.contains_key(path)
    }

    /// This, and then the other.
    #[must_use]
    pub fn then(mut self, later: &Revision) -> Revision {
        self.files.extend(later.files.iter().map(|(path, after)| (path.clone(), after.clone())));
        self
    }

    /// The tree as it will be.
    #[must_use]
    pub fn over(&self, tree: &Tree) -> Tree {
        let mut revised = tree.clone();
        for (path, after) in &self.files {
            match after {
                Some(bytes) => {
                    revised.artifacts.insert(path.clone(), Artifact { bytes: Arc::clone(bytes) });
                }
                None => drop(revised.artifacts.remove(path)),
            }
        }
        revised
    }

    /// What it changes in a tree, in path order; a file that stays the same is left out.
    pub fn replacements(&self, tree: &Tree) -> Vec<Replacement> {
        let all = self.files.iter().map(|(path, after)| {
            let before = tree.artifacts.get(path).map(Artifact::digest);
            Replacement { path: path.clone(), before, after: after.clone() }
        });
        all.filter(|r| r.before != r.after.as_deref().map(Digest::of)).collect()
    }
}
