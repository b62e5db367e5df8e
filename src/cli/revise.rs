//! A contracts tree that a command is about to change: read under the lock, checked as it will be, and
//! written in one run.

use std::sync::Arc;

use super::args::{Global, OutputFormat};
use super::laws::{Call, Spoken, law_findings, texts_of};
use super::load::limits;
use super::output::Terminal;
use super::place::{Newest, Place};
use super::release::blocked;
use super::waivers;
use super::{Failure, Refused};
use crate::catalog::{self, Catalog};
use crate::checks;
use crate::document::{Edit, Rewrite, Syntax, Unwritable};
use crate::edit::{Disk, Session};
use crate::freeze::{Format, Freeze, NewFile, Past, Version, format_of};
use crate::gate::{self, Config, Outcome, Verdict};
use crate::release::{Blocked, Released};
use crate::report::{self, Closing, Style};
use crate::source::State;
use crate::tree::{Artifact, ArtifactPath, Digest, Replacement, Revision, Tree};

/// A tree, and the right to change it unless this is a dry run.
pub(super) struct Site<'p> {
    pub place: &'p Place,
    session: Option<Session<'p>>,
    pub tree: Tree,
    pub config: Config,
    pub past: Past,
    pub newest: Option<Newest>,
    /// The freezes themselves, of which some checks speak.
    frozen: Tree,
}

impl<'p> Site<'p> {
    /// Reads the contracts and the newest freeze; takes the lock first, unless nothing will be written.
    pub(super) fn open(
        place: &'p Place,
        dry_run: bool,
        global: &Global,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let session = match dry_run {
            true => None,
            false => Some(place.session(terminal)?),
        };
        place.sound()?;
        let (past, newest) = place.past(true)?;
        if let Some(session) = &session {
            place.repair(session, newest.as_ref(), terminal)?;
        }
        let tree = place.contracts()?;
        // A folder that is named and holds no contracts is no tree to write into.
        if tree.artifacts.is_empty() || place.root.is_empty() {
            let base = place.base.clone();
            return Err(Failure::Source(crate::source::SourceError::NoTree { base }));
        }
        let config = gate::read_config(&tree, limits(global));
        let mut frozen = Tree::default();
        for (_, file) in place.freezes()? {
            let bytes = crate::source::file_bytes(&file.path, &place.budget)?;
            frozen.artifacts.insert(place.frozen_path(&file.name), Artifact::new(bytes));
        }
        Ok(Site { place, session, tree, config, past, newest, frozen })
    }

    /// The versions that went out: of the set, as the freezes are called; of modules, as the newest freeze
    /// and the newest that is no pre-release tell.
    pub(super) fn released(&self) -> Result<Released, Failure> {
        let mut released = Released::new();
        let set = self.past.versions.iter().map(|version| version.number().clone());
        released.insert(None, set.collect());
        let newest = self.newest.as_ref().map(|newest| newest.freeze.clone());
        for freeze in newest.into_iter().chain(self.baseline()?) {
            for versions in &self.facts(&freeze.tree(&self.tree.root)).versions {
                let Some(module) = &versions.folder else { continue };
                let all = std::iter::once(&versions.current).chain(&versions.history);
                let known = released.entry(Some(module.clone())).or_default();
                known.extend(all.filter_map(|entry| entry.version.clone()));
            }
        }
        Ok(released)
    }

    /// The newest freeze that is no pre-release: what a release is compared with.
    pub(super) fn baseline(&self) -> Result<Option<Freeze>, Failure> {
        let is_final = |text: &str| Version::parse(text).is_ok_and(|v| v.number().pre.is_empty());
        if let Some(newest) = self.newest.as_ref().filter(|n| is_final(&n.freeze.version)) {
            return Ok(Some(newest.freeze.clone()));
        }
        for (version, file) in self.place.freezes()?.into_iter().rev() {
            let bytes = crate::source::file_bytes(&file.path, &self.place.budget)?;
            if version.number().pre.is_empty() && format_of(&bytes) != Ok(Format::Legacy) {
                return Ok(Some(self.place.open(&file.path)?.freeze));
            }
        }
        Ok(None)
    }

    /// The facts about a tree, as far as comparing needs them.
    pub(super) fn facts(&self, tree: &Tree) -> Catalog {
        catalog::build_uncompiled(tree, &self.config.layout, &self.config.limits)
    }

    /// What `check` would say about a tree.
    pub(super) fn outcome(&self, tree: &Tree) -> Result<Outcome, Failure> {
        let config = &self.config;
        let mut tree = tree.clone();
        tree.artifacts.extend(self.frozen.artifacts.clone());
        let catalog = catalog::build(&tree, &config.layout, &config.limits);
        let mut findings = checks::run(&catalog, |check| !is_about_freezes(check));
        findings.extend(config.findings.iter().cloned());
        let accepted = waivers::accepted(&catalog, None, None)?;
        Ok(gate::judge(findings, Vec::new(), &catalog, &tree, &config.levels, &accepted))
    }

