//! What changed between two trees: every difference with its impact, its reason and, when it breaks, a
//! document that was valid and no longer is.
//!
//! Facts come first (`schema`, `pairs`), rules speak about them (`rules`), and proofs by `subschema` decide
//! what no rule can know. Pure; nothing here knows where the trees come from.

mod api;
mod blame;
mod bump;
mod effects;
mod entries;
mod firmness;
mod node;
mod pairs;
mod roles;
mod rules;
mod schema;
mod settle;
mod words;

pub use bump::{Bump, Step, bumps};
pub use effects::Mode;
pub use pairs::Both;
pub use rules::{CHANGE_RULES, Rule, find};

use std::fmt;

use crate::catalog::{Area, Catalog, Stability};
use crate::document::{Part, canonical_json};
use crate::finding::{Finding, Location};
use crate::tree::ArtifactPath;

/// What a change means to whoever relies on the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nobody notices.
    Patch,
    /// Something is new; what was valid stays valid.
    Minor,
    /// Neither shown to be safe nor to break.
    Unproven,
    /// Somebody may break.
    Major,
}

impl Impact {
    /// Every impact, the worst first.
    pub const ALL: [Impact; 4] = [Impact::Major, Impact::Unproven, Impact::Minor, Impact::Patch];

    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Impact::Patch => "patch",
            Impact::Minor => "minor",
            Impact::Unproven => "unproven",
            Impact::Major => "major",
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whom a change can hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Those who read with the new contract what was written under the old one.
    Backward,
    /// Those who read with the old contract what is written under the new one.
    Forward,
}

impl Direction {
    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Backward => "backward",
            Direction::Forward => "forward",
        }
    }
}

/// One difference between two trees.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it means.
    pub impact: Impact,
    /// The rule, the sentence, the places: the first in the new tree, those of the old one related, under
    /// paths that begin with [`BASE`].
    pub finding: Finding,
    /// Whom it hurts, where that can be said.
    pub direction: Option<Direction>,
    /// The module whose version it concerns; `None` for what all share.
    pub module: Option<String>,
    /// Artifacts that refer to what changed.
    pub affects: Vec<String>,
    /// How firm what it hits was, where that was less than promised.
    pub stability: Option<Stability>,
}

/// What stands before the paths of the old tree.
pub const BASE: &str = "base:";

/// How to compare.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Modes that differ from the usual, by area.
    pub modes: Vec<(Area, Mode)>,
    /// Whether documents hold nothing that their schema does not declare.
    pub declared_only: bool,
    /// Through whose eyes documents are looked at, whatever modes say.
    pub eyes: Option<Eyes>,
}

/// Somebody who relies on a contract and was built against the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Eyes {
    /// It writes what the old contract declares, and must not be refused.
    Writer,
    /// It reads what the new contract lets others write, and skips members that it does not know.
    Reader,
    /// It reads that, and refuses members that it does not know.
    ClosedReader,
}

impl Options {
    /// The mode of an area: backward unless configured.
    pub fn mode(&self, area: Area) -> Mode {
        match self.eyes {
            Some(Eyes::Writer) => return Mode::Backward,
            Some(Eyes::Reader | Eyes::ClosedReader) => return Mode::Forward,
            None => {}
        }
        self.modes.iter().rev().find(|(a, _)| *a == area).map_or(Mode::Backward, |(_, mode)| *mode)
    }
}

/// Every difference from `old` to `new`, worst first within an artifact.
pub fn between(old: &Catalog, new: &Catalog, options: &Options) -> Vec<Change> {
    let both = Both { old, new, options, is_marked: firmness::is_marked(old) };
    let mut changes = schema::changes(&both);
    changes.extend(api::changes(&both));
    for rule in CHANGE_RULES {
        if let rules::Look::Tree(look) = rule.look {
            look(&both, &mut changes);
        }
    }
    rules::tree::document_changed::untold(&both, &mut changes);
    rules::tree::document_unreadable::silence(&mut changes);
    firmness::retell(&mut changes);
    firmness::weigh(&both, &mut changes);
    changes.iter_mut().for_each(|change| blame_owner(&both, change));
    changes.iter_mut().for_each(|change| identify(&both, change));
    changes.sort_by(|a, b| order(a).cmp(&order(b)));
    changes
}

/// What breaks is counted where the promise was made, wherever the file has moved to.
fn blame_owner(both: &Both<'_>, change: &mut Change) {
    if change.impact < Impact::Major && change.impact != Impact::Unproven {
        return;
    }
    let mut before = change.finding.related.iter().filter_map(|related| {
        let path = related.location.artifact.as_str().strip_prefix(BASE)?;
        both.old.item(both.old.find(&ArtifactPath::lossy(path))?)
    });
    if let Some(item) = before.next() {
        change.module.clone_from(&item.module);
    }
}

/// What makes a change the same one tomorrow: where it was, and what stood and stands there.
fn identify(both: &Both<'_>, change: &mut Change) {
    let text = |catalog: &Catalog, location: &Location, path: &str| {
        let item = catalog.find(&ArtifactPath::lossy(path))?;
        canonical_json(catalog.value_at(item, &location.pointer)?)
    };
    let finding = &mut change.finding;
    let mut subject = Vec::new();
    for related in &finding.related {
        if let Some(path) = related.location.artifact.as_str().strip_prefix(BASE) {
            subject.push(related.location.pointer.as_str().to_owned());
            subject.extend(text(both.old, &related.location, path));
        }
    }
    // Around something that is missing, more may change.
    if finding.primary.part == Part::Key {
        subject.extend(text(both.new, &finding.primary, finding.primary.artifact.as_str()));
    }
    if subject.is_empty() {
        subject.push(finding.message.clone());
    }
    finding.subject = subject;
}

fn order(change: &Change) -> (std::cmp::Reverse<Impact>, &Location, &str, &str) {
    let finding = &change.finding;
    (
        std::cmp::Reverse(change.impact),
        &finding.primary,
        finding.code.as_str(),
        finding.message.as_str(),
    )
}
