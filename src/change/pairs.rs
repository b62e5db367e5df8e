//! What belongs together in two trees: files, and pairs of schema nodes, about which rules propose changes.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::node::Node;
use super::{BASE, Change, Direction, Impact, Options};
use crate::catalog::{Catalog, Item, ItemId, Kind, RootId};
use crate::document::{Part, Pointer, Value};
use crate::finding::{Code, Finding, Location};
use crate::tree::ArtifactPath;

pub(super) use super::node::Place;

/// Two trees, side by side.
pub struct Both<'c> {
    /// The one before.
    pub old: &'c Catalog,
    /// The one after.
    pub new: &'c Catalog,
    /// How to compare.
    pub options: &'c Options,
    /// Whether the old tree says anywhere how firm something is.
    pub is_marked: bool,
}

impl Both<'_> {
    /// A place of the new tree.
    pub(super) fn now(&self, item: ItemId, at: &Pointer, part: Part) -> Location {
        located(self.new, item, at, part, "")
    }

    /// A place of the old tree.
    pub(super) fn was(&self, item: ItemId, at: &Pointer, part: Part) -> Location {
        located(self.old, item, at, part, BASE)
    }

    /// A change at a place of the new tree.
    pub(super) fn change(
        &self,
        impact: Impact,
        code: Code,
        message: String,
        at: Location,
    ) -> Change {
        let module = self.module_of(&at.artifact);
        Change {
            impact,
            finding: Finding::new(code, message, at),
            direction: None,
            module,
            affects: Vec::new(),
            stability: None,
        }
    }

    fn module_of(&self, path: &ArtifactPath) -> Option<String> {
        let find = |catalog: &Catalog| {
            catalog.find(path).and_then(|id| catalog.item(id)).map(|item| item.module.clone())
        };
        find(self.new).or_else(|| find(self.old)).flatten()
    }

    /// Files of a kind that both trees have, by path or, for schemas, by `$id`.
    pub(super) fn common(&self, is_wanted: impl Fn(Kind) -> bool) -> Vec<(ItemId, ItemId)> {
        let all = self.new.items.iter().enumerate().filter(|(_, item)| is_wanted(item.kind));
        let mut found = Vec::new();
        for (new, item) in all {
            let before = self.before(new, item);
            found.extend(before.map(|old| (old, new)));
        }
        found
    }

    fn before(&self, new: ItemId, item: &Item) -> Option<ItemId> {
        if let Some(old) = self.old.find(&item.path) {
            return self.old.item(old).filter(|old| old.kind == item.kind).map(|_| old);
        }
        let id = absolute_id(self.new, new)?;
        let moved = |old: &ItemId| {
            absolute_id(self.old, *old) == Some(id) && self.new.find(&self.old.path(*old)).is_none()
        };
        self.old.schemas.keys().copied().find(moved)
    }

    /// Files of a kind that only the old tree has.
    pub(super) fn removed(&self, is_wanted: impl Fn(Kind) -> bool) -> Vec<ItemId> {
        let kept: BTreeSet<ItemId> =
            self.common(&is_wanted).into_iter().map(|(old, _)| old).collect();
        let all = self.old.items.iter().enumerate();
        all.filter(|(id, item)| is_wanted(item.kind) && !kept.contains(id))
            .map(|(id, _)| id)
            .collect()
    }

    /// Files of a kind that only the new tree has.
    pub(super) fn added(&self, is_wanted: impl Fn(Kind) -> bool) -> Vec<ItemId> {
        let kept: BTreeSet<ItemId> =
            self.common(&is_wanted).into_iter().map(|(_, new)| new).collect();
        let all = self.new.items.iter().enumerate();
        all.filter(|(id, item)| is_wanted(item.kind) && !kept.contains(id))
            .map(|(id, _)| id)
            .collect()
    }
}

/// The absolute `$id` of a schema file.
pub(super) fn absolute_id(catalog: &Catalog, item: ItemId) -> Option<&str> {
    match &catalog.schemas.get(&item)?.id {
        RootId::Absolute(id) => Some(id),
        _ => None,
    }
}

fn located(catalog: &Catalog, item: ItemId, at: &Pointer, part: Part, prefix: &str) -> Location {
    let path = catalog.path(item);
    let span = catalog
        .item(item)
        .and_then(|item| item.document.as_ref())
        .and_then(|document| document.span(at, part));
    let artifact =
        if prefix.is_empty() { path } else { ArtifactPath::lossy(&format!("{prefix}{path}")) };
    Location { artifact, pointer: at.clone(), part, span }
}

