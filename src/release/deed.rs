//! A release as a whole: which versions it gives, and everything that has to say so.

use std::fmt;

use semver::Version;

use super::{Consumers, below, changelog, migration, versions};
use crate::catalog::{Catalog, ItemId, Kind, Versions};
use crate::document::{Rewrite, Syntax, Unwritable};
use crate::gate::{Bump, Comparison, Impact, Item, Step};
use crate::migrate;
use crate::tree::{ArtifactPath, Revision};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wish<'w> {
    /// The step that is meant; `None` for the version that is declared, or the smallest that will do.
    pub step: Option<Step>,
    /// What it is for.
    pub summary: &'w str,
    /// The module that the step is about; `None` for the whole set.
    pub module: Option<&'w str>,
    /// A pre-release, such as `rc`.
    pub pre: Option<&'w str>,
    /// The day, as `2026-11-21`.
    pub date: &'w str,
    /// Whether the version must be declared already.
    pub declared_only: bool,
    /// Whether documents that name the version are made to agree.
    pub restate: bool,
    /// The freeze that the contracts were taken back to.
    pub rollback: Option<&'w str>,
}

/// The set, or one of its modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The whole set.
    Set,
    /// A module.
    Module(String),
}

impl Scope {
    /// The module, if it is one.
    pub fn module(&self) -> Option<&str> {
        match self {
            Scope::Set => None,
            Scope::Module(name) => Some(name),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Set => f.write_str("the set"),
            Scope::Module(name) => write!(f, "module `{name}`"),
        }
    }
}

/// A version that is given.
#[derive(Debug, Clone)]
pub struct Raised {
    /// To whom.
    pub scope: Scope,
    /// The version before; `None` where there was none.
    pub from: Option<Version>,
    /// The new one.
    pub to: Version,
    /// The step between them.
    pub step: Step,
}

/// A release, planned.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The version of the set.
    pub version: Version,
    /// What it is for.
    pub summary: String,
    /// All versions that are given; the set last.
    pub raised: Vec<Raised>,
    /// What is written.
    pub revision: Revision,
}

/// Why there is no release.
#[derive(Debug, Clone)]
pub struct Blocked {
    /// One sentence.
    pub message: String,
    /// What it is about, a line each.
    pub details: Vec<String>,
    /// What to do.
    pub help: String,
}

impl Blocked {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Blocked { message: message.into(), details: Vec::new(), help: help.into() }
    }
}

/// What is known of before.
pub struct Before<'b> {
    /// Version of the newest freeze.
    pub version: &'b Version,
    /// Its tree.
    pub catalog: &'b Catalog,
    /// What has changed since.
    pub comparison: &'b Comparison,
    /// Who relies on what.
    pub consumers: &'b Consumers,
}

/// Plans a release of `tree`. `before` is the newest freeze and what has changed since; `None` when nothing
/// was ever frozen.
pub fn plan(
    new: &Catalog,
    before: Option<&Before<'_>>,
    wish: &Wish<'_>,
) -> Result<Planned, Blocked> {
    let job = Job { new, before, wish };
    let set = job.set()?;
    let mut raised = job.modules()?;
    raised.push(set.clone());
    let summary = job.summary();
    let mut planned =
        Planned { version: set.to.clone(), summary, raised, revision: Revision::default() };
    for raised in planned.raised.clone() {
        job.write(&raised, &mut planned.revision)?;
    }
    job.write_changelog(&set, &mut planned.revision)?;
    Ok(planned)
}

struct Job<'j> {
    new: &'j Catalog,
    before: Option<&'j Before<'j>>,
    wish: &'j Wish<'j>,
}

