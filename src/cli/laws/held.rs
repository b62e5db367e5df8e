//! What comes of holding a repository to its laws.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::args::Select;
use super::before::Before;
use super::court::{Court, LAWS, below, is_law};
use super::hands::OwnHands;
use super::past::world;
use crate::cli::Failure;
use crate::cli::args::Global;
use crate::finding::Finding;
use crate::laws::{self, Evidence, Held, Selection, Status, World};
use crate::source::{Repository, State, USUAL_ROOT};
use crate::tree::{Artifact, Files, Tree};

/// What came of it.
pub(super) struct Judged {
    pub findings: Vec<Finding>,
    pub held: Vec<Held>,
    pub accepted: usize,
    /// Contents that findings may point to.
    pub texts: BTreeMap<String, Arc<[u8]>>,
}

impl Court {
    /// Holds the laws against the repository.
    pub(super) fn hold(&self, select: &Select, global: &Global) -> Result<Judged, Failure> {
        let now = self.repository.files(&self.state)?;
        let past = self.past(select, &now, global)?;
        let commit = past.as_ref().and_then(|p| p.commit.clone());
        let commits = || self.contract_commits(past.as_ref());
        let hands = OwnHands::new(self.request(), (commit, &commits), select.run_commands, global);
        let world = world(&now, self.clock, &hands, past.as_ref());
        let selection = Selection { law: select.law.clone(), rule: select.rule.clone() };
        let (mut found, held) = laws::run(&self.laws, &world, &selection);
        let mut before = Before::default();
        if let Some(past) = past.as_ref().filter(|_| select.is_of_all()) {
            before = self.before(past.baseline.as_ref(), past.commit.as_deref(), global);
            found = before.and(found, &world);
        }
        let mut findings = self.wrong.clone();
        findings.extend(self.broken_ratchet());
        let mut accepted = 0;
        match self.ratchet() {
            Some(ratchet) if !select.all => {
                let (kept, count) = ratchet.without(found);
                accepted = count;
                findings.extend(kept);
                findings.extend(self.stale(&ratchet, count, &held));
                findings.extend(self.grown(&ratchet, past.as_ref(), before.rules));
            }
            _ => findings.extend(found),
        }
        if let Some(error) = self.repository.failure() {
            return Err(error.into());
        }
        let mut texts = BTreeMap::new();
        for finding in &findings {
            let path = finding.primary.artifact.as_str();
            if !texts.contains_key(path)
                && let Some(bytes) = now.read(path)
            {
                texts.insert(path.to_owned(), bytes);
            }
        }
        let elsewhere = self
            .elsewhere
            .iter()
            .map(|(path, bytes)| (path.as_str().to_owned(), Arc::clone(bytes)));
        texts.extend(elsewhere);
        Ok(Judged { findings, held, accepted, texts })
    }
}

impl Judged {
    /// The standing of each sentence.
    pub(super) fn statuses(
        &self,
        court: &Court,
        select: &Select,
        evidence: &Evidence,
    ) -> Result<Vec<Status>, Failure> {
        let now = court.repository.files(&court.state)?;
        let world = World::new(&now, court.clock, &laws::NoHands);
        let laws =
            court.laws.iter().filter(|l| select.law.as_ref().is_none_or(|name| l.name == *name));
        Ok(laws.flat_map(|law| laws::status(law, &world, &self.held, evidence)).collect())
    }
}

/// The files that findings point to, as a tree.
pub(in crate::cli) fn texts_of(
    findings: &[Finding],
    contents: &BTreeMap<String, Arc<[u8]>>,
) -> Tree {
    let wanted = findings.iter().map(|f| &f.primary.artifact);
    let artifacts = wanted
        .filter_map(|path| {
            Some((path.clone(), Artifact::new(Arc::clone(contents.get(path.as_str())?))))
        })
        .collect();
    Tree { artifacts, ..Tree::default() }
}

/// Findings of laws, and the contents that they point to.
pub(in crate::cli) struct Spoken {
    pub findings: Vec<Finding>,
    pub texts: BTreeMap<String, Arc<[u8]>>,
}

/// Whether a tree has a file that may be a law.
pub(in crate::cli) fn has_laws(tree: &Tree) -> bool {
    let prefix = below(&tree.root, &format!("{LAWS}/"));
    tree.artifacts.keys().any(|path| is_law(path.as_str(), &prefix))
}

/// What `check` wants to hear of the laws of a repository.
pub(in crate::cli) struct Call<'c> {
    /// The folder of the repository.
    pub base: &'c Path,
    /// The contracts.
    pub tree: &'c Tree,
    pub state: State,
    /// The contracts that they are compared with.
    pub before: Option<&'c Tree>,
    /// The commit of these, or `freeze:VERSION`.
    pub past: Option<&'c str>,
    pub now: Option<&'c str>,
}

/// What the laws of a repository say, and those of the baseline, as a part of `check`. Nothing when neither
/// has any and there is no past.
pub(in crate::cli) fn law_findings(
    call: &Call<'_>,
    global: &Global,
) -> Result<Option<Spoken>, Failure> {
    // Most trees have none, and a hook waits for the answer.
    let (had, has) = (call.before.is_some_and(has_laws), has_laws(call.tree));
    let is_of_commit = call.past.is_some_and(|past| !past.starts_with("freeze:"));
    if !has && !had && !is_of_commit {
        return Ok(None);
    }
    let select = Select {
        path: Some(call.base.to_owned()),
        against: call.past.map(str::to_owned),
        staged: call.state == State::Index,
        at: match &call.state {
            State::Commit(name) => Some(name.clone()),
            _ => None,
        },
        now: call.now.map(str::to_owned),
        may_be_lawless: true,
        is_exact: true,
        ..Select::default()
    };
    let repository = Repository::open(call.base)?;
    let root = match call.tree.root.as_str() {
        "" => USUAL_ROOT,
        root => root,
    };
    let mut court = Court::of(repository, root.to_owned(), &select, global)?;
    if !has && !had {
        // Without laws nobody asked for a gate; who had one must not lose it unseen.
        court.laws.iter_mut().flat_map(|law| &mut law.rules).for_each(|rule| rule.only_new = true);
    }
    let judged = court.hold(&select, global)?;
    Ok(Some(Spoken { findings: judged.findings, texts: judged.texts }))
}
