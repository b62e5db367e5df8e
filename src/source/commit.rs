//! A tree from a commit.

use super::git::{self, Entry, Objects};
use super::index::split_at_tab;
use super::{Budget, Request, SourceError};
use crate::tree::Tree;

/// Reads the tree of the commit that `name` means.
pub(super) fn read(request: &Request, name: &str, budget: &Budget) -> Result<Tree, SourceError> {
    git::tree(request, list(request, name)?, budget, &Objects::default())
}

/// The entries of a commit.
pub(super) fn list(request: &Request, name: &str) -> Result<Vec<Entry>, SourceError> {
    // What git itself has answered needs no second question.
    let is_full = matches!(name.len(), 40 | 64) && name.bytes().all(|b| b.is_ascii_hexdigit());
    let commit = if is_full { name.to_owned() } else { git::commit(&request.base, name)? };
    // `ls-tree` takes plain paths, relative to the folder it runs in.
    let mut args = vec!["--literal-pathspecs", "ls-tree", "-r", "-z", commit.as_str(), "--"];
    if request.root.is_empty() {
        args.push(".");
    } else {
        args.extend([request.root.as_str(), super::CONFIG]);
    }
    let listed = git::run(&request.base, "list the commit", &args)?;
    Ok(listed
        .split(|b| *b == 0)
        .filter_map(|record| {
            let (head, path) = split_at_tab(record)?;
            let mut fields = head.split(' ');
            let mode = fields.next()?.to_owned();
            Some(Entry { mode, object: fields.nth(1)?.to_owned(), path: path.to_vec() })
        })
        .collect())
}
