//! What a repository is compared with: the commit where its ways part, or a freeze.

use std::sync::Arc;

use super::args::Select;
use super::court::{Court, below};
use crate::cli::Failure;
use crate::cli::args::Global;
use crate::cli::load::budget;
use crate::laws::{self, Hands, World};
use crate::source::{self, Repository, RepositoryFiles, State, TreeHistory};
use crate::tree::{Files, History, MemoryFiles, Step, Tree};

/// What is compared with.
pub(super) struct Past<'r> {
    pub baseline: Box<dyn Files + 'r>,
    pub steps: Vec<Step>,
    pub history: PastHistory<'r>,
    /// The commit, when it is one.
    pub commit: Option<String>,
}

pub(super) enum PastHistory<'r> {
    Git(&'r Repository),
    Tree(TreeHistory),
}

impl PastHistory<'_> {
    fn get(&self) -> &dyn History {
        match self {
            PastHistory::Git(repository) => *repository,
            PastHistory::Tree(tree) => tree,
        }
    }
}

impl Court {
    pub(super) fn past<'r>(
        &'r self,
        select: &Select,
        now: &RepositoryFiles<'r>,
        global: &Global,
    ) -> Result<Option<Past<'r>>, Failure> {
        let repository = &self.repository;
        let Some(name) = select.against.as_ref().or(select.since.as_ref()) else { return Ok(None) };
        if let Some(version) = name.strip_prefix("freeze:") {
            if select.since.is_some() {
                let help = "a freeze has no commits; write `--against`".to_owned();
                return Err(Failure::Usage("`--since` takes a commit".to_owned(), Some(help)));
            }
            let tree = self.frozen(version, global)?;
            let (step, history) = source::step_from_tree(&tree, now);
            let files = tree.artifacts.iter();
            let files = files.map(|(path, a)| (path.as_str().to_owned(), Arc::clone(&a.bytes)));
            return Ok(Some(Past {
                baseline: Box::new(MemoryFiles::new(files)),
                steps: vec![step],
                history: PastHistory::Tree(history),
                commit: None,
            }));
        }
        let fork = match select.is_exact {
            true => name.clone(),
            false => repository.fork(name, &self.state)?,
        };
        let steps = match &select.since {
            Some(_) => repository.steps(&fork, &self.state)?,
            None => vec![repository.step(&fork, &self.state)?],
        };
        let baseline = Box::new(repository.files(&State::Commit(fork.clone()))?);
        let history = PastHistory::Git(repository);
        Ok(Some(Past { baseline, steps, history, commit: Some(fork) }))
    }

    fn frozen(&self, version: &str, global: &Global) -> Result<Tree, Failure> {
        let freezes = source::freezes(self.base(), &self.root)?;
        match source::meant(&freezes, version).as_slice() {
            [(_, file)] => {
                let source = source::Source::Freeze(file.path.clone());
                let (base, root) = (self.base().to_owned(), self.root.clone());
                let request = source::Request { source, base, root, frozen: false };
                Ok(source::read(&request, &budget(global))?)
            }
            _ => {
                let help = "`contract-guard freeze list` shows all".to_owned();
                Err(Failure::Usage(format!("there is no freeze `{version}`"), Some(help)))
            }
        }
    }

    /// The commits on the way that do more to contracts than to add; none when the way is one step.
    pub(super) fn contract_commits(&self, past: Option<&Past<'_>>) -> Vec<String> {
        let prefix = below(&self.root, "");
        let Some(past) = past else { return Vec::new() };
        let history = past.history.get();
        let content = |name: &Option<String>| history.content(name.as_deref()?);
        let breaks = |step: &&Step| {
            step.changes.iter().filter(|change| change.path.starts_with(&prefix)).any(|change| {
                let (before, after) = (content(&change.before), content(&change.after));
                change.renamed_from.is_some()
                    || !laws::only_adds(&change.path, before.as_deref(), after.as_deref())
            })
        };
        let is_commit = |step: &&Step| {
            step.name.len() == 10 && step.name.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let commits = past.steps.iter().filter(is_commit).filter(breaks);
        commits.map(|step| step.name.clone()).collect()
    }
}

pub(super) fn world<'w>(
    now: &'w dyn Files,
    clock: jiff::Timestamp,
    hands: &'w dyn Hands,
    past: Option<&'w Past<'_>>,
) -> World<'w> {
    let world = World::new(now, clock, hands);
    match past {
        Some(past) => world.since(past.baseline.as_ref(), &past.steps, past.history.get()),
        None => world,
    }
}