impl Job<'_> {
    fn versions(&self, module: Option<&str>) -> Option<&Versions> {
        self.new.versions.iter().find(|v| v.folder.as_deref() == module)
    }

    fn bump(&self, module: Option<&str>) -> Option<&Bump> {
        self.before?.comparison.bumps.iter().find(|b| b.module.as_deref() == module)
    }

    /// What the release is for: as wished, or as the history says of the version that is declared.
    fn summary(&self) -> String {
        let told = || {
            let versions = self.versions(None)?;
            let newest = self.new.item(versions.item)?.value()?.get("history")?.items().first()?;
            newest.str_at("summary").map(str::to_owned)
        };
        match self.wish.summary {
            "" if self.wish.declared_only => told().unwrap_or_default(),
            summary => summary.to_owned(),
        }
    }

    /// The version of the set.
    fn set(&self) -> Result<Raised, Blocked> {
        let declared = self.versions(None).and_then(|v| v.current.version.clone());
        if let Some(versions) = self.versions(None).filter(|v| v.current.version.is_none()) {
            let path = self.new.path(versions.item);
            let written = versions.current.text.as_deref().unwrap_or_default();
            let message = format!("`{path}` declares no version that can be read: `{written}`");
            return Err(Blocked::new(message, "write a version such as `\"1.0.0\"`"));
        }
        let Some(before) = self.before else { return Ok(self.first(declared)) };
        let from = self.bump(None).and_then(|b| b.before.clone());
        let from = from.unwrap_or_else(|| before.version.clone()).max(before.version.clone());
        let required = self.required(&from);
        let step = self.step(None, &from, declared.as_ref(), required)?;
        let to = self.target(step, &from, declared.as_ref());
        Ok(Raised { scope: Scope::Set, step: Step::between(&from, &to), from: Some(from), to })
    }

    /// The first freeze: whatever is declared, or the step after it.
    fn first(&self, declared: Option<Version>) -> Raised {
        let from = declared.clone().unwrap_or_else(|| Version::new(0, 0, 0));
        let to = match self.wish.step {
            Some(step) => self.pre(step.after(&from), None),
            None if declared.is_some() => from.clone(),
            None => Version::new(0, 1, 0),
        };
        Raised { scope: Scope::Set, step: Step::between(&from, &to), from: declared, to }
    }

    /// The step that changes demand of the set.
    fn required(&self, from: &Version) -> Step {
        let items = self.before.map(|b| b.comparison.items.as_slice()).unwrap_or_default();
        let impacts = items.iter().filter_map(|item| item.change.as_ref()).map(|c| c.impact);
        Step::required(impacts, from)
    }

    /// The step to make, or why it is refused.
    fn step(
        &self,
        module: Option<&str>,
        from: &Version,
        declared: Option<&Version>,
        required: Step,
    ) -> Result<Step, Blocked> {
        let scope = module.map_or("the set".to_owned(), |m| format!("module `{m}`"));
        let made = declared
            .map_or(Step::None, |d| if d > from { Step::between(from, d) } else { Step::None });
        // A step of a module is one of the set, too, but the set may make a larger one.
        let own = self.wish.module == module;
        let wanted = match self.wish.step {
            Some(step) if own => step,
            Some(step) if module.is_none() => required.max(made).max(step),
            _ => required.max(made),
        };
        if self.wish.declared_only && (made == Step::None || made < required) {
            let to = required.max(Step::Patch).after(from);
            let declared = declared.map_or("nothing".to_owned(), ToString::to_string);
            let message = format!(
                "{scope} is at {from}, and what is declared is {declared}; the changes demand a {} step",
                required.max(Step::Patch)
            );
            let mut blocked = Blocked::new(
                message,
                format!(
                    "`contract-guard bump --write` declares {to}; `contract-guard workflow` does all of it"
                ),
            );
            blocked.details = self.forcing(required);
            return Err(blocked);
        }
        if wanted < required {
            let word = if own { wanted.to_string() } else { "smaller".to_owned() };
            let mut blocked = Blocked::new(
                format!(
                    "{scope} cannot make a {word} step from {from}: the changes demand a {required} one"
                ),
                format!(
                    "run `contract-guard workflow {required} \"...\"`, which gives {}; or take these changes back",
                    required.after(from)
                ),
            );
            blocked.details = self.forcing(required);
            return Err(blocked);
        }
        if made > wanted {
            let declared = declared.map_or(String::new(), ToString::to_string);
            return Err(Blocked::new(
                format!("{scope} declares {declared} already, a {made} step from {from}"),
                format!(
                    "run `contract-guard release` for {declared}, or `contract-guard workflow {made} \"...\"`; or write {from} again"
                ),
            ));
        }
        self.proven(wanted, from)?;
        Ok(wanted)
    }

    /// What is not proven to be safe is released as a break, or not at all.
    fn proven(&self, step: Step, from: &Version) -> Result<(), Blocked> {
        let largest = if from.major == 0 { Step::Minor } else { Step::Major };
        let open: Vec<String> = self.lines(|impact| impact == Impact::Unproven);
        if open.is_empty() || step >= largest {
            return Ok(());
        }
        let mut blocked = Blocked::new(
            format!("it is not proven that a {step} step is enough"),
            format!("write it in a way that can be proven, or release it as a {largest} step"),
        );
        blocked.details = open;
        Err(blocked)
    }

    fn forcing(&self, required: Step) -> Vec<String> {
        // Below 1.0.0 a break demands a minor step.
        self.lines(|impact| Step::of(impact) >= required)
    }

    fn lines(&self, is_wanted: impl Fn(Impact) -> bool) -> Vec<String> {
        let items = self.before.map(|b| b.comparison.items.as_slice()).unwrap_or_default();
        let lines = items.iter().filter(|i| i.change.as_ref().is_some_and(|c| is_wanted(c.impact)));
        let line =
            |item: &Item| format!("{}: {}", item.finding.primary.artifact, item.finding.message);
        lines.take(8).map(line).collect()
    }

    /// The version that a step leads to; the one that is declared, where it is that step.
    fn target(&self, step: Step, from: &Version, declared: Option<&Version>) -> Version {
        // Without a wish and without a change there is nothing to raise.
        let step = if self.wish.step.is_some() { step.max(Step::Patch) } else { step };
        if step == Step::None {
            return from.clone();
        }
        let is_done = self.wish.pre.is_none() || self.wish.declared_only;
        let fits = |declared: &&Version| {
            is_done && *declared > from && Step::between(from, declared) == step
        };
        match declared.filter(fits) {
            Some(declared) => declared.clone(),
            None => self.pre(step.after(from), Some(from)),
        }
    }

    /// The next pre-release of a version, where one is asked for.
    fn pre(&self, version: Version, from: Option<&Version>) -> Version {
        let Some(name) = self.wish.pre else { return version };
        let number = from
            .filter(|f| {
                (f.major, f.minor, f.patch) == (version.major, version.minor, version.patch)
            })
            .and_then(|f| f.pre.as_str().strip_prefix(name)?.strip_prefix('.')?.parse::<u64>().ok())
            .map_or(1, |n| n + 1);
        let pre = semver::Prerelease::new(&format!("{name}.{number}"));
        Version { pre: pre.unwrap_or(semver::Prerelease::EMPTY), ..version }
    }

    /// Versions of modules that must be raised, or are meant.
    fn modules(&self) -> Result<Vec<Raised>, Blocked> {
        if let Some(module) = self.wish.module.filter(|m| self.versions(Some(m)).is_none()) {
            let known: Vec<&str> =
                self.new.versions.iter().filter_map(|v| v.folder.as_deref()).collect();
            let help = match known.is_empty() {
                true => "no module has a `versions.yaml`".to_owned(),
                false => format!("modules with a `versions.yaml` are {}", known.join(", ")),
            };
            return Err(Blocked::new(format!("there is no version of a module `{module}`"), help));
        }
        let mut raised = Vec::new();
        for versions in &self.new.versions {
            let Some(module) = versions.folder.as_deref() else { continue };
            let Some(declared) = versions.current.version.clone() else { continue };
            let bump = self.bump(Some(module));
            let is_meant = self.wish.module == Some(module);
            let Some(from) = bump.and_then(|b| b.before.clone()) else {
                // New, and as it declares itself.
                continue;
            };
            let required = bump.map_or(Step::None, |b| b.required);
            if required == Step::None && !is_meant {
                continue;
            }
            let step = self.step(Some(module), &from, Some(&declared), required)?;
            let to = self.target(step, &from, Some(&declared));
            let scope = Scope::Module(module.to_owned());
            raised.push(Raised { scope, step: Step::between(&from, &to), from: Some(from), to });
        }
        Ok(raised)
    }

    /// The breaks that a version of a scope has to tell of.
    fn breaks(&self, scope: &Scope) -> Vec<&Item> {
        let items = self.before.map(|b| b.comparison.items.as_slice()).unwrap_or_default();
        let concerns = |item: &&Item| {
            item.change.as_ref().is_some_and(|c| {
                matches!(c.impact, Impact::Major | Impact::Unproven)
                    && scope.module().is_none_or(|m| c.module.as_deref() == Some(m))
            })
        };
        items.iter().filter(concerns).collect()
    }

    fn write(&self, raised: &Raised, revision: &mut Revision) -> Result<(), Blocked> {
        let module = raised.scope.module();
        let breaks = self.breaks(&raised.scope);
        let needs_guide =
            raised.step == Step::Major && raised.from.as_ref().is_some_and(|from| from.major >= 1);
        let breaking: Vec<String> =
            breaks.iter().map(|item| item.finding.message.clone()).collect();
        let folder = match (self.versions(module), module) {
            (Some(versions), _) => self.new.path(versions.item).folder().to_owned(),
            (None, Some(module)) => {
                below(&self.new.tree.root, &format!("modules/{module}")).to_string()
            }
            (None, None) => self.new.tree.root.clone(),
        };
        let nobody = Consumers::new();
        let mut migration = None;
        if let Some(from) = raised.from.as_ref().filter(|_| needs_guide) {
            let name = format!("migrations/{from}-to-{}.md", raised.to);
            let path = below(&folder, &name);
            if self.new.find(&path).is_none() {
                let guide = migration::guide(&migration::Guide {
                    from,
                    to: &raised.to,
                    date: self.wish.date,
                    summary: self.wish.summary,
                    breaks: &breaks,
                    consumers: self.before.map_or(&nobody, |before| before.consumers),
                });
                revision.write(path, guide.into_bytes());
            }
            self.write_transform(raised, from, &folder, revision);
            migration = Some(name);
        }
        let entry = versions::Entry {
            version: &raised.to,
            date: self.wish.date,
            summary: self.wish.summary,
            rollback: self.wish.rollback,
            breaking: &breaking,
            migration,
        };
        match self.versions(module) {
            Some(versions) => self.rewrite(versions.item, revision, |page| {
                versions::declare(page, versions, &entry)
            })?,
            None => revision
                .write(below(&folder, "versions.yaml"), versions::first(&entry).into_bytes()),
        }
        if self.wish.restate {
            for stated in self.new.stated_versions(module) {
                let to = serde_json::Value::String(raised.to.to_string());
                self.rewrite(stated.item, revision, |page| page.set(&stated.at, &to))?;
            }
        }
        Ok(())
    }

    /// The steps for documents, beside the guide of the set.
    fn write_transform(
        &self,
        raised: &Raised,
        from: &Version,
        folder: &str,
        revision: &mut Revision,
    ) {
        let path = below(folder, &format!("migrations/{from}-to-{}.json", raised.to));
        let Some(before) = self.before.filter(|_| raised.scope == Scope::Set) else { return };
        if self.new.find(&path).is_some() {
            return;
        }
        let (from, to) = (from.to_string(), raised.to.to_string());
        let transform = migrate::derive(before.catalog, self.new, &from, &to);
        if !transform.is_empty() {
            revision.write(path, transform.encode().into_bytes());
        }
    }

    /// Changes a document that may have been changed already.
    fn rewrite(
        &self,
        item: ItemId,
        revision: &mut Revision,
        change: impl FnOnce(&mut Rewrite) -> Result<(), Unwritable>,
    ) -> Result<(), Blocked> {
        let path = self.new.path(item);
        let blocked = |why: Unwritable| {
            Blocked::new(
                format!("cannot write the version into `{path}`: {why}"),
                "write it by hand, then run this again",
            )
        };
        let syntax = Syntax::of_extension(&path.extension()).unwrap_or(Syntax::Yaml);
        let bytes = revision.bytes(&self.new.tree, &path).unwrap_or_default();
        let mut page = Rewrite::open(bytes, syntax, &self.new.limits).map_err(blocked)?;
        change(&mut page).map_err(blocked)?;
        revision.write(path, page.text().as_bytes());
        Ok(())
    }

    /// The changelog beside the version of the set.
    fn write_changelog(&self, set: &Raised, revision: &mut Revision) -> Result<(), Blocked> {
        let root = &self.new.tree.root;
        let beside = self.versions(None).map(|v| self.new.path(v.item).folder().to_owned());
        let path = below(&beside.unwrap_or_else(|| root.clone()), "CHANGELOG.md");
        let bytes = revision.bytes(&self.new.tree, &path).unwrap_or(b"# Changelog\n");
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(Blocked::new(format!("`{path}` is not UTF-8"), "save it as UTF-8"));
        };
        let items = self.before.map(|b| b.comparison.items.as_slice()).unwrap_or_default();
        let lines: Vec<_> = items
            .iter()
            .filter(|item| self.is_told(&item.finding.primary.artifact))
            .filter_map(|item| changelog::line_of(item, root))
            .collect();
        let summary = Some(self.wish.summary).filter(|summary| !summary.trim().is_empty());
        let new = changelog::with_version(text, &set.to, self.wish.date, summary, &lines);
        revision.write(path, new.into_bytes());
        Ok(())
    }

    /// What a release writes itself is not told as a change.
    fn is_told(&self, path: &ArtifactPath) -> bool {
        let kind = self.new.find(path).and_then(|id| self.new.item(id)).map(|item| item.kind);
        !matches!(kind, Some(Kind::Versions | Kind::Changelog | Kind::Migration))
    }
}
