//! Files of consumers that lie outside of the contracts: in a folder, or at the top of repositories that are
//! checked out beside each other. A link is refused, never followed: what it hides is not known.

use std::path::{Path, PathBuf};

use super::{Budget, SourceError};
use crate::tree::{Artifact, ArtifactPath, Refusal, Refused, Tree};

/// The ends of the names of such files.
const ENDS: [&str; 3] = [".consumer.yaml", ".consumer.yml", ".consumer.json"];

/// The names that the file has at the top of a repository.
const AT_TOP: [&str; 3] =
    ["contracts.consumer.yaml", "contracts.consumer.yml", "contracts.consumer.json"];

/// Reads what lies at `path`: one file, those of a folder, or the `contracts.consumer.yaml` of every folder in
/// it. The tree is empty when there is none.
///
/// # Errors
/// When the path, or what lies there, cannot be read, and when there is more of it than the budget allows.
pub fn consumer_files(path: &Path, budget: &Budget) -> Result<Tree, SourceError> {
    let mut tree = Tree::default();
    let io = |error| SourceError::Io { path: path.to_owned(), error };
    let found = std::fs::symlink_metadata(path).map_err(io)?;
    let files = match (found.is_symlink(), found.is_dir()) {
        // A folder that is named may be a link; a file that is one could be anything.
        (true, _) if std::fs::metadata(path).is_ok_and(|f| f.is_dir()) => in_folder(path)?,
        (false, true) => in_folder(path)?,
        _ => vec![path.to_owned()],
    };
    let mut total = 0_u64;
    for file in files {
        if tree.artifacts.len() >= budget.files {
            return Err(super::dir::too_many(budget));
        }
        total = add(&mut tree, &file, total, budget)?;
        if total > budget.tree_bytes {
            return Err(super::dir::too_large(budget));
        }
    }
    Ok(tree)
}

/// The files of a folder and of the folders in it, by name.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let io = |error| SourceError::Io { path: folder.to_owned(), error };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let is_link = std::fs::symlink_metadata(&path).is_ok_and(|f| f.is_symlink());
        if path.is_dir() {
            let tops = AT_TOP.iter().map(|name| path.join(name));
            // One that leads nowhere is there, too; behind a link the link itself is what is refused.
            let mut tops = tops.filter(|top| std::fs::symlink_metadata(top).is_ok());
            match is_link {
                true => found.extend(tops.next().map(|_| path.clone())),
                false => found.extend(tops),
            }
        } else if ENDS.iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Adds a file, and gives the bytes of all so far.
fn add(tree: &mut Tree, file: &Path, total: u64, budget: &Budget) -> Result<u64, SourceError> {
    let io = |error| SourceError::Io { path: file.to_owned(), error };
    let path = ArtifactPath::lossy(&super::paths::from_here(file));
    let mut refuse = |refusal| tree.refused.push(Refused { path: path.clone(), refusal });
    let found = std::fs::symlink_metadata(file).map_err(io)?;
    if found.is_symlink() {
        refuse(Refusal::LinkOutside);
    } else if !found.is_file() {
        refuse(Refusal::Special);
    } else if found.len() > budget.file_bytes {
        refuse(Refusal::TooLarge(found.len()));
    } else {
        let bytes = std::fs::read(file).map_err(io)?;
        let total = total.saturating_add(found.len());
        tree.artifacts.insert(path, Artifact::new(bytes));
        return Ok(total);
    }
    Ok(total)
}
