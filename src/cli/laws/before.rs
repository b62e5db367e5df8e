//! The laws of the baseline: what a change takes out or rewrites of them is still held, and said.

use std::collections::BTreeSet;

use super::court::{Court, LAWS, below, is_law};
use crate::cli::args::Global;
use crate::cli::load::limits;
use crate::finding::{Finding, fingerprint};
use crate::gate;
use crate::laws::{self, Law, Selection, World};
use crate::source;
use crate::tree::{ArtifactPath, Files};

/// Rules that hold although the change has them no more, and what is to be said about that.
#[derive(Default)]
pub(super) struct Before {
    /// The rules that it has, as records name them.
    pub rules: BTreeSet<String>,
    laws: Vec<Law>,
    loosened: Vec<Finding>,
}

impl Court {
    /// What the change loosens of the laws that `baseline` has. `commit` is where that was read.
    pub(super) fn before(
        &self,
        baseline: &dyn Files,
        commit: Option<&str>,
        global: &Global,
    ) -> Before {
        let root = match commit {
            Some(commit) => source::root_at(self.base(), commit),
            None => self.root.clone(),
        };
        let prefix = below(&root, &format!("{LAWS}/"));
        let mut old: Vec<Law> = Vec::new();
        for path in baseline.paths().iter().filter(|path| is_law(path, &prefix)) {
            let Some(bytes) = baseline.read(path) else { continue };
            old.extend(laws::parse(&ArtifactPath::lossy(path), &bytes, &limits(global)).0);
        }
        if old.is_empty() {
            return Before::default();
        }
        let rules = old.iter().flat_map(|law| &law.rules);
        let rules = rules.map(|rule| format!("{}/{}", rule.law, rule.id)).collect();
        let pack = laws::PACKS.iter().find(|pack| pack.name == laws::packs::GATE);
        if !old.iter().any(|law| law.name == laws::packs::GATE) {
            old.extend(pack.and_then(|pack| laws::packs::read(pack).0));
        }
        let folder = below(&self.root, LAWS);
        let (laws, loosened) = gate::weakened_laws(old, &self.laws, &folder);
        Before { rules, laws, loosened }
    }
}

impl Before {
    /// `found`, and what the rules find that the change does not want to be held to.
    pub(super) fn and(&self, found: Vec<Finding>, world: &World<'_>) -> Vec<Finding> {
        let (mut all, _) = laws::run(&self.laws, world, &Selection::default());
        let known: Vec<String> = all.iter().map(fingerprint).collect();
        // A finding of both is of the level that the baseline gives it.
        all.extend(found.into_iter().filter(|finding| !known.contains(&fingerprint(finding))));
        all.extend(self.loosened.iter().cloned());
        all
    }
}