    /// What the laws say about the repository as it is; they may look at more than contracts.
    pub(super) fn laws(&self, global: &Global) -> Result<Option<(Outcome, Tree)>, Failure> {
        let state = State::WorkTree;
        let (base, tree) = (self.place.base.as_path(), &self.tree);
        let call = Call { base, tree, state, before: None, past: None, now: None };
        let spoken = law_findings(&call, global)?;
        let Some(Spoken { findings, texts }) = spoken else { return Ok(None) };
        let (texts, levels) = (texts_of(&findings, &texts), &self.config.levels);
        let catalog = self.facts(&self.tree);
        let accepted = waivers::accepted(&catalog, None, None)?;
        let outcome = gate::judge_laws(findings, &texts, levels, &catalog, &accepted);
        Ok(Some((outcome, texts)))
    }

    /// Refuses what would not pass, and shows why.
    pub(super) fn demand(
        &self,
        outcome: &Outcome,
        tree: &Tree,
        what: &str,
        global: &Global,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        if outcome.verdict == Verdict::Pass {
            return Ok(());
        }
        let format = match global.format {
            OutputFormat::Json => report::Format::Short,
            other => other.of_report(),
        };
        let mut bytes = Vec::new();
        let style = self.style(terminal);
        if report::render(outcome, tree, Closing::Check, format, &style, &mut bytes).is_ok() {
            terminal.write(&bytes, 1);
        }
        Err(Failure::Refused(Refused {
            message: format!("{what} does not pass `check`: nothing was written"),
            details: Vec::new(),
            help: Some("mend what is shown above, then run this again".to_owned()),
            code: 1,
        }))
    }

    pub(super) fn style(&self, terminal: &Terminal) -> Style {
        let base = self.place.base.to_str().unwrap_or(".");
        let prefix = match base {
            "." | "" => String::new(),
            base => format!("{}/", base.replace('\\', "/").trim_end_matches('/')),
        };
        terminal.style(prefix, 0.0)
    }

    /// The text of a file with edits, carried out one after the other.
    pub(super) fn rewritten(
        &self,
        path: &ArtifactPath,
        bytes: &[u8],
        edits: &[Edit],
    ) -> Result<String, Failure> {
        let syntax = Syntax::of_extension(&path.extension()).unwrap_or(Syntax::Yaml);
        let wrong = |why: Unwritable| {
            blocked(Blocked {
                message: format!("cannot write into `{path}`: {why}"),
                details: Vec::new(),
                help: "mend the file by hand, then run this again".to_owned(),
            })
        };
        let mut page = Rewrite::open(bytes, syntax, &self.config.limits).map_err(wrong)?;
        edits.iter().try_for_each(|edit| page.apply(edit)).map_err(wrong)?;
        Ok(page.text().to_owned())
    }

    /// Writes a revision, and files of a freeze with it, in one run.
    pub(super) fn write(
        &self,
        what: &str,
        revision: &Revision,
        frozen: &[NewFile],
    ) -> Result<Vec<Replacement>, Failure> {
        let mut replacements = revision.replacements(&self.tree);
        for file in frozen {
            let before = match file.replaces {
                true => self.place.disk.read(file.path.as_str()).ok().map(|b| Digest::of(&b)),
                false => None,
            };
            let after = Some(Arc::from(file.bytes.as_slice()));
            let replacement = Replacement { path: file.path.clone(), before, after };
            if before != replacement.after.as_deref().map(Digest::of) {
                replacements.push(replacement);
            }
        }
        if let Some(session) = &self.session {
            session.replace(what, &replacements, &self.place.root)?;
        }
        Ok(replacements)
    }

    /// Publishes one file by itself, before everything else.
    pub(super) fn publish(&self, file: &NewFile) -> Result<Option<ArtifactPath>, Failure> {
        let Some(session) = &self.session else { return Ok(None) };
        session.publish(std::slice::from_ref(file))?;
        Ok(Some(file.path.clone()))
    }

    /// Keeps what a freeze is about to push aside.
    pub(super) fn keep_displaced(&self) -> Result<(), Failure> {
        match &self.session {
            Some(session) => Ok(session.publish(&self.place.displaced()?)?),
            None => Ok(()),
        }
    }
}

/// The freezes were verified when the tree was opened, and their copies are written at the end.
fn is_about_freezes(check: &checks::Check) -> bool {
    check.code.as_str().starts_with("freeze-")
}
