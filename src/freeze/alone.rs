//! What one freeze says of itself, and whether it is so: name, fields, bytes, paths, root. Its neighbours
//! are [`super::verify()`]'s.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::defect::{Defect, DefectKind, Record, defect};
use super::format::{Freeze, Summary, root_of};
use super::names::{Name, folder_of};
use super::version::Version;
use crate::tree::{ArtifactPath, Digest};

/// The defects of one freeze by itself: its name, its bytes and digests, its paths, its root.
pub fn defects_of(record: &Record<'_>, freeze: &Freeze) -> Vec<Defect> {
    let mut defects = Vec::new();
    if let Name::Freeze(version) = Name::of(record.path.file_name())
        && freeze.version != version.as_str()
    {
        let message =
            format!("file is named for `{version}`, but holds version `{}`", freeze.version);
        defects.push(defect(DefectKind::Malformed, record, message));
    }
    let fields = fields(freeze).into_iter();
    defects.extend(fields.map(|message| defect(DefectKind::Malformed, record, message)));
    let mut altered = |message: String| defects.push(defect(DefectKind::Altered, record, message));
    if freeze.summary.as_ref().is_some_and(|s| !s.agrees_with(&Summary::of(&freeze.artifacts))) {
        let (said, have) =
            (freeze.summary.as_ref().map_or(0, Summary::count), freeze.artifacts.len());
        altered(match said == have {
            true => "its summary is not that of its artifacts".to_owned(),
            false => format!("its summary counts {said} artifacts, but it has {have}"),
        });
    }
    let hashed = freeze.artifacts.par_iter().map(|a| Digest::of(&a.bytes).hex() == a.sha256);
    let hashed: Vec<bool> = hashed.collect();
    for (artifact, is_right) in freeze.artifacts.iter().zip(hashed) {
        if artifact.bytes.len() as u64 != artifact.size {
            let (have, said) = (artifact.bytes.len(), artifact.size);
            altered(format!("`{}` has {have} bytes, but {said} are recorded", artifact.path));
        }
        if !is_right {
            altered(format!("`{}` does not have its recorded SHA-256", artifact.path));
        }
    }
    for (a, b) in freeze.artifacts.iter().zip(freeze.artifacts.iter().skip(1)) {
        if a.path >= b.path {
            altered(format!(
                "`{}` stands after `{}`: artifacts are sorted and unique",
                b.path, a.path
            ));
        }
    }
    for (path, other) in clashes(freeze.artifacts.iter().map(|a| &a.path)) {
        altered(format!("`{path}` and `{other}` cannot both be files on every system"));
    }
    let root = root_of(freeze.artifacts.iter().map(|a| (a.path.as_str(), a.sha256.as_str())));
    if root != freeze.root {
        altered(format!("the lines of freeze `{}` do not have its root", freeze.version));
    }
    defects
}

/// The fields that no file of ours could have.
fn fields(freeze: &Freeze) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_rescue = freeze.seq == 0 && freeze.version.starts_with("rescue-");
    if !is_rescue && let Err(reason) = Version::parse(&freeze.version) {
        wrong.push(reason);
    }
    if !is_rescue && (freeze.seq == 0 || (freeze.seq == 1) != freeze.prev.is_none()) {
        let prev = freeze.prev.as_deref().unwrap_or("nothing");
        wrong.push(format!("number {} of a chain cannot follow {prev}", freeze.seq));
    }
    if let Some(prev) = freeze.prev.as_deref().filter(|prev| !is_root(prev)) {
        wrong.push(format!("`prev` is `{prev}`, which is no root"));
    }
    let steps = ["initial", "major", "minor", "patch"];
    if let Some(bump) = freeze.bump.as_deref().filter(|bump| !steps.contains(bump)) {
        wrong.push(format!("`bump` is `{bump}`, which is no step"));
    }
    // The legacy tool wrote times without zone.
    let is_time = |t: &str| {
        t.parse::<jiff::Timestamp>().is_ok() || t.parse::<jiff::civil::DateTime>().is_ok()
    };
    if let Some(time) = freeze.created_at.as_deref().filter(|time| !is_time(time)) {
        wrong.push(format!("`created_at` is `{time}`, which is no time"));
    }
    if freeze.artifacts.is_empty() {
        wrong.push("it has no artifacts".to_owned());
    }
    wrong
}

fn is_root(text: &str) -> bool {
    let is_hex = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
    text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.chars().all(is_hex))
}

/// A path that is no contract of the tree at `root`, or is one of its freezes: a restore would refuse it.
pub fn foreign<'f>(freeze: &'f Freeze, root: &str) -> Option<&'f ArtifactPath> {
    freeze.artifacts.iter().map(|artifact| &artifact.path).find(|path| is_foreign(path, root))
}

/// Whether a path is no contract of the tree at `root`, or would be one of its freezes where case does not
/// count.
pub fn is_foreign(path: &ArtifactPath, root: &str) -> bool {
    let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
    let frozen = ArtifactPath::lossy(&folder_of(root)).folded();
    let folded = path.folded();
    let below = folded.strip_prefix(&frozen);
    !path.as_str().starts_with(&prefix)
        || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Pairs of paths that no folder can hold on every system: equal but for case, or a file where the other
/// needs a folder.
pub(super) fn clashes<'p>(
    paths: impl Iterator<Item = &'p ArtifactPath>,
) -> Vec<(&'p ArtifactPath, &'p ArtifactPath)> {
    let mut by_folded: BTreeMap<String, &ArtifactPath> = BTreeMap::new();
    let mut found = Vec::new();
    let mut folders: BTreeMap<String, (&str, &ArtifactPath)> = BTreeMap::new();
    for path in paths {
        for (end, _) in path.as_str().match_indices('/') {
            let folder = path.as_str().get(..end).unwrap_or_default();
            let folded = ArtifactPath::lossy(folder).folded();
            match folders.get(&folded) {
                Some((other, first)) if *other != folder => found.push((path, *first)),
                Some(_) => {}
                None => drop(folders.insert(folded, (folder, path))),
            }
        }
        match by_folded.get(&path.folded()) {
            Some(other) if *other != path => found.push((path, *other)),
            Some(_) => {}
            None => drop(by_folded.insert(path.folded(), path)),
        }
    }
    for (folded, path) in &by_folded {
        let parents = folded.match_indices('/').filter_map(|(at, _)| folded.get(..at));
        found.extend(
            parents.filter_map(|parent| by_folded.get(parent)).map(|other| (*path, *other)),
        );
    }
    found
}
