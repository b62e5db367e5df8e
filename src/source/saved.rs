//! What git keeps of files on disk: a restore must not destroy what is nowhere else.

use std::collections::BTreeSet;

use super::{Budget, Request, Source, git};
use crate::tree::{ArtifactPath, Tree};

/// Those of `paths` whose bytes in `tree` git can give back: they are in the index, in the last commit, or
/// what git would check out for them. Outside of a repository there are none.
pub fn kept_by_git(
    request: &Request,
    tree: &Tree,
    paths: &[&ArtifactPath],
    budget: &Budget,
) -> BTreeSet<ArtifactPath> {
    let kept = [Source::Index, Source::Commit("HEAD".to_owned())];
    let trees: Vec<Tree> = kept
        .into_iter()
        .filter_map(|source| super::read(&Request { source, ..request.clone() }, budget).ok())
        .collect();
    let is_kept = |path: &ArtifactPath| {
        let Some(now) = tree.artifacts.get(path) else { return false };
        let mut known = trees.iter().filter_map(|tree| tree.artifacts.get(path)).peekable();
        known.peek().is_some()
            && (known.any(|kept| kept.bytes == now.bytes)
                // Line endings, for one, may differ between what git keeps and what it checks out.
                || git::checked_out(&request.base, path).is_some_and(|b| *b == *now.bytes))
    };
    paths.iter().filter(|path| is_kept(path)).map(|path| (*path).clone()).collect()
}
