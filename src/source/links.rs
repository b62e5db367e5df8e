//! Symbolic links, decided the same way for every source: a link to a file of the tree is that file,
//! any other is refused, and so is one in the place of a file that says what is read. A folder in such a place is
//! refused here, too.

use std::collections::BTreeMap;

use super::{CONFIG, IGNORE, JUDGES};
use crate::tree::{Artifact, ArtifactPath, Refusal, Refused, Tree};

/// Longest chain of links.
const MAX_LINKS: usize = 16;

/// Adds links, given by path and target text, to a tree that has all files.
pub(super) fn resolve(tree: &mut Tree, links: &BTreeMap<ArtifactPath, String>) {
    let mut found: Vec<(ArtifactPath, Artifact)> = Vec::new();
    let ignore = ArtifactPath::below(&tree.root, IGNORE);
    for (path, target) in links {
        if path.as_str() == CONFIG || *path == ignore {
            tree.refused.push(Refused { path: path.clone(), refusal: Refusal::LinkNotTaken });
            continue;
        }
        match follow(tree, links, path, target) {
            Ok(artifact) => found.push((path.clone(), artifact)),
            Err(refusal) => tree.refused.push(Refused { path: path.clone(), refusal }),
        }
    }
    tree.artifacts.extend(found);
}

/// Refuses folders where only a file is taken: whoever takes one for none judges by nothing. `empty` has those
/// that only a disk can hold.
pub(super) fn refuse_folders(tree: &mut Tree, empty: &[ArtifactPath]) {
    let config = ArtifactPath::lossy(CONFIG);
    let judges = JUDGES.iter().map(|name| ArtifactPath::below(&tree.root, name));
    for judge in judges.chain([config.clone()]) {
        let prefix = format!("{judge}/");
        let is_below = |path: &ArtifactPath| path.as_str().starts_with(&prefix);
        let is_folder = empty.contains(&judge)
            || tree.artifacts.keys().any(is_below)
            || tree.refused.iter().any(|refused| is_below(&refused.path));
        if judge == config && !tree.root.is_empty() {
            // Beside the contracts only a configuration is read.
            tree.artifacts.retain(|path, _| !is_below(path));
            tree.refused.retain(|refused| !is_below(&refused.path));
        }
        if is_folder {
            tree.refused.push(Refused { path: judge, refusal: Refusal::FolderNotTaken });
        }
    }
}

fn follow(
    tree: &Tree,
    links: &BTreeMap<ArtifactPath, String>,
    path: &ArtifactPath,
    target: &str,
) -> Result<Artifact, Refusal> {
    let (mut path, mut target) = (path.clone(), target.to_owned());
    if path.as_str() == tree.root {
        return Err(Refusal::LinkAtRoot);
    }
    for _ in 0..MAX_LINKS {
        let is_absolute =
            target.starts_with('/') || target.contains(':') || target.starts_with('\\');
        let next = path
            .join(&target.replace('\\', "/"))
            .filter(|_| !is_absolute)
            .ok_or(Refusal::LinkOutside)?;
        if next.as_str() == tree.root {
            return Err(Refusal::LinkToFolder);
        }
        let is_inside =
            tree.root.is_empty() || next.as_str().starts_with(&format!("{}/", tree.root));
        if !is_inside {
            return Err(Refusal::LinkOutside);
        }
        if let Some(artifact) = tree.artifacts.get(&next) {
            return Ok(artifact.clone());
        }
        let Some(further) = links.get(&next) else {
            let prefix = format!("{next}/");
            let is_folder = tree.artifacts.keys().any(|p| p.as_str().starts_with(&prefix));
            return Err(if is_folder { Refusal::LinkToFolder } else { Refusal::LinkBroken });
        };
        target.clone_from(further);
        path = next;
    }
    Err(Refusal::LinkBroken)
}
