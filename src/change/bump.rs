//! The step of a version that changes demand, and the one that is declared.

use std::fmt;

use super::rules::version::bump_too_small;
use super::{Change, Impact};
use crate::catalog::{Catalog, Stability, Versions};
use crate::document::Part;
use crate::finding::{Finding, Location};

/// A step from one version to the next (Semantic Versioning 2.0.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The version is what it was.
    None,
    /// Fixes only.
    Patch,
    /// Additions.
    Minor,
    /// Breaks.
    Major,
}

impl Step {
    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Step::None => "none",
            Step::Patch => "patch",
            Step::Minor => "minor",
            Step::Major => "major",
        }
    }

    /// The step that a change demands.
    pub fn of(impact: Impact) -> Step {
        match impact {
            Impact::Patch => Step::Patch,
            Impact::Minor => Step::Minor,
            // What is not proven is settled otherwise; it demands no version of its own.
            Impact::Unproven => Step::Patch,
            Impact::Major => Step::Major,
        }
    }

    /// The step that changes demand of a version.
    pub fn required(impacts: impl Iterator<Item = Impact>, before: &semver::Version) -> Step {
        let largest = impacts.map(Step::of).max().unwrap_or(Step::None);
        // Below 1.0.0 anything may break with a minor version (Semantic Versioning 2.0.0, section 4).
        if before.major == 0 { largest.min(Step::Minor) } else { largest }
    }

    /// The smallest version that this step leads to.
    pub fn after(self, before: &semver::Version) -> semver::Version {
        let semver::Version { major, minor, patch, .. } = *before;
        match self {
            Step::None => before.clone(),
            // A pre-release of the version itself comes before it.
            _ if !before.pre.is_empty() => semver::Version::new(major, minor, patch),
            Step::Patch => semver::Version::new(major, minor, patch + 1),
            Step::Minor => semver::Version::new(major, minor + 1, 0),
            Step::Major => semver::Version::new(major + 1, 0, 0),
        }
    }

    /// The step from one version to a larger one.
    pub fn between(old: &semver::Version, new: &semver::Version) -> Step {
        if new.cmp_precedence(old) != std::cmp::Ordering::Greater {
            Step::None
        } else if new.major != old.major {
            Step::Major
        } else if new.minor != old.minor {
            Step::Minor
        } else {
            Step::Patch
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the version of a module, or of the whole set, should do and does.
#[derive(Debug, Clone)]
pub struct Bump {
    /// The module; `None` for the whole set.
    pub module: Option<String>,
    /// The declared version before.
    pub before: Option<semver::Version>,
    /// The declared version after.
    pub after: Option<semver::Version>,
    /// The step that the changes demand.
    pub required: Step,
    /// The step that is declared; `None` when one of the versions is missing.
    pub declared: Option<Step>,
    /// The changes that force it, by their places in the list that was given.
    pub forced_by: Vec<usize>,
    /// Where the version stands in the new tree.
    at: Option<Location>,
}

/// The command that declares it; whoever knows what was compared with writes it for `REF`.
const WRITE: &str = "contract-guard bump --against REF --write";

impl Bump {
    /// Whether the declared step is too small.
    pub fn is_too_small(&self) -> bool {
        match (self.declared, &self.before) {
            (Some(declared), _) => declared < self.required,
            // A version that was declared and is not any more.
            (None, Some(_)) => self.after.is_none() && self.required > Step::None,
            (None, None) => false,
        }
    }

    /// The smallest version that would do.
    pub fn wanted(&self) -> Option<semver::Version> {
        Some(self.required.after(self.before.as_ref()?))
    }

    /// The finding about a step that is too small. `because` are findings of changes that force it.
    pub fn finding<'f>(&self, because: impl Iterator<Item = &'f Finding>) -> Option<Finding> {
        if !self.is_too_small() {
            return None;
        }
        let of = self.module.as_ref().map_or("the set".to_owned(), |m| format!("module `{m}`"));
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        let message = format!(
            "version of {of} went from {before} to {after}, but the changes demand a {} step",
            self.required
        );
        let mut finding = Finding::new(bump_too_small::CODE, message, self.at.clone()?)
            .label("declared here")
            .about(self.module.clone().unwrap_or_default());
        for cause in because {
            finding = finding.related(cause.primary.clone(), cause.message.clone());
        }
        let wanted =
            self.wanted().map_or("a larger version".to_owned(), |v| format!("{v} or larger"));
        Some(finding.help(format!("declare {wanted}: `{WRITE}` does it")))
    }
}

/// The steps of every module and, last, of the whole set.
pub fn bumps(changes: &[Change], old: &Catalog, new: &Catalog) -> Vec<Bump> {
    let mut modules: Vec<Option<&str>> =
        new.versions.iter().filter_map(|v| v.folder.as_deref()).map(Some).collect();
    modules.sort_unstable();
    modules.dedup();
    modules.push(None);
    modules.into_iter().map(|module| bump(module, changes, old, new)).collect()
}

fn bump(module: Option<&str>, changes: &[Change], old: &Catalog, new: &Catalog) -> Bump {
    let all = |catalog: &Catalog| -> Vec<Versions> {
        let own = catalog.versions.iter().filter(|v| v.folder.as_deref() == module);
        own.cloned().collect()
    };
    // Of several files none can announce more than another.
    let was = all(old).into_iter().max_by(|a, b| a.current.version.cmp(&b.current.version));
    let is = all(new).into_iter().min_by(|a, b| a.current.version.cmp(&b.current.version));
    let before = was.and_then(|v| v.current.version);
    let after = is.as_ref().and_then(|v| v.current.version.clone());
    let concerns = |change: &Change| module.is_none() || change.module.as_deref() == module;
    // What a module below 1.0.0 breaks it never promised, and neither did the set.
    let is_young = |change: &Change| {
        let own = |v: &&Versions| change.module.is_some() && v.folder == change.module;
        let version = old.versions.iter().find(own).and_then(|v| v.current.version.as_ref());
        version.is_some_and(|version| version.major == 0)
    };
    let step_of = |change: &Change| match Step::of(change.impact) {
        _ if change.stability == Some(Stability::Draft) => Step::None,
        Step::Major if is_young(change) => Step::Minor,
        step => step,
    };
    let steps = || changes.iter().enumerate().filter(|(_, c)| concerns(c));
    let largest = steps().map(|(_, c)| step_of(c)).max().unwrap_or(Step::None);
    let forced_by = match largest {
        Step::None => Vec::new(),
        step => steps().filter(|(_, c)| step_of(c) == step).map(|(i, _)| i).collect(),
    };
    // Below 1.0.0 anything may break with a minor version (Semantic Versioning 2.0.0, section 4).
    let is_below_one = before.as_ref().is_some_and(|before| before.major == 0);
    let required = if is_below_one { largest.min(Step::Minor) } else { largest };
    let declared = before.as_ref().zip(after.as_ref()).map(|(a, b)| Step::between(a, b));
    let at = is.and_then(|v| {
        let item = new.item(v.item)?;
        let span = item.document.as_ref()?.span(&v.current.at, Part::Value);
        Some(Location { span, ..Location::value(&item.path, v.current.at.clone()) })
    });
    Bump { module: module.map(str::to_owned), before, after, required, declared, forced_by, at }
}
