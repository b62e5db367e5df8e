//! Whose consent counts: the commit that a change will be held against, and what it says of signatures. What
//! must be said of a waiver itself is `gate`'s.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::checks::gate::{gate_weakened, waiver_unapproved};
use crate::cli::Failure;
use crate::cli::against::{Base, base, base_of};
use crate::cli::args::Global;
use crate::cli::freeze::SIGNERS;
use crate::cli::place::Place;
use crate::gate::{self, Levels, WAIVER_NAMESPACE, Waiver, Waivers};
use crate::source::{self, Source};
use crate::tree::ArtifactPath;

/// Where work goes to, as far as a repository knows: the first of these.
const BRANCHES: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// Who has consented to a waiver.
#[derive(Default)]
pub(super) struct Consent {
    /// How many people must.
    pub needed: usize,
    /// Who of those that may has.
    pub names: BTreeSet<String>,
}

/// The commit that says who may sign.
pub(super) struct Judge {
    /// What it is called.
    pub name: String,
    base: Base,
}

impl Judge {
    /// The one that is named, or the branch that work goes to; `None` where nobody can know. A freeze is none:
    /// it knows nothing of what was agreed to since.
    pub(super) fn find(
        place: &Place,
        against: Option<&str>,
        global: &Global,
    ) -> Result<Option<Judge>, Failure> {
        let request = place.request(Source::Dir);
        if let Some(name) = against
            && let Some(base) = base(name, false, &request, global)?
            && !base.is_freeze
        {
            return Ok(Some(Judge { name: name.to_owned(), base }));
        }
        let branch = source::first_ref(&place.base, &BRANCHES);
        let name = branch.unwrap_or_else(|| "HEAD".to_owned());
        // Without git, or before the first commit, there is nobody to ask.
        let base = base_of(&name, &request, global).ok().flatten();
        let short = ["refs/remotes/", "refs/heads/"].iter().find_map(|p| name.strip_prefix(p));
        Ok(base.map(|base| Judge { name: short.unwrap_or(&name).to_owned(), base }))
    }

    /// How many people must sign a waiver, and who of them has; nobody must what the commit has already.
    pub(super) fn consent(&self, waiver: &Waiver) -> Result<Consent, Failure> {
        let loaded = &self.base.loaded;
        let known = Waivers::read(&loaded.catalog);
        if known.entries.iter().any(|known| known.message() == waiver.message()) {
            return Ok(Consent::default());
        }
        // What loosens the judge needs a signature, whatever else does.
        let least = u32::from(waiver.code == gate_weakened::CODE.as_str());
        let needed = usize::try_from(loaded.config.approvals.max(least)).unwrap_or(usize::MAX);
        let one = Waivers { entries: vec![waiver.clone()], findings: Vec::new() };
        let names = super::accepted::signers(&one, &known, &loaded.catalog)?;
        Ok(Consent { needed, names: names.into_values().flatten().collect() })
    }

    /// The list of those who may sign, when the commit has none.
    pub(super) fn lacks_signers(&self) -> Option<ArtifactPath> {
        let tree = &self.base.loaded.catalog.tree;
        let path = ArtifactPath::below(&tree.root, SIGNERS);
        tree.get(&path).is_none().then_some(path)
    }

    /// Why a signature of a waiver will not count, if it will not.
    pub(super) fn why_not(
        &self,
        waiver: &Waiver,
        signature: &str,
    ) -> Result<Option<String>, Failure> {
        if self.consent(waiver)?.needed == 0 {
            return Ok(None);
        }
        let message = waiver.message();
        let tree = &self.base.loaded.catalog.tree;
        let path = ArtifactPath::below(&tree.root, SIGNERS);
        let name = &self.name;
        let Some(allowed) = tree.get(&path) else {
            return Ok(Some(format!("`{name}` has no `{path}`, so that nobody may sign")));
        };
        let (signature, message) = (signature.as_bytes(), message.as_bytes());
        let found = source::signer_of(&allowed.bytes, WAIVER_NAMESPACE, signature, message)?;
        Ok(found.err().map(|why| format!("it {why} (`{path}` of `{name}`)")))
    }

    /// What is said of waivers that lack signatures: their fingerprints.
    pub(super) fn unapproved(
        &self,
        catalog: &Catalog,
        now: Option<&str>,
    ) -> Result<BTreeSet<String>, Failure> {
        let accepted = super::accepted(catalog, Some(&self.base), now)?;
        let (findings, levels) = (Vec::new(), Levels::default());
        let outcome = gate::judge(findings, Vec::new(), catalog, &catalog.tree, &levels, &accepted);
        let said = outcome.items.into_iter().filter(|i| i.finding.code == waiver_unapproved::CODE);
        Ok(said.flat_map(|item| item.finding.subject).collect())
    }
}
