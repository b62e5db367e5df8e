//! What follows from the texts of one moment: the catalog, the judged findings, the texts with their
//! places. Questions of the editor are asked of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;

use gen_lsp_types::{Location, Position, Range, Uri};
use jiff::civil::Date;

use super::frozen::{Frozen, is_about_freezes};
use super::place::Place;
use super::text::{Encoding, Text};
use super::workspace::Shown;
use crate::catalog::{self, Catalog, ItemId};
use crate::checks;
use crate::document::{Limits, Part, Pointer, Span};
use crate::finding::{self, Finding, Level};
use crate::gate::{self, Accepted, Config, Outcome, Terms, Waivers};
use crate::repair;
use crate::tree::{ArtifactPath, Revision, Tree};

/// The facts of this moment, or of one in which all of a file was understood.
pub(super) enum Facts<'s> {
    Now(&'s Catalog),
    Earlier(Box<Catalog>),
}

impl Deref for Facts<'_> {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        match self {
            Facts::Now(catalog) => catalog,
            Facts::Earlier(catalog) => catalog,
        }
    }
}

/// One moment.
pub(super) struct Snapshot {
    pub place: Place,
    pub catalog: Catalog,
    pub outcome: Outcome,
    pub shown: BTreeMap<ArtifactPath, Shown>,
    config: Config,
    encoding: Encoding,
    /// What single repairs came to, by the finding: each costs as much as a whole check.
    repairs: RefCell<HashMap<String, Option<Revision>>>,
}

impl Snapshot {
    pub(super) fn new(
        place: Place,
        tree: &Tree,
        shown: BTreeMap<ArtifactPath, Shown>,
        limits: &Limits,
        (encoding, today): (Encoding, Date),
        frozen: &mut Frozen,
    ) -> Snapshot {
        let config = gate::read_config(tree, *limits);
        let catalog = catalog::build(tree, &config.layout, &config.limits);
        let mut findings = checks::run(&catalog, |check| !is_about_freezes(check));
        findings.extend(frozen.findings(&catalog).iter().cloned());
        findings.extend(config.findings.iter().cloned());
        let terms = Terms { today, ..Terms::default() };
        let accepted = Accepted::of(&Waivers::read(&catalog), &catalog, None, &terms);
        let outcome = gate::judge(findings, Vec::new(), &catalog, tree, &config.levels, &accepted);
        let repairs = RefCell::default();
        Snapshot { place, catalog, outcome, shown, config, encoding, repairs }
    }

    /// The artifact that a URI names, when it is in the tree.
    pub(super) fn artifact(&self, uri: &Uri) -> Option<ArtifactPath> {
        let path = self.place.artifact(&uri.0)?;
        self.catalog.tree.get(&path).map(|_| path)
    }

    /// What the editor calls an artifact, or will.
    pub(super) fn uri(&self, path: &ArtifactPath) -> Uri {
        Uri(self.shown.get(path).map_or_else(|| self.place.uri(path), |shown| shown.uri.clone()))
    }

    /// The text of an artifact.
    pub(super) fn text(&self, path: &ArtifactPath) -> Option<Text<'_>> {
        let is_marked = self.shown.get(path).is_some_and(|shown| shown.is_marked);
        let artifact = self.catalog.tree.get(path)?;
        Some(Text::new(&artifact.bytes, self.encoding, is_marked))
    }

    /// Whether a file holds something that could be understood.
    pub(super) fn is_document(&self, path: &ArtifactPath) -> bool {
        let item = self.catalog.find(path).and_then(|id| self.catalog.item(id));
        item.is_some_and(|item| item.value().is_some())
    }

    /// The facts with a file as it was before it broke, for what is asked while it is written.
    pub(super) fn facts_around(&self, path: &ArtifactPath) -> Facts<'_> {
        let parsed = self.shown.get(path).and_then(|shown| shown.parsed.clone());
        let Some(parsed) = parsed.filter(|_| !self.is_document(path)) else {
            return Facts::Now(&self.catalog);
        };
        let mut tree = self.catalog.tree.clone();
        tree.artifacts.insert(path.clone(), parsed);
        Facts::Earlier(Box::new(catalog::build_uncompiled(
            &tree,
            &self.config.layout,
            &self.config.limits,
        )))
    }

    /// A byte of an artifact.
    pub(super) fn offset(&self, path: &ArtifactPath, position: Position) -> Option<usize> {
        Some(self.text(path)?.offset(position))
    }

    /// Where the value or the key of a place stands.
    pub(super) fn span(&self, item: ItemId, at: &Pointer, part: Part) -> Option<Span> {
        self.catalog.item(item)?.document.as_ref()?.span(at, part)
    }

    /// A place as the editor opens it.
    pub(super) fn location(&self, item: ItemId, at: &Pointer) -> Location {
        let path = self.catalog.path(item);
        let span = self.span(item, at, Part::Key).filter(|_| !at.is_root()).unwrap_or_default();
        let text = self.text(&path);
        let range = text.map_or_else(Range::default, |text| text.range(text.first_line(span)));
        Location::new(self.uri(&path), range)
    }

    /// What `fix` would make of one finding: nothing when there were more to say afterwards.
    pub(super) fn repaired(&self, finding: &Finding) -> Option<Revision> {
        let key = finding::fingerprint(finding);
        if let Some(known) = self.repairs.borrow().get(&key) {
            return known.clone();
        }
        let tree = &self.catalog.tree;
        let most = self.findings_of(&self.catalog).len();
        let limits = &self.config.limits;
        let revision = repair::repair_one(tree, finding, most, limits, |tree| self.judge(tree));
        self.repairs.borrow_mut().insert(key, revision.clone());
        revision
    }

    /// What `fix` would make of a file without a decision.
    pub(super) fn repaired_file(&self, path: &ArtifactPath) -> Revision {
        let paths = [path.to_string()];
        let wish = repair::Wish { codes: &[], paths: &paths, risky: false };
        let limits = &self.config.limits;
        repair::repair(&self.catalog.tree, &wish, limits, |tree| self.judge(tree)).revision
    }

    fn judge(&self, tree: &Tree) -> Vec<Finding> {
        self.findings_of(&catalog::build(tree, &self.config.layout, &self.config.limits))
    }

    /// Without those about freezes, which no repair touches.
    fn findings_of(&self, catalog: &Catalog) -> Vec<Finding> {
        let mut findings = checks::run(catalog, |check| !is_about_freezes(check));
        findings.retain(|finding| self.config.levels.of(finding.code).0 != Level::Off);
        findings
    }
}
