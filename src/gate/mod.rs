//! The gate judges findings: level, place, order, verdict. Pure and final: what it answers is decided
//! before the first byte is printed.

mod compare;
mod config;
mod edition;
mod laws;
mod level;
mod rule;
mod verdict;
mod waivers;
mod weakened;

pub use compare::{
    ChangeFacts, Comparison, compare, compare_through, gated, is_before, side_by_side, without_side,
};
pub use config::{Config, read as read_config};
pub use edition::newest_edition;
pub use laws::{judge_laws, judged_laws};
pub use level::{LevelOrigin, Levels};
pub use rule::explained;
pub use verdict::Verdict;
pub use waivers::{
    ABSENT, Accepted, NAMESPACE as WAIVER_NAMESPACE, Terms, Waived, Waiver, Waivers,
    is_beyond_waiving, newest_freeze, waived_artifact, waived_content,
};
pub use weakened::{Side, weakened, weakened_laws};

pub use crate::change::{Bump, Eyes, Impact, Step};

use std::collections::{BTreeMap, HashSet};

use crate::catalog::Catalog;
use crate::document::{LineIndex, Position};
use crate::finding::{Finding, Level, Location, fingerprint};
use crate::tree::{ArtifactPath, Tree};

/// A judged finding.
#[derive(Debug, Clone)]
pub struct Item {
    /// What a rule said, with all spans filled in.
    pub finding: Finding,
    /// Its level.
    pub level: Level,
    /// Who set the level.
    pub origin: LevelOrigin,
    /// Its identity over time.
    pub fingerprint: String,
    /// First and last position of the primary location; `None` for artifacts without text.
    pub position: Option<(Position, Position)>,
    /// For a change: what it means.
    pub change: Option<ChangeFacts>,
    /// Who has accepted it, and until when; it is shown and does not count.
    pub waived: Option<Waived>,
}

impl Item {
    /// What stands before the code in reports: that it is waived, the impact of a change, or the level.
    pub fn word(&self) -> &'static str {
        if self.waived.is_some() {
            return "waived";
        }
        self.change.as_ref().map_or(self.level.name(), |change| change.impact.name())
    }
}

/// How many of what were looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Artifacts read.
    pub artifacts: usize,
    /// Schemas among them.
    pub schemas: usize,
    /// Example instances checked against a schema.
    pub examples: usize,
    /// Bytes read.
    pub bytes: u64,
}

/// The gate's answer.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Findings, worst first, then by place.
    pub items: Vec<Item>,
    /// What follows from them.
    pub verdict: Verdict,
    /// What was looked at.
    pub counts: Counts,
    /// What the changes demand of the version of the whole set, where trees were compared.
    pub bump: Option<Bump>,
}

impl Outcome {
    /// What this outcome has and an earlier one had not, judged by itself.
    #[must_use]
    pub fn beyond(self, earlier: &Outcome) -> Outcome {
        let known: HashSet<&str> =
            earlier.items.iter().map(|item| item.fingerprint.as_str()).collect();
        let is_new = |item: &Item| !known.contains(item.fingerprint.as_str());
        let items: Vec<Item> = self.items.into_iter().filter(is_new).collect();
        Outcome { verdict: Verdict::of(&items), items, ..self }
    }

    /// Number of findings of a level that nobody has waived.
    pub fn count(&self, level: Level) -> usize {
        let counts = |item: &&Item| item.level == level && item.waived.is_none();
        self.items.iter().filter(counts).count()
    }

    /// Number of findings that somebody has accepted.
    pub fn waived(&self) -> usize {
        self.items.iter().filter(|item| item.waived.is_some()).count()
    }
}

/// Judges findings about a tree, and what a comparison with another, or laws, have brought. `texts` has
/// whatever findings point to.
pub fn judge(
    findings: Vec<Finding>,
    compared: Vec<Item>,
    catalog: &Catalog,
    texts: &Tree,
    levels: &Levels,
    accepted: &Accepted,
) -> Outcome {
    let mut lines: BTreeMap<ArtifactPath, LineIndex> = BTreeMap::new();
    let mut items: Vec<Item> = Vec::new();
    let add = |items: &mut Vec<Item>, mut finding: Finding| {
        let (level, origin) = levels.of(finding.code);
        if level == Level::Off {
            return;
        }
        locate(&mut finding.primary, catalog);
        for related in &mut finding.related {
            locate(&mut related.location, catalog);
        }
        let fingerprint = fingerprint(&finding);
        items.push(Item {
            level,
            origin,
            fingerprint,
            position: None,
            finding,
            change: None,
            waived: None,
        });
    };
    findings.into_iter().for_each(|finding| add(&mut items, finding));
    items.extend(compared);
    accepted.mark(&mut items, catalog, texts);
    for finding in accepted.remarks(&items, catalog, texts) {
        add(&mut items, finding);
    }
    for item in items.iter_mut().filter(|item| item.position.is_none()) {
        item.position = position(&item.finding.primary, texts, &mut lines);
    }
    outcome(items, counts(catalog))
}

/// Sorted, without repetitions, with the verdict that follows.
fn outcome(mut items: Vec<Item>, counts: Counts) -> Outcome {
    items.sort_by(|a, b| order(a).cmp(&order(b)));
    items.dedup_by(|a, b| a.fingerprint == b.fingerprint && a.finding == b.finding);
    let verdict = Verdict::of(&items);
    Outcome { items, verdict, counts, bump: None }
}

fn order(item: &Item) -> (std::cmp::Reverse<Level>, &ArtifactPath, u32, &str, &str) {
    let finding = &item.finding;
    let start = finding.primary.span.map_or(0, |span| span.start);
    (
        std::cmp::Reverse(item.level),
        &finding.primary.artifact,
        start,
        finding.code.as_str(),
        &finding.message,
    )
}

/// Turns a pointer into bytes, once.
fn locate(location: &mut Location, catalog: &Catalog) {
    if location.span.is_some() {
        return;
    }
    let item = catalog.find(&location.artifact).and_then(|id| catalog.item(id));
    let document = item.and_then(|item| item.document.as_ref());
    location.span = document.and_then(|d| d.span(&location.pointer, location.part));
}

fn position(
    location: &Location,
    texts: &Tree,
    lines: &mut BTreeMap<ArtifactPath, LineIndex>,
) -> Option<(Position, Position)> {
    let bytes = &texts.get(&location.artifact)?.bytes;
    let span = location.span?;
    let index = lines.entry(location.artifact.clone()).or_insert_with(|| LineIndex::new(bytes));
    Some(index.positions(bytes, span))
}

fn counts(catalog: &Catalog) -> Counts {
    use crate::catalog::Partner;
    let checked = catalog.examples.iter().filter(|e| match &e.partner {
        Partner::Schema(schema, _) => catalog.validators.get(*schema).is_some(),
        _ => false,
    });
    Counts {
        artifacts: catalog.items.len(),
        schemas: catalog.schemas.len(),
        examples: checked.map(|e| e.cases.len()).sum(),
        bytes: catalog.tree.artifacts.values().map(|a| a.bytes.len() as u64).sum(),
    }
}
