//! Verifies freezes that lie side by side: every byte, the root, the chain, the index, `latest`.

use std::collections::BTreeMap;

use super::alone::{defects_of, foreign};
use super::defect::{Defect, DefectKind, Record, defect};
use super::format::{Freeze, decode, is_legacy};
use super::index::Index;
use super::names::{Name, freeze_name, index_name};
use crate::tree::ArtifactPath;

/// Every defect of the freezes in one folder.
pub fn verify(records: &[Record<'_>], root: &str) -> Vec<Defect> {
    examine(records, root).0
}

/// Every defect of the freezes in one folder, and how many artifacts each freeze has. `root` is the
/// contracts root of the tree that they are freezes of.
pub fn examine(records: &[Record<'_>], root: &str) -> (Vec<Defect>, BTreeMap<ArtifactPath, usize>) {
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
                if let Some(path) = foreign(&freeze, root) {
                    let message = format!("`{path}` is no contract of this tree");
                    defects.push(defect(DefectKind::Altered, record, message));
                }
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
    orphans(records, &freezes, &mut defects);
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

/// The defects that nothing may be built upon. What a crash can leave is none: the newest freeze without its
/// index, copies named `latest` that are copies of an older one or not there.
pub fn lasting(records: &[Record<'_>], root: &str) -> Vec<Defect> {
    let is_copied = |defect: &Defect| {
        let copy = records.iter().find(|record| record.path == defect.file);
        let mut others = records.iter().filter(|r| !r.path.file_name().ends_with("-latest.json"));
        copy.is_none_or(|copy| others.any(|r| r.bytes == copy.bytes))
    };
    // An import into the place of a legacy freeze may have been killed before its index.
    let is_replaced = |defect: &Defect| {
        let index = records.iter().find(|record| record.path == defect.file);
        index.is_some_and(|index| is_legacy(index.bytes))
    };
    let is_lasting = |defect: &Defect| match defect.kind {
        DefectKind::Legacy => false,
        _ if is_replaced(defect) => false,
        // What an index says the freeze says, too.
        _ if Name::of(defect.file.file_name()) == Name::LatestIndex => false,
        DefectKind::Latest => !is_copied(defect),
        DefectKind::Index => !defect.message.ends_with(NO_INDEX) || !is_newest(records, defect),
        _ => true,
    };
    verify(records, root).into_iter().filter(is_lasting).collect()
}

/// How the message about a missing index ends.
const NO_INDEX: &str = "has no digest index";

/// Whether a defect is about the freeze with the largest version.
fn is_newest(records: &[Record<'_>], defect: &Defect) -> bool {
    let version = |path: &ArtifactPath| match Name::of(path.file_name()) {
        Name::Freeze(version) => Some(version),
        _ => None,
    };
    let newest = records.iter().filter(|r| !is_legacy(r.bytes)).filter_map(|r| version(&r.path));
    version(&defect.file) == newest.max()
}

fn find<'r, 't>(records: &'r [Record<'t>], name: &str) -> Option<&'r Record<'t>> {
    records.iter().find(|record| record.path.file_name() == name)
}

/// Indexes and copies whose freeze is gone. Those of the legacy tool are its own.
fn orphans(records: &[Record<'_>], freezes: &[(&Record<'_>, Freeze)], defects: &mut Vec<Defect>) {
    for record in records {
        let name = record.path.file_name();
        let wanted = match Name::of(name) {
            Name::Index(version) => freeze_name(version.as_str()),
            Name::LatestFreeze | Name::LatestIndex if freezes.is_empty() => {
                "freeze-<version>.json".to_owned()
            }
            _ => continue,
        };
        if find(records, &wanted).is_none() && !is_legacy(record.bytes) {
            let message = format!("there is no `{wanted}` to `{name}`");
            defects.push(defect(DefectKind::Index, record, message));
        }
    }
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
        let message = format!("freeze `{}` {NO_INDEX}", freeze.version);
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
