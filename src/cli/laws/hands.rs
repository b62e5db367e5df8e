//! What laws have done for them: commands of the repository, and contract-guard's own rules about its
//! contracts.

use std::sync::OnceLock;

use super::named;
use crate::catalog::Catalog;
use crate::checks;
use crate::cli::args::Global;
use crate::cli::load::{Loaded, load, load_to_compare};
use crate::finding::{Finding, Location};
use crate::gate;
use crate::gate::{Accepted, Comparison};
use crate::laws::{self, Hands};
use crate::source::{self, Request, Source};

/// The hands of one run.
pub(super) struct OwnHands<'g> {
    /// The contracts.
    request: Request,
    /// The commit that contracts are compared with.
    pub baseline: Option<String>,
    /// Finds the commits on the way that are looked at one by one.
    pub commits: &'g (dyn Fn() -> Vec<String> + Sync),
    pub run_commands: bool,
    pub global: &'g Global,
    contracts: OnceLock<Option<Contracts>>,
}

/// The contracts of the repository, and what changed in them.
struct Contracts {
    now: Loaded,
    before: Option<(Loaded, Comparison)>,
    changes: Vec<Finding>,
    named: OnceLock<laws::Contracts>,
}

impl<'g> OwnHands<'g> {
    pub(super) fn new(
        request: Request,
        (baseline, commits): (Option<String>, &'g (dyn Fn() -> Vec<String> + Sync)),
        run_commands: bool,
        global: &'g Global,
    ) -> Self {
        let contracts = OnceLock::new();
        OwnHands { request, baseline, commits, run_commands, global, contracts }
    }

    fn loaded(&self) -> Option<&Contracts> {
        self.contracts.get_or_init(|| self.load()).as_ref()
    }

    fn load(&self) -> Option<Contracts> {
        // A folder without a contracts tree is no tree of contracts.
        let now = load(&self.request, self.global).ok()?;
        let commit = |name: &String| {
            let source = Source::Commit(name.clone());
            let request = Request { source, frozen: false, ..self.request.clone() }.configured();
            load_to_compare(&request, self.global).ok()
        };
        let before = self.baseline.as_ref().and_then(commit).map(|before| {
            let comparison = compare(&before, &now.catalog);
            (before, comparison)
        });
        let mut changes =
            before.as_ref().map(|(_, compared)| changed(compared)).unwrap_or_default();
        for name in &(self.commits)() {
            let both = (commit(&format!("{name}^")), commit(name));
            let (Some(before), Some(after)) = both else { continue };
            changes.extend(on_the_way(&before, &after.catalog, name, &changes));
        }
        Some(Contracts { now, before, changes, named: OnceLock::new() })
    }
}

fn compare(before: &Loaded, now: &Catalog) -> Comparison {
    gate::compare(&before.catalog, now, &before.config, &Accepted::default())
}

/// What changed in the contracts, and which version steps that demands.
fn changed(comparison: &Comparison) -> Vec<Finding> {
    let of = |at: &usize| comparison.items.get(*at).map(|item| &item.finding);
    let steps = comparison
        .bumps
        .iter()
        .filter_map(|bump| bump.finding(bump.forced_by.iter().take(3).filter_map(of)));
    let mut findings: Vec<Finding> = steps.collect();
    findings.extend(comparison.items.iter().map(|item| item.finding.clone()));
    findings
}

/// What one commit changed, besides what is known. Version steps are asked of the whole way only: the step
/// may come in a commit of its own.
fn on_the_way(before: &Loaded, now: &Catalog, commit: &str, known: &[Finding]) -> Vec<Finding> {
    let comparison = compare(before, now);
    let is_known = |finding: &Finding| {
        known.iter().any(|k| {
            k.code == finding.code
                && k.primary.pointer == finding.primary.pointer
                && k.primary.artifact == finding.primary.artifact
        })
    };
    let findings = comparison.items.into_iter().map(|item| item.finding);
    findings
        .filter(|finding| !is_known(finding))
        .map(|mut finding| {
            finding.message = format!("{} in {commit}", finding.message);
            // The place is one of that commit, not of now.
            finding.primary = Location::file(&finding.primary.artifact);
            finding.related.clear();
            finding.about(commit)
        })
        .collect()
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
        Some(source::run_command(&self.request.base.join(folder), run, seconds))
    }

    fn checks(&self, codes: &[String]) -> Option<Vec<Finding>> {
        let contracts = self.loaded()?;
        let is_wanted = |code: &str| codes.iter().any(|c| c == code);
        let mut found = checks::run(&contracts.now.catalog, |check| is_wanted(check.code.as_str()));
        let changes = contracts.changes.iter().filter(|f| is_wanted(f.code.as_str()));
        found.extend(changes.cloned());
        Some(found)
    }

    fn contracts(&self) -> Option<&laws::Contracts> {
        let loaded = self.loaded()?;
        Some(loaded.named.get_or_init(|| named::contracts(&loaded.now, loaded.before.as_ref())))
    }
}
