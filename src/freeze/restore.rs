//! Plans a restore: what is written, what is removed, what would be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::alone::foreign;
use super::format::Freeze;
use super::names::folder_of;
use crate::tree::{ArtifactPath, Digest, Replacement, Tree};

/// What is asked for.
pub struct Wanted<'w> {
    /// The contracts root.
    pub root: &'w str,
    /// Paths, files or folders, to restore; empty for everything.
    pub paths: &'w [String],
    /// Whether files that the freeze lacks are removed.
    pub prune: bool,
}

impl Wanted<'_> {
    fn covers(&self, path: &ArtifactPath) -> bool {
        let is_below = |folder: &String| {
            path.as_str()
                .strip_prefix(folder.as_str())
                .is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        self.paths.is_empty() || self.paths.iter().any(is_below)
    }
}

/// A file to write.
#[derive(Debug, Clone)]
pub struct Write {
    /// Where.
    pub path: ArtifactPath,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// What is there now; `None` for nothing.
    pub before: Option<Digest>,
    /// Whether the bytes are not those once recorded.
    pub is_unproven: bool,
}

/// A file to remove.
#[derive(Debug, Clone)]
pub struct Removal {
    /// Where.
    pub path: ArtifactPath,
    /// What is there now.
    pub before: Digest,
}

/// Why nothing may be written.
#[derive(Debug)]
pub enum Blocked {
    /// The freeze names paths outside of the contracts.
    Outside(ArtifactPath),
    /// Bytes that are not those once recorded.
    Unproven(Vec<ArtifactPath>),
    /// A file stands where the freeze needs a folder, or the other way round.
    InTheWay(ArtifactPath, ArtifactPath),
    /// No artifact of the freeze, and no file, has such a path.
    NothingAt(String),
}

/// What a restore does. A dry run prints it, `edit` carries it out.
#[derive(Debug, Default)]
pub struct RestorePlan {
    /// Version of the freeze.
    pub version: String,
    /// Files to write, in path order.
    pub writes: Vec<Write>,
    /// Files to remove.
    pub removals: Vec<Removal>,
    /// Files that the freeze lacks and that stay.
    pub extra: Vec<ArtifactPath>,
    /// Number of files that are as the freeze has them.
    pub unchanged: usize,
    /// Files whose bytes are nowhere else and would be lost.
    pub unsaved: Vec<ArtifactPath>,
}

impl RestorePlan {
    /// What it changes.
    pub fn replacements(&self) -> Vec<Replacement> {
        let writes = self.writes.iter().map(|write| Replacement {
            path: write.path.clone(),
            before: write.before,
            after: Some(Arc::clone(&write.bytes)),
        });
        let removals = self.removals.iter().map(|removal| Replacement {
            path: removal.path.clone(),
            before: Some(removal.before),
            after: None,
        });
        writes.chain(removals).collect()
    }
}

/// Plans the restore of a verified freeze over `current`. `is_saved` tells whether the bytes at a path are
/// also somewhere else: in git, in a freeze.
pub fn plan_restore(
    freeze: Freeze,
    current: &Tree,
    wanted: &Wanted<'_>,
    allow_unproven: bool,
    is_saved: impl Fn(&[&ArtifactPath]) -> BTreeSet<ArtifactPath>,
) -> Result<RestorePlan, Blocked> {
    if let Some(path) = foreign(&freeze, wanted.root) {
        return Err(Blocked::Outside(path.clone()));
    }
    let frozen = format!("{}/", folder_of(wanted.root));
    let here: BTreeMap<_, _> =
        current.artifacts.iter().filter(|(p, _)| !p.as_str().starts_with(&frozen)).collect();
    let mut plan = RestorePlan { version: freeze.version.clone(), ..RestorePlan::default() };
    let paths: BTreeSet<ArtifactPath> = freeze.artifacts.iter().map(|a| a.path.clone()).collect();
    let known = || paths.iter().chain(here.keys().copied());
    for path in wanted.paths {
        let only = Wanted { paths: std::slice::from_ref(path), ..*wanted };
        if !known().any(|p| only.covers(p)) {
            return Err(Blocked::NothingAt(path.clone()));
        }
    }
    let mut unproven = Vec::new();
    for artifact in freeze.artifacts.into_iter().filter(|a| wanted.covers(&a.path)) {
        let before = here.get(&artifact.path);
        if before.is_some_and(|b| b.bytes == artifact.bytes) {
            plan.unchanged += 1;
            continue;
        }
        let is_unproven = artifact.unproven.is_some();
        if is_unproven {
            unproven.push(artifact.path.clone());
        }
        let before = before.map(|b| b.digest());
        plan.writes.push(Write { path: artifact.path, bytes: artifact.bytes, before, is_unproven });
    }
    if !unproven.is_empty() && !allow_unproven {
        return Err(Blocked::Unproven(unproven));
    }
    let extra = here.iter().filter(|(path, _)| wanted.covers(path) && !paths.contains(**path));
    for (path, artifact) in extra {
        if wanted.prune {
            plan.removals.push(Removal { path: (*path).clone(), before: artifact.digest() });
        } else {
            plan.extra.push((*path).clone());
        }
    }
    in_the_way(&plan, here.keys().copied())?;
    plan.unsaved = unsaved(&plan, is_saved);
    Ok(plan)
}

fn unsaved(
    plan: &RestorePlan,
    is_saved: impl Fn(&[&ArtifactPath]) -> BTreeSet<ArtifactPath>,
) -> Vec<ArtifactPath> {
    let replaced = plan.writes.iter().filter(|w| w.before.is_some()).map(|w| &w.path);
    let mut lost: Vec<&ArtifactPath> =
        replaced.chain(plan.removals.iter().map(|r| &r.path)).collect();
    lost.sort();
    let saved = if lost.is_empty() { BTreeSet::new() } else { is_saved(&lost) };
    lost.into_iter().filter(|path| !saved.contains(*path)).cloned().collect()
}

/// A path cannot be a file and a folder.
fn in_the_way<'p>(
    plan: &RestorePlan,
    here: impl Iterator<Item = &'p ArtifactPath>,
) -> Result<(), Blocked> {
    let here: BTreeSet<&str> = here.map(ArtifactPath::as_str).collect();
    for write in &plan.writes {
        let path = write.path.as_str();
        let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let blocker = above.filter(|parent| here.contains(parent)).map(str::to_owned).next();
        let folder = format!("{path}/");
        let below = here.range(folder.as_str()..).next().filter(|p| p.starts_with(&folder));
        let below = below.map(|p| (*p).to_owned());
        if let Some(blocker) = blocker.or(below) {
            return Err(Blocked::InTheWay(write.path.clone(), ArtifactPath::lossy(&blocker)));
        }
    }
    Ok(())
}
