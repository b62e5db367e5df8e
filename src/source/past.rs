//! A tree, such as a freeze, as the past of a repository.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::RepositoryFiles;
use crate::tree::{FileChange, Files, History, Step, Tree};

/// The step from a tree, such as a freeze, to the files of a state: what lies below the tree's root.
pub fn step_from_tree(tree: &Tree, files: &RepositoryFiles<'_>) -> (Step, TreeHistory) {
    let mut changes = Vec::new();
    let mut contents: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
    for (path, artifact) in &tree.artifacts {
        let path = path.as_str().to_owned();
        let after = files.read(&path);
        if after.as_deref() == Some(&*artifact.bytes) {
            continue;
        }
        let (before_name, after_name) = (format!("<{path}"), format!(">{path}"));
        contents.insert(before_name.clone(), Arc::clone(&artifact.bytes));
        let after = after.map(|bytes| {
            contents.insert(after_name.clone(), bytes);
            after_name
        });
        changes.push(FileChange { path, renamed_from: None, before: Some(before_name), after });
    }
    let prefix = if tree.root.is_empty() { String::new() } else { format!("{}/", tree.root) };
    let frozen = format!("{prefix}_frozen/");
    for path in files.paths().iter().filter(|p| p.starts_with(&prefix) && !p.starts_with(&frozen)) {
        let is_known = tree.artifacts.keys().any(|known| known.as_str() == path);
        if let (false, Some(bytes)) = (is_known, files.read(path)) {
            let name = format!(">{path}");
            contents.insert(name.clone(), bytes);
            let (path, after) = (path.clone(), Some(name));
            changes.push(FileChange { path, renamed_from: None, before: None, after });
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    (Step { name: String::new(), changes }, TreeHistory { contents })
}

/// The contents that [`step_from_tree`] names.
pub struct TreeHistory {
    contents: BTreeMap<String, Arc<[u8]>>,
}

impl History for TreeHistory {
    fn content(&self, name: &str) -> Option<Arc<[u8]>> {
        self.contents.get(name).cloned()
    }
}
