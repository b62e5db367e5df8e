//! Two trees compared: every change at its place, and the version steps they demand.

use std::collections::BTreeMap;

use super::{Accepted, Config, Item, Level, LevelOrigin, Levels, position};
use crate::catalog::{Catalog, Stability};
use crate::change::{self, BASE, Bump, Change, Eyes, Impact, Step};
use crate::finding::{Code, Finding, Location, fingerprint};
use crate::tree::{ArtifactPath, Tree};

/// What a change adds to its finding.
#[derive(Debug, Clone)]
pub struct ChangeFacts {
    /// What it means.
    pub impact: Impact,
    /// Whom it hurts.
    pub direction: Option<&'static str>,
    /// The module whose version it concerns.
    pub module: Option<String>,
    /// Artifacts that refer to what changed.
    pub affects: Vec<String>,
    /// How firm what it hits was, where that was less than promised: `draft`, `alpha`.
    pub stability: Option<&'static str>,
}

/// The answer to "what changed".
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Changes, worst first, then by place.
    pub items: Vec<Item>,
    /// The steps of every module and, last, of the whole set.
    pub bumps: Vec<Bump>,
}

impl Comparison {
    /// Number of changes of an impact.
    pub fn count(&self, impact: Impact) -> usize {
        let has = |item: &&Item| item.change.as_ref().is_some_and(|c| c.impact == impact);
        self.items.iter().filter(has).count()
    }

    /// The step of the whole set.
    pub fn whole(&self) -> Option<&Bump> {
        self.bumps.iter().find(|bump| bump.module.is_none())
    }
}

/// Compares two trees. The configuration is that of the old one: a change does not judge itself.
///
/// A change that is waived demands no step: it is accepted as it is.
pub fn compare(old: &Catalog, new: &Catalog, config: &Config, accepted: &Accepted) -> Comparison {
    compare_through(old, new, config, accepted, None)
}

/// The same through the eyes of somebody who relies on the contracts.
pub fn compare_through(
    old: &Catalog,
    new: &Catalog,
    config: &Config,
    accepted: &Accepted,
    eyes: Option<Eyes>,
) -> Comparison {
    let changes = change::between(old, new, &change::Options { eyes, ..config.comparing() });
    let mut lines = BTreeMap::new();
    let mut items: Vec<Item> =
        changes.iter().map(|change| item(change.clone(), new, &mut lines)).collect();
    accepted.mark(&mut items, new, &new.tree);
    let demanding = changes.into_iter().zip(&items).map(|(mut change, item)| {
        if item.waived.is_some() {
            change.impact = change.impact.min(Impact::Patch);
        }
        change
    });
    let bumps = change::bumps(&demanding.collect::<Vec<_>>(), old, new);
    Comparison { items, bumps }
}

fn item(
    change: Change,
    new: &Catalog,
    lines: &mut BTreeMap<ArtifactPath, crate::document::LineIndex>,
) -> Item {
    let Change { impact, finding, direction, module, affects, stability } = change;
    let level = match impact {
        Impact::Major | Impact::Unproven => Level::Error,
        Impact::Minor | Impact::Patch => Level::Note,
    };
    let direction = direction.map(change::Direction::name);
    let stability = stability.map(Stability::name);
    let facts = ChangeFacts { impact, direction, module, affects, stability };
    Item {
        level,
        origin: LevelOrigin::Default,
        fingerprint: fingerprint(&finding),
        position: position(&finding.primary, &new.tree, lines),
        finding,
        change: Some(facts),
        waived: None,
    }
}

/// What a gate says of a comparison: breaks that no declared step announces, steps that are too small, and
/// what is not proven. Announced breaks are notes.
pub fn gated(comparison: Comparison, levels: &Levels) -> Vec<Item> {
    let Comparison { items, bumps } = comparison;
    let is_announced = |module: Option<&String>| {
        let own = bumps.iter().find(|b| b.module.as_ref() == module);
        let whole = bumps.iter().find(|b| b.module.is_none());
        let declared = own.and_then(|b| b.declared).or(whole.and_then(|b| b.declared));
        let young = |b: &Bump| b.before.as_ref().is_some_and(|v| v.major == 0);
        let needed = if own.or(whole).is_some_and(young) { Step::Minor } else { Step::Major };
        declared.is_some_and(|declared| declared >= needed)
    };
    let mut found: Vec<Item> = Vec::new();
    let forced: Vec<Finding> = bumps
        .iter()
        .filter_map(|bump| {
            let because = bump.forced_by.iter().take(3).filter_map(|i| items.get(*i));
            bump.finding(because.map(|item| &item.finding))
        })
        .collect();
    for finding in forced {
        let (level, origin) = levels.of(finding.code);
        let fingerprint = fingerprint(&finding);
        found.push(Item {
            finding,
            level,
            origin,
            fingerprint,
            position: None,
            change: None,
            waived: None,
        });
    }
    for mut item in items {
        let Some(facts) = &item.change else { continue };
        // A rule that came after the edition that is pinned judges nothing yet.
        if !levels.edition.knows(item.finding.code.as_str()) {
            continue;
        }
        item.level = match facts.impact {
            Impact::Unproven => Level::Error,
            Impact::Major if item.waived.is_some() => Level::Error,
            Impact::Major if is_announced(facts.module.as_ref()) => Level::Note,
            Impact::Major => Level::Error,
            Impact::Minor | Impact::Patch => continue,
        };
        (item.level, item.origin) = configured(item.finding.code, item.level, levels);
        found.push(item);
    }
    found.retain(|item| item.level != Level::Off);
    found
}

/// The level that the configuration gives a code, or else `usual`.
fn configured(code: Code, usual: Level, levels: &Levels) -> (Level, LevelOrigin) {
    match levels.configured.get(code.as_str()) {
        Some(level) => (*level, LevelOrigin::Config),
        None => (usual, LevelOrigin::Default),
    }
}

/// The new tree, and beside it the old one under paths that begin with [`BASE`]: where both are shown.
pub fn side_by_side(old: &Tree, new: &Tree) -> Tree {
    let mut both = new.clone();
    let before = old
        .artifacts
        .iter()
        .map(|(path, artifact)| (ArtifactPath::lossy(&format!("{BASE}{path}")), artifact.clone()));
    both.artifacts.extend(before);
    both
}

/// Whether a place is one of the old tree.
pub fn is_before(location: &Location) -> bool {
    location.artifact.as_str().starts_with(BASE)
}

/// A path as both trees have it.
pub fn without_side(path: &ArtifactPath) -> &str {
    path.as_str().strip_prefix(BASE).unwrap_or(path.as_str())
}
