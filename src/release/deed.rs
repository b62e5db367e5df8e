//! A release as a whole: which versions it gives, and everything that has to say so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use semver::Version;

use super::{Consumers, changelog, migration, versions};
use crate::catalog::{Catalog, ItemId, Kind, Versions};
use crate::document::{Rewrite, Syntax, Unwritable};
use crate::gate::{Bump, Comparison, Impact, Item, Step};
use crate::migrate;
use crate::tree::{ArtifactPath, Revision};

/// What is asked for.
#[derive(Debug, Clone, Default)]
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
    /// The versions that went out, pre-releases included.
    pub released: Released,
}

/// Versions that went out, of the set (`None`) and of modules.
pub type Released = BTreeMap<Option<String>, BTreeSet<Version>>;

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
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Blocked { message: message.into(), details: Vec::new(), help: help.into() }
    }
}

/// What is known of before.
pub struct Before<'b> {
    /// Version of the newest freeze that is no pre-release.
    pub version: &'b Version,
    /// Its tree.
    pub catalog: &'b Catalog,
    /// What has changed since.
    pub comparison: &'b Comparison,
    /// Who relies on what.
    pub consumers: &'b Consumers,
}

/// A file that cannot be read is not one that says nothing: what it holds would be written over, or taken for
/// removed.
fn readable(catalog: &Catalog) -> Result<(), Blocked> {
    let broken = |item: &crate::catalog::Item| {
        let error = item.document.as_ref()?.unreadable()?;
        (item.kind != Kind::Other).then(|| format!("{}: {}", item.path, error.message))
    };
    let details: Vec<String> = catalog.items.iter().filter_map(broken).collect();
    if details.is_empty() {
        return Ok(());
    }
    let help = "mend them; `contract-guard check` shows the places";
    Err(Blocked { details, ..Blocked::new("some files cannot be read", help) })
}

/// Plans a release of `tree`. `before` is the newest freeze that is no pre-release, and what has changed
/// since; `None` when there is none.
pub fn plan(
    new: &Catalog,
    before: Option<&Before<'_>>,
    wish: &Wish<'_>,
) -> Result<Planned, Blocked> {
    readable(new)?;
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
    // What went out says what it says.
    if !job.is_released(None, &set.to) {
        job.write_changelog(&set, &mut planned.revision)?;
    }
    Ok(planned)
}

pub(super) struct Job<'j> {
    pub new: &'j Catalog,
    pub before: Option<&'j Before<'j>>,
    pub wish: &'j Wish<'j>,
}

impl Job<'_> {
    pub(super) fn versions(&self, module: Option<&str>) -> Option<&Versions> {
        self.new.versions.iter().find(|v| v.folder.as_deref() == module)
    }

    pub(super) fn bump(&self, module: Option<&str>) -> Option<&Bump> {
        self.before?.comparison.bumps.iter().find(|b| b.module.as_deref() == module)
    }

    /// Whether a version went out already.
    pub(super) fn is_released(&self, module: Option<&str>, version: &Version) -> bool {
        self.released(module).any(|released| released == version)
    }

    /// The versions of the set, or of a module, that went out.
    pub(super) fn released(&self, module: Option<&str>) -> impl Iterator<Item = &Version> {
        self.wish.released.get(&module.map(str::to_owned)).into_iter().flatten()
    }

    /// The version that is declared and went out to nobody: what is given takes its place.
    fn replaced(&self, raised: &Raised) -> Option<Version> {
        let declared = self.versions(raised.scope.module())?.current.version.clone()?;
        let is_open = raised.from.as_ref().is_some_and(|from| declared > *from)
            && declared != raised.to
            && !self.is_released(raised.scope.module(), &declared)
            && self.before.is_some();
        is_open.then_some(declared)
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
        let needs_guide = raised.step == Step::Major
            && raised.to.pre.is_empty()
            && raised.from.as_ref().is_some_and(|from| from.major >= 1);
        let breaking: Vec<String> =
            breaks.iter().map(|item| item.finding.message.clone()).collect();
        let folder = match (self.versions(module), module) {
            (Some(versions), _) => self.new.path(versions.item).folder().to_owned(),
            (None, Some(module)) => {
                ArtifactPath::below(&self.new.tree.root, &format!("modules/{module}")).to_string()
            }
            (None, None) => self.new.tree.root.clone(),
        };
        let nobody = Consumers::new();
        let mut migration = None;
        if let Some(from) = raised.from.as_ref().filter(|_| needs_guide) {
            let name = format!("migrations/{from}-to-{}.md", raised.to);
            let path = ArtifactPath::below(&folder, &name);
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
            replaces: self.replaced(raised),
            rollback: self.wish.rollback,
            breaking: &breaking,
            migration,
        };
        match self.versions(module) {
            Some(_) if self.is_released(module, &raised.to) => {}
            Some(versions) => self.rewrite(versions.item, revision, |page| {
                versions::declare(page, versions, &entry)
            })?,
            None => revision.write(
                ArtifactPath::below(&folder, "versions.yaml"),
                versions::first(&entry).into_bytes(),
            ),
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
        let path = ArtifactPath::below(folder, &format!("migrations/{from}-to-{}.json", raised.to));
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
        let path = ArtifactPath::below(&beside.unwrap_or_else(|| root.clone()), "CHANGELOG.md");
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
        let new = changelog::with_version(
            text,
            &set.to,
            self.wish.date,
            self.replaced(set).as_ref(),
            summary,
            &lines,
        );
        revision.write(path, new.into_bytes());
        Ok(())
    }

    /// What a release writes itself is not told as a change.
    fn is_told(&self, path: &ArtifactPath) -> bool {
        let kind = self.new.find(path).and_then(|id| self.new.item(id)).map(|item| item.kind);
        !matches!(kind, Some(Kind::Versions | Kind::Changelog | Kind::Migration))
    }
}
