//! What differs between two trees, byte by byte.

use std::collections::BTreeMap;

use super::index::{is_text, with_lf};
use crate::tree::{ArtifactPath, Tree};

/// How an artifact differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Only the second tree has it.
    Added,
    /// Only the first tree has it.
    Removed,
    /// Its bytes differ.
    Changed,
    /// Its text is the same but for line endings.
    LineEndings,
}

/// All differences from `old` to `new`, freezes left out, by path.
pub fn compare(old: &Tree, new: &Tree) -> BTreeMap<ArtifactPath, Difference> {
    let mut found = BTreeMap::new();
    for (path, before) in &old.artifacts {
        match new.artifacts.get(path) {
            None => drop(found.insert(path.clone(), Difference::Removed)),
            Some(after) if after.bytes == before.bytes => {}
            Some(after) => {
                let is_same_text = is_text(&before.bytes)
                    && is_text(&after.bytes)
                    && with_lf(&before.bytes) == with_lf(&after.bytes);
                let how = if is_same_text { Difference::LineEndings } else { Difference::Changed };
                found.insert(path.clone(), how);
            }
        }
    }
    for path in new.artifacts.keys().filter(|path| !old.artifacts.contains_key(*path)) {
        found.insert(path.clone(), Difference::Added);
    }
    found
}
