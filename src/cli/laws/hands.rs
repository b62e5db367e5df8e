//! What laws have done for them: commands of the repository, and contract-guard's own rules about its
//! contracts.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::catalog::Catalog;
use crate::checks;
use crate::cli::args::Global;
use crate::cli::check::{Loaded, load_from};
use crate::finding::Finding;
use crate::gate;
use crate::laws::Hands;
use crate::source::{self, Request, Source, State};

/// The hands of one run.
pub(super) struct OwnHands<'g> {
    pub base: PathBuf,
    pub state: State,
    /// The commit that contracts are compared with.
    pub baseline: Option<String>,
    pub run_commands: bool,
    pub global: &'g Global,
    contracts: OnceLock<Option<Contracts>>,
}

/// The contracts of the repository, and what changed in them.
struct Contracts {
    now: Loaded,
    changes: Vec<Finding>,
}

impl<'g> OwnHands<'g> {
    pub(super) fn new(
        base: PathBuf,
        state: State,
        baseline: Option<String>,
        run_commands: bool,
        global: &'g Global,
    ) -> Self {
        OwnHands { base, state, baseline, run_commands, global, contracts: OnceLock::new() }
    }

    fn contracts(&self) -> Option<&Contracts> {
        self.contracts.get_or_init(|| self.load()).as_ref()
    }

    fn load(&self) -> Option<Contracts> {
        let source = match &self.state {
            State::WorkTree => Source::Dir,
            State::Index => Source::Index,
            State::Commit(name) => Source::Commit(name.clone()),
        };
        // A folder without a contracts tree is no tree of contracts.
        let (base, root) =
            source::discover(Some(&self.base)).ok().filter(|(_, root)| !root.is_empty())?;
        let at = |source: Source| {
            let request = Request { source, base: base.clone(), root: root.clone(), frozen: true };
            load_from(&request, self.global).ok()
        };
        let now = at(source)?;
        let before = self.baseline.as_ref().and_then(|name| at(Source::Commit(name.clone())));
        let changes = before.map(|before| changed(&before, &now.catalog)).unwrap_or_default();
        Some(Contracts { now, changes })
    }
}

fn changed(before: &Loaded, now: &Catalog) -> Vec<Finding> {
    let comparison = gate::compare(&before.catalog, now, &before.config);
    comparison.items.into_iter().map(|item| item.finding).collect()
}

impl Hands for OwnHands<'_> {
    fn command(&self, run: &[String], folder: &str, seconds: u64) -> Option<Result<(), String>> {
        if !self.run_commands {
            return None;
        }
        // Asked whether commands are run at all.
        if run.is_empty() {
            return Some(Ok(()));
        }
        Some(source::run_command(&self.base.join(folder), run, seconds))
    }

    fn checks(&self, codes: &[String]) -> Option<Vec<Finding>> {
        let contracts = self.contracts()?;
        let is_wanted = |code: &str| codes.iter().any(|c| c == code);
        let mut found = checks::run(&contracts.now.catalog, |check| is_wanted(check.code.as_str()));
        let changes = contracts.changes.iter().filter(|f| is_wanted(f.code.as_str()));
        found.extend(changes.cloned());
        Some(found)
    }
}
