//! Verifies freezes that lie side by side: every byte, the root, the chain, the index, `latest`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::format::{Freeze, decode, is_legacy, root_of};
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

#[derive(Deserialize)]
struct Index {
    version: String,
    root: String,
    index: BTreeMap<String, IndexEntry>,
}

#[derive(Deserialize, PartialEq)]
struct IndexEntry {
    size: u64,
    paths: Vec<String>,
}

/// Every defect of the freezes in one folder.
pub fn verify(records: &[Record<'_>]) -> Vec<Defect> {
    let mut defects = Vec::new();
    let mut freezes: Vec<(&Record<'_>, Freeze)> = Vec::new();
    let named = |record: &Record<'_>, prefix: &str| {
        let name = record.path.file_name();
        name.strip_prefix(prefix).and_then(|n| n.strip_suffix(".json")).map(str::to_owned)
    };
    for record in records {
        let Some(version) = named(record, "freeze-").filter(|v| v != "latest") else {
            continue;
        };
        match decode(record.bytes) {
            Ok(freeze) => {
                if freeze.version != version {
                    let message = format!(
                        "file is named for `{version}`, but holds version `{}`",
                        freeze.version
                    );
                    defects.push(defect(DefectKind::Malformed, record, message));
                }
                alterations(record, &freeze, &mut defects);
                freezes.push((record, freeze));
            }
            Err(_) if is_legacy(record.bytes) => {
                let message =
                    "freeze was written by the legacy tool and is not verified".to_owned();
                defects.push(defect(DefectKind::Legacy, record, message));
            }
            Err(reason) => {
                defects.push(defect(DefectKind::Malformed, record, format!("freeze {reason}")))
            }
        }
    }
    freezes.sort_by_key(|(_, freeze)| freeze.seq);
    chain(&freezes, &mut defects);
    for (record, freeze) in &freezes {
        let index =
            records.iter().find(|r| named(r, "sha-index-").as_deref() == Some(&freeze.version));
        check_index(record, freeze, index, &mut defects);
    }
    if let Some((newest, freeze)) = freezes.last() {
        let index =
            records.iter().find(|r| named(r, "sha-index-").as_deref() == Some(&freeze.version));
        latest(records, "freeze-latest.json", Some(newest), &mut defects);
        latest(records, "sha-index-latest.json", index, &mut defects);
    }
    defects
}

fn defect(kind: DefectKind, record: &Record<'_>, message: String) -> Defect {
    Defect { kind, file: record.path.clone(), message }
}

fn alterations(record: &Record<'_>, freeze: &Freeze, defects: &mut Vec<Defect>) {
    let mut altered = |message: String| defects.push(defect(DefectKind::Altered, record, message));
    for artifact in &freeze.artifacts {
        if artifact.bytes.len() as u64 != artifact.size {
            let (have, said) = (artifact.bytes.len(), artifact.size);
            altered(format!("`{}` has {have} bytes, but {said} are recorded", artifact.path));
        }
        if Digest::of(&artifact.bytes).hex() != artifact.sha256 {
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
    let root = root_of(freeze.artifacts.iter().map(|a| (a.path.as_str(), a.sha256.as_str())));
    if root != freeze.root {
        altered(format!("the lines of freeze `{}` do not have its root", freeze.version));
    }
}

fn chain(freezes: &[(&Record<'_>, Freeze)], defects: &mut Vec<Defect>) {
    let mut before: Option<&Freeze> = None;
    for (record, freeze) in freezes {
        let expected_seq = before.map_or(1, |b| b.seq + 1);
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
    let index: Index = match serde_json::from_slice(file.bytes) {
        Ok(index) => index,
        Err(error) => {
            defects.push(defect(
                DefectKind::Malformed,
                file,
                format!("digest index is no such thing: {error}"),
            ));
            return;
        }
    };
    let mut expected: BTreeMap<String, IndexEntry> = BTreeMap::new();
    for artifact in &freeze.artifacts {
        let empty = || IndexEntry { size: artifact.size, paths: Vec::new() };
        let entry = expected.entry(artifact.sha256.clone()).or_insert_with(empty);
        entry.paths.push(artifact.path.to_string());
    }
    if index.version != freeze.version || index.root != freeze.root || index.index != expected {
        let message = format!("digest index does not list what freeze `{}` holds", freeze.version);
        defects.push(defect(DefectKind::Index, file, message));
    }
}

fn latest(
    records: &[Record<'_>],
    name: &str,
    newest: Option<&Record<'_>>,
    defects: &mut Vec<Defect>,
) {
    let Some(newest) = newest else { return };
    match records.iter().find(|r| r.path.file_name() == name) {
        Some(copy) if copy.bytes == newest.bytes => {}
        Some(copy) => {
            let message =
                format!("`{name}` is not a copy of the newest, `{}`", newest.path.file_name());
            defects.push(defect(DefectKind::Latest, copy, message));
        }
        None => defects.push(defect(DefectKind::Latest, newest, format!("there is no `{name}`"))),
    }
}
