//! What is known of the editor's side: its folders, its open files with their unsaved texts, and the tree
//! on disk below them. What follows from all that is a [`Snapshot`].

use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::PathBuf;

use super::frozen::Frozen;
use super::place::Place;
use super::snapshot::Snapshot;
use super::text::{Encoding, MARK};
use crate::document::Limits;
use crate::source::{self, Budget, CONFIG, Request, Source, SourceError};
use crate::tree::{Artifact, ArtifactPath, Refusal, Refused, Tree};

/// A file as the editor has it.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub version: i32,
    pub text: String,
    /// Its text when it last was a document.
    pub parsed: Option<Artifact>,
}

/// An open file that is part of the tree.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// What the editor calls it.
    pub uri: String,
    pub version: i32,
    /// Its text when it last was a document; that of the disk when it never was.
    pub parsed: Option<Artifact>,
    /// Whether its text has the byte order mark.
    pub is_marked: bool,
}

/// The editor's side.
pub(super) struct Workspace {
    pub folders: Vec<PathBuf>,
    pub documents: BTreeMap<String, Open>,
    pub encoding: Encoding,
    /// Whether the editor tells what changes on disk; else the disk is read again each time.
    pub is_told: bool,
    limits: Limits,
    budget: Budget,
    today: fn() -> Date,
    /// The contracts root that the editor watches.
    watched: String,
    disk: Option<(Place, Tree)>,
    frozen: Frozen,
    /// Whether the disk may have changed since it was read.
    is_stale: bool,
}

impl Workspace {
    pub(super) fn new(limits: Limits, budget: Budget, today: fn() -> Date) -> Self {
        Workspace {
            folders: Vec::new(),
            documents: BTreeMap::new(),
            encoding: Encoding::default(),
            is_told: false,
            limits,
            budget,
            today,
            watched: String::new(),
            disk: None,
            frozen: Frozen::default(),
            is_stale: true,
        }
    }

    /// The disk may have changed.
    pub(super) fn stale(&mut self) {
        self.is_stale = true;
    }

    /// The contracts root that the editor is asked to watch.
    pub(super) fn watched_root(&mut self) -> String {
        let places = self.folders.iter().filter_map(|folder| Place::around(folder).ok()?);
        let root = places.map(|place| place.root).next();
        self.watched = root.unwrap_or_else(|| "contracts".to_owned());
        self.watched.clone()
    }

    /// Everything that follows from what is there now; `None` when there are no contracts.
    pub(super) fn snapshot(&mut self) -> Result<Option<Snapshot>, SourceError> {
        // Nobody tells of a root that the configuration has named since.
        let is_watched = self.disk.as_ref().is_none_or(|(place, _)| place.root == self.watched);
        if self.is_stale || !self.is_told || !is_watched {
            self.disk = self.read()?;
            self.is_stale = false;
        }
        let Some((place, tree)) = &self.disk else { return Ok(None) };
        let (tree, shown) = self.overlaid(place, tree);
        let (place, limits) = (place.clone(), &self.limits);
        let by = (self.encoding, (self.today)());
        let snapshot = Snapshot::new(place, &tree, shown, limits, by, &mut self.frozen);
        for (path, shown) in &snapshot.shown {
            if let Some(open) = self.documents.get_mut(&shown.uri)
                && snapshot.is_document(path)
            {
                open.parsed = snapshot.catalog.tree.get(path).cloned();
            }
        }
        Ok(Some(snapshot))
    }

    /// The contracts of the first folder that has any.
    fn read(&self) -> Result<Option<(Place, Tree)>, SourceError> {
        for folder in &self.folders {
            let Some(place) = Place::around(folder)? else { continue };
            let (base, root) = (place.base.clone(), place.root.clone());
            let request = Request { source: Source::Dir, base, root, frozen: true };
            match source::read(&request, &self.budget) {
                Ok(tree) => return Ok(Some((place, tree))),
                Err(SourceError::NoTree { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The tree on disk under the texts of open files.
    fn overlaid(&self, place: &Place, disk: &Tree) -> (Tree, BTreeMap<ArtifactPath, Shown>) {
        let mut tree = disk.clone();
        let mut shown = BTreeMap::new();
        for (uri, open) in &self.documents {
            let Some(path) = place.artifact(uri) else { continue };
            let known = disk.get(&path);
            // What is on disk and not in the tree was left out of it.
            if known.is_none() && place.has(&path) {
                continue;
            }
            let is_marked = open.text.as_bytes().starts_with(MARK);
            let bytes = with_mark(open.text.as_bytes(), known);
            if bytes.len() as u64 > self.budget.file_bytes {
                let refusal = Refusal::TooLarge(bytes.len() as u64);
                tree.artifacts.remove(&path);
                tree.refused.push(Refused { path, refusal });
                continue;
            }
            let artifact = Artifact::new(bytes);
            match path.as_str() {
                CONFIG => tree.config = Some((path.clone(), artifact)),
                _ => drop(tree.artifacts.insert(path.clone(), artifact)),
            }
            let parsed = open.parsed.clone().or_else(|| known.cloned());
            shown
                .insert(path, Shown { uri: uri.clone(), version: open.version, parsed, is_marked });
        }
        (tree, shown)
    }
}

/// Editors keep a byte order mark to themselves, and write it again when they save.
fn with_mark(text: &[u8], known: Option<&Artifact>) -> Vec<u8> {
    let is_kept = known.is_some_and(|a| a.bytes.starts_with(MARK)) && !text.starts_with(MARK);
    if is_kept { [MARK, text].concat() } else { text.to_vec() }
}