/// A node before and after.
pub(super) struct SchemaPair<'b, 'c> {
    pub both: &'b Both<'c>,
    pub old: Node<'c>,
    pub new: Node<'c>,
    /// Which part of the document it is about: `/title`, `/items/*`; empty for the whole.
    pub path: String,
    /// Whether it is one of several that may hold for that part.
    pub is_alternative: bool,
    /// What the schema is of: `the document`, `the request of ...`.
    pub about: &'b str,
}

/// What decides the impact of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// The rule.
    Fixed(Impact),
    /// The rule, unless the documents say worse.
    AtLeast(Impact),
    /// The documents that cease to be valid; by itself it lets no others in.
    Narrows,
    /// The documents that become valid; by itself it shuts none out.
    Widens,
    /// The documents that become or cease to be valid.
    Either,
}

/// What alone must be changed in the old node to see what a change does by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edit {
    /// A keyword gets its new value.
    Keyword(&'static str),
    /// A property is declared.
    With(String),
    /// A property is declared no more.
    Without(String),
    /// A condition (`if`, `then` and `else`) is another, or gone, or new.
    Condition(Option<Map<String, Json>>, Option<Map<String, Json>>),
    /// It cannot be told apart from the rest of the node.
    Whole,
}

/// A change that a rule proposes.
pub(super) struct Proposal {
    pub nature: Nature,
    pub edit: Edit,
    pub change: Change,
    /// Which part of the document it is about, in words: empty for the whole, `None` for what may hold of a
    /// part and need not.
    pub part: Option<String>,
    /// The nodes that it is about.
    pub old: Place,
    pub new: Place,
}

impl Proposal {
    /// Whether its impact is settled whatever the documents say.
    pub(super) fn is_said(&self) -> bool {
        matches!(self.nature, Nature::Fixed(Impact::Patch))
    }
}

impl SchemaPair<'_, '_> {
    /// Whether both say of what type a value is, and no value has both.
    pub(super) fn is_another_type(&self) -> bool {
        let types = |node: &Node<'_>| -> Option<Vec<String>> {
            let (_, value) = node.first("type")?;
            let all =
                value.as_str().into_iter().chain(value.items().iter().filter_map(Value::as_str));
            Some(
                all.map(|name| if name == "integer" { "number" } else { name }.to_owned())
                    .collect(),
            )
        };
        match (types(&self.old), types(&self.new)) {
            (Some(a), Some(b)) => {
                !a.is_empty() && !b.is_empty() && a.iter().all(|t| !b.contains(t))
            }
            _ => false,
        }
    }

    fn part(&self) -> String {
        self.path.trim_start_matches('/').replace("/*", "[]").replace('/', ".")
    }

    /// The part of the document, in words.
    pub(super) fn subject(&self) -> String {
        let path = self.part();
        match (path.as_str(), self.about) {
            ("", about) => about.to_owned(),
            (path, "the document") => format!("`{path}`"),
            (path, about) => format!("`{path}` in {about}"),
        }
    }

    /// The keyword of the new node in which something of the old one is missing.
    fn holder(&self, (_, was): &Place) -> Option<Place> {
        let holder = was.parent()?;
        let keyword = holder.tokens().last()?;
        self.new.first(&keyword).map(|(place, _)| place)
    }

    /// Proposes a change: at `now` in the new tree, and `was` in the old one.
    pub(super) fn propose(
        &self,
        (nature, edit): (Nature, Edit),
        code: Code,
        message: String,
        now: Option<Place>,
        was: Option<Place>,
    ) -> Proposal {
        let part = Part::Key;
        let label = if now.is_some() { "changed here" } else { "missing here" };
        let at = now.or_else(|| self.holder(was.as_ref()?));
        let location = match at {
            Some((item, at)) => self.both.now(item, &at, part),
            None => {
                let (item, at) = self.new.place();
                self.both.now(item, &at, Part::Value)
            }
        };
        let impact = match nature {
            Nature::Fixed(impact) | Nature::AtLeast(impact) => impact,
            Nature::Narrows | Nature::Widens | Nature::Either => Impact::Patch,
        };
        let subject = format!("{} {message}", self.path);
        let mut change = self.both.change(impact, code, message, location);
        change.finding = change.finding.label(label).about(subject);
        if let Some((item, at)) = was {
            let was = self.both.was(item, &at, part);
            change.finding = change.finding.related(was, "it was");
        }
        if impact == Impact::Major {
            change.direction = Some(Direction::Backward);
        }
        // What one of several alternatives accepts, another may have accepted all the same.
        let part = (!self.is_alternative).then(|| self.part());
        Proposal { nature, edit, change, part, old: self.old.place(), new: self.new.place() }
    }
}
