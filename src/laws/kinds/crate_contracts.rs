//! What a manifest says of contracts is so: they are there, in such a version, frozen, with such a payload.

use semver::{Version, VersionReq};

use super::super::contracts::{Contract, Contracts};
use super::super::crates::{Crate, version};
use super::super::fields::Fields;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::catalog::Named;
use crate::finding::{Code, Explain, Finding};

pub(super) static KIND: LawKind = LawKind {
    code: Code("crate-contracts"),
    summary: "a crate names a contract that is not there, or not in such a version, or its manifest cannot be read",
    since: "0.1.0",
    explain: Explain {
        what: "`[package.metadata.contracts]` of a Cargo.toml names a schema, topic or operation that the contracts do not have, asks for a version that neither they nor the newest freeze have, or gives a topic another payload than its schema. A Cargo.toml that cannot be read is a finding, too: nobody knows what its crate names.",
        why: "What a crate says of itself decides whom a change of the contracts hits; a name that leads nowhere hides the crate.",
        bad: story!("crate-contracts/fail/not-as-declared"),
        good: story!("crate-contracts/pass/as-declared"),
        fix: "Name what is there; `contract-guard list` shows it. Raise the requirement when the crate was made for the new version.",
    },
    looks_back: false,
    read,
};

struct CrateContracts;

fn read(_: &mut Fields<'_>) -> Box<dyn Demand> {
    Box::new(CrateContracts)
}

impl Demand for CrateContracts {
    fn needs(&self) -> Need {
        Need::Crates
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let none = Contracts::default();
        let contracts = world.hands.contracts().unwrap_or(&none);
        let mut findings = Crate::unread(rule, world);
        for one in Crate::all(rule, world.now, false) {
            let wrong = one.package.wrong.iter();
            findings.extend(wrong.map(|(span, what)| one.finding(rule, *span, what.clone())));
            let named = one.package.named.iter();
            findings.extend(named.filter_map(|named| judge(rule, contracts, &one, named)));
        }
        findings
    }
}

fn judge(rule: &Rule, contracts: &Contracts, one: &Crate, named: &Named) -> Option<Finding> {
    let (name, requirement) = (&named.name, &named.requirement);
    let meant = contracts.meant(name);
    if meant.is_empty() {
        let message = format!("the contracts have no `{name}`");
        let all = contracts.all.iter().flat_map(|contract| &contract.names);
        let near = all.min_by_key(|known| strsim::damerau_levenshtein(known, name));
        let near = near.filter(|near| strsim::damerau_levenshtein(near, name) <= 4);
        let finding = one.about(rule, named, message).label("not there");
        return Some(match near {
            Some(near) => finding.help(format!("the nearest is `{near}`")),
            None => finding,
        });
    }
    let Ok(wanted) = VersionReq::parse(if requirement.is_empty() { "*" } else { requirement })
    else {
        let message = format!("`{requirement}` is no requirement of versions");
        return Some(one.about(rule, named, message).label("write it as `^1`"));
    };
    let fits = |text: &Option<String>| {
        let known: Option<Version> = text.as_deref().and_then(version);
        known.is_none_or(|version| wanted.matches(&version))
    };
    if let Some(lacking) = meant.iter().find(|contract| !fits(&contract.version)) {
        let there = lacking.version.as_deref().unwrap_or_default();
        let message =
            format!("`{name}` is there in version {there}, which `{requirement}` does not take");
        return Some(one.about(rule, named, message).label(format!("version {there}")));
    }
    if let Some(newest) = &contracts.newest {
        if meant.iter().all(|contract| contract.frozen.is_none()) {
            let message =
                format!("`{name}` is not in freeze {newest}, the newest: nobody has released it");
            return Some(one.about(rule, named, message).label("in no release"));
        }
        if let Some(other) = meant.iter().find(|contract| !fits(&contract.frozen)) {
            let frozen = other.frozen.as_deref().unwrap_or_default();
            let message = format!(
                "`{name}` was released in version {frozen}, which `{requirement}` does not take"
            );
            return Some(one.about(rule, named, message).label(format!("released as {frozen}")));
        }
    }
    let payload = named.payload.as_ref()?;
    let differs = |contract: &&&Contract| !contract.payload.contains(payload);
    let differing = meant.iter().find(differs)?;
    let carried = differing.payload.first().map_or("nothing", String::as_str);
    let message = format!("`{name}` carries `{carried}`, not `{payload}`");
    Some(one.about(rule, named, message).label("another payload"))
}
