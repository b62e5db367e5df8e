//! Verifies freezes that lie side by side: every byte, the root, the chain, the index, `latest`.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::format::{Freeze, decode, is_legacy, root_of};
use super::index::Index;
use super::names::{Name, index_name};
use crate::tree::{ArtifactPath, Digest};

/// What kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefectKind {
    /// It cannot be read.
    Malformed,
    /// It was written by the legacy tool.
    Legacy,
    /// Bytes or digests were changed.
    Altered,
    /// `seq` or `prev` is wrong.
    Chain,
    /// `latest` is not the newest.
    Latest,
    /// The digest index does not agree.
    Index,
}

/// One defect of a freeze file.
#[derive(Debug, Clone)]
pub struct Defect {
    /// Which kind.
    pub kind: DefectKind,
    /// The file.
    pub file: ArtifactPath,
    /// What is wrong, one sentence.
    pub message: String,
}

/// A file of `_frozen/`.
pub struct Record<'t> {
    /// Its path.
    pub path: ArtifactPath,
    /// Its bytes.
    pub bytes: &'t [u8],
}

/// Every defect of the freezes in one folder.
pub fn verify(records: &[Record<'_>]) -> Vec<Defect> {
    examine(records).0
}

/// Every defect of the freezes in one folder, and how many artifacts each freeze has.
pub fn examine(records: &[Record<'_>]) -> (Vec<Defect>, BTreeMap<ArtifactPath, usize>) {
    let mut defects = Vec::new();
    let mut freezes: Vec<(&Record<'_>, Freeze)> = Vec::new();
    for record in records {
        let name = record.path.file_name();
        let is_freeze = name.starts_with("freeze-") && name.ends_with(".json");
        if !is_freeze || Name::of(name) == Name::LatestFreeze {
            continue;
        }
        match decode(record.bytes) {
            Ok(freeze) => {
                defects.extend(defects_of(record, &freeze));
                freezes.push((record, freeze));
            }
            Err(_) if is_legacy(record.bytes) => {
                let message = "freeze was written by the legacy tool".to_owned();
                defects.push(defect(DefectKind::Legacy, record, message));
            }
            Err(reason) => {
                defects.push(defect(DefectKind::Malformed, record, format!("freeze {reason}")));
            }
        }
    }
    freezes.sort_by_key(|(_, freeze)| freeze.seq);
    chain(&freezes, &mut defects);
    for (record, freeze) in &freezes {
        let index = find(records, &index_name(&freeze.version));
        check_index(record, freeze, index, &mut defects);
    }
    if let Some((newest, freeze)) = freezes.last() {
        latest(records, "freeze-latest.json", Some(newest), &mut defects);
        let index = find(records, &index_name(&freeze.version));
        latest(records, "sha-index-latest.json", index, &mut defects);
    }
    let counted = freezes.iter().map(|(record, f)| (record.path.clone(), f.artifacts.len()));
    (defects, counted.collect())
}

fn find<'r, 't>(records: &'r [Record<'t>], name: &str) -> Option<&'r Record<'t>> {
    records.iter().find(|record| record.path.file_name() == name)
}

fn defect(kind: DefectKind, record: &Record<'_>, message: String) -> Defect {
    Defect { kind, file: record.path.clone(), message }
}

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
    let mut altered = |message: String| defects.push(defect(DefectKind::Altered, record, message));
    if let Some(counted) = freeze.counted.filter(|n| *n != freeze.artifacts.len()) {
        let have = freeze.artifacts.len();
        altered(format!("its summary counts {counted} artifacts, but it has {have}"));
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

fn chain(freezes: &[(&Record<'_>, Freeze)], defects: &mut Vec<Defect>) {
    let mut before: Option<&Freeze> = None;
    for (record, freeze) in freezes {
        let expected_seq = before.map_or(1, |b| b.seq.saturating_add(1));
        if freeze.seq != expected_seq {
            let message = format!(
                "freeze `{}` has seq {}, but {expected_seq} is next",
                freeze.version, freeze.seq
            );
            defects.push(defect(DefectKind::Chain, record, message));
        }
        if freeze.prev.as_deref() != before.map(|b| b.root.as_str()) {
            let earlier =
                before.map_or_else(|| "nothing".to_owned(), |b| format!("`{}`", b.version));
            let message = format!(
                "`prev` of freeze `{}` is not the root of {earlier} before it",
                freeze.version
            );
            defects.push(defect(DefectKind::Chain, record, message));
        }
        before = Some(freeze);
    }
}

fn check_index(
    record: &Record<'_>,
    freeze: &Freeze,
    index: Option<&Record<'_>>,
    defects: &mut Vec<Defect>,
) {
    let Some(file) = index else {
        let message = format!("freeze `{}` has no digest index", freeze.version);
        defects.push(defect(DefectKind::Index, record, message));
        return;
    };
    match Index::decode(file.bytes) {
        Ok(index) if index.agrees_with(freeze) => {}
        Ok(_) => {
            let version = &freeze.version;
            let message = format!("digest index does not list what freeze `{version}` holds");
            defects.push(defect(DefectKind::Index, file, message));
        }
        Err(error) => {
            let message = format!("digest index is no such thing: {error}");
            defects.push(defect(DefectKind::Malformed, file, message));
        }
    }
}

fn latest(
    records: &[Record<'_>],
    name: &str,
    newest: Option<&Record<'_>>,
    defects: &mut Vec<Defect>,
) {
    let Some(newest) = newest else { return };
    match find(records, name) {
        Some(copy) if copy.bytes == newest.bytes => {}
        Some(copy) => {
            let message =
                format!("`{name}` is not a copy of the newest, `{}`", newest.path.file_name());
            defects.push(defect(DefectKind::Latest, copy, message));
        }
        None => defects.push(defect(DefectKind::Latest, newest, format!("there is no `{name}`"))),
    }
}
