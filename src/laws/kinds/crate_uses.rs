//! What code of a crate uses of the contracts, and what its manifest says of that, are the same.

use std::collections::BTreeMap;

use super::super::contracts::{Contract, Contracts};
use super::super::crates::Crate;
use super::super::fields::Fields;
use super::super::world::program_of;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::document::Span;
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{PlaceKind, Program};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("crate-uses"),
    summary: "a crate uses a contract that it does not declare, or declares one that it does not use",
    since: "0.1.0",
    explain: Explain {
        what: "The code of a crate names a schema or a topic (as a text, or as a variant of `Topic`) that its `[package.metadata.contracts]` does not; or the table names one that no code of it does. Tests do not count.",
        why: "Who is hit by a change is read from these tables: a use that is not there is found at run time, and one that is no use makes people ask for nothing.",
        bad: story!("crate-uses/fail/undeclared-and-unused"),
        good: story!("crate-uses/pass/what-is-used-is-declared"),
        fix: "Add the name to `implements`, `publishes` or `consumes`, or take it out.",
    },
    looks_back: false,
    read,
};

struct CrateUses {
    every: bool,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    Box::new(CrateUses { every: fields.flag("every", false) })
}

impl Demand for CrateUses {
    fn needs(&self) -> Need {
        Need::Crates
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let Some(contracts) = world.hands.contracts() else { return Vec::new() };
        let all = Crate::all(rule, world.now, self.every);
        all.iter().flat_map(|one| of_crate(rule, world, contracts, one)).collect()
    }
}

/// Where a contract is first used: the file, and the place in it.
type Uses = BTreeMap<usize, (String, Span)>;

fn of_crate(rule: &Rule, world: &World<'_>, contracts: &Contracts, one: &Crate) -> Vec<Finding> {
    let mut uses = Uses::new();
    let source = format!("{}src/", one.folder());
    for path in world.now.paths().iter().filter(|path| path.starts_with(&source)) {
        let Some(bytes) = world.now.read(path).filter(|_| path.ends_with(".rs")) else { continue };
        let Some(program) = program_of(path, &bytes) else { continue };
        look(contracts, &program, &bytes, &mut uses);
    }
    let mut findings = Vec::new();
    let mut declared = Vec::new();
    for named in &one.package.named {
        let means = |contract: &Contract| contract.names.contains(&named.name);
        let mut meant = positions(contracts, means);
        // Who sends a topic makes its payload, and who makes the payload sends it.
        let carried = |contract: &Contract| {
            let topics = meant.iter().filter_map(|at| contracts.all.get(*at));
            topics.flat_map(|topic| &topic.payload).any(|name| contract.names.contains(name))
        };
        let carried = positions(contracts, carried);
        meant.extend(carried);
        if !meant.is_empty() && !meant.iter().any(|at| uses.contains_key(at)) {
            let message = format!("no code of `{}` uses `{}`", one.package.name, named.name);
            findings.push(one.about(rule, named, message).label("declared and not used"));
        }
        declared.extend(meant);
    }
    for (at, (path, span)) in uses.iter().filter(|(at, _)| !declared.contains(at)) {
        let Some(contract) = contracts.all.get(*at).filter(|c| must_declare(c)) else { continue };
        let shown = contract.texts.first().unwrap_or(&contract.id);
        let name = &one.package.name;
        let message = format!("`{name}` uses `{shown}`, and `{}` does not say so", one.path);
        let place = Location::bytes(&ArtifactPath::lossy(path), *span);
        findings
            .push(rule.finding(message, place).label("used here").about(format!("{name}/{shown}")));
    }
    findings
}

fn positions(contracts: &Contracts, is_it: impl Fn(&Contract) -> bool) -> Vec<usize> {
    let all = contracts.all.iter().enumerate();
    all.filter(|(_, contract)| is_it(contract)).map(|(at, _)| at).collect()
}

/// Words such as `list` are operations of many APIs, and words of every program.
fn must_declare(contract: &Contract) -> bool {
    matches!(contract.kind, "schema" | "topic" | "envelope")
}

fn look(contracts: &Contracts, program: &Program, bytes: &[u8], uses: &mut Uses) {
    let source = String::from_utf8_lossy(bytes);
    let mut put = |at: usize, span: Span| {
        if !is_of_test(program, span) {
            uses.entry(at).or_insert_with(|| (program.path.clone(), span));
        }
    };
    for text in &program.texts {
        let Some(literal) = text.value.literal() else { continue };
        for (at, contract) in contracts.all.iter().enumerate() {
            if contract.texts.iter().any(|known| known == literal) {
                put(at, text.span);
            }
        }
    }
    for (start, name) in variants(&source) {
        let span = Span::new(start, start + name.len());
        if program.prose.iter().any(|prose| within(span, *prose)) {
            continue;
        }
        for (at, contract) in contracts.all.iter().enumerate() {
            if contract.variant.as_deref() == Some(name) {
                put(at, span);
            }
        }
    }
}

/// What stands behind `Topic::`, and where.
fn variants(source: &str) -> impl Iterator<Item = (usize, &str)> {
    const TYPE: &str = "Topic::";
    source.match_indices(TYPE).filter_map(|(at, _)| {
        let before = source.get(..at)?.chars().next_back();
        let start = at + TYPE.len();
        let rest = source.get(start..)?;
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let is_whole = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        is_whole.then_some((start, rest.get(..end)?))
    })
}

fn within(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Whether it stands in what is only built for tests.
fn is_of_test(program: &Program, span: Span) -> bool {
    let around = program.places.iter().filter(|place| within(span, place.span));
    let is_test = |name: &String| name == "test" || name.contains("cfg(test)");
    around.filter(|place| place.kind != PlaceKind::Module).any(|place| {
        place.decorators.iter().any(is_test)
            || (place.kind == PlaceKind::Class && place.name == "tests")
    })
}
