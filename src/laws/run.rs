//! Laws held against a repository.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::about::PROGRAM_UNPARSED;
use super::world::Sought;
use super::{Law, Need, Rule, World};
use crate::finding::{Finding, LawRule, Level, Location, fingerprint};
use crate::tree::ArtifactPath;

/// Which rules are held.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The law; all of them when there is none.
    pub law: Option<String>,
    /// The rule; all of them when there is none.
    pub rule: Option<String>,
}

impl Selection {
    fn has(&self, rule: &Rule) -> bool {
        let fits =
            |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|w| w == name);
        fits(&self.law, &rule.law)
            && (fits(&self.rule, &rule.id)
                || fits(&self.rule, &format!("{}/{}", rule.law, rule.id))
                || self.rule.as_ref().is_some_and(|wanted| rule.sentences.contains(wanted)))
    }
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It was held; so many findings.
    Held(usize),
    /// It compares with a baseline, and there is none.
    NoBaseline,
    /// It runs a command, and commands are not run.
    NoCommands,
    /// Its level is `off`.
    Off,
    /// A test must prove it.
    ByTest,
}

/// A rule and what became of it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The law.
    pub law: String,
    /// The rule.
    pub rule: String,
    /// What became of it.
    pub hold: Hold,
}

/// Holds laws against a repository.
pub fn run(laws: &[Law], world: &World<'_>, selection: &Selection) -> (Vec<Finding>, Vec<Held>) {
    let rules: Vec<&Rule> =
        laws.iter().flat_map(|law| &law.rules).filter(|rule| selection.has(rule)).collect();
    let before = world.before();
    ready(&rules, world, before.as_ref());
    let ran: Vec<(Vec<Finding>, Held)> =
        rules.par_iter().map(|rule| hold(rule, world, before.as_ref())).collect();
    let mut findings = Vec::new();
    let mut held = Vec::new();
    for (found, one) in ran {
        findings.extend(found);
        held.push(one);
    }
    findings.extend(unparsed(&rules, world));
    (findings, held)
}

/// Reads what the rules that are held look at, each once.
fn ready(rules: &[&Rule], world: &World<'_>, before: Option<&World<'_>>) {
    let held = || rules.iter().filter(|rule| not_held(rule, world).is_none());
    let programs = || held().filter(|rule| rule.demand.needs() == Need::Programs);
    if programs().next().is_some() {
        let patterns: Vec<Sought<'_>> = programs()
            .flat_map(|rule| rule.demand.patterns().into_iter().map(move |p| (&rule.scope, p)))
            .collect();
        world.read_programs(&patterns);
        if let Some(before) = before.filter(|_| programs().any(|rule| rule.only_new)) {
            before.read_programs(&patterns);
        }
    }
    if held().any(|rule| rule.demand.needs() == Need::Contracts) {
        world.hands.checks(&[]);
    }
    if held().any(|rule| rule.demand.needs() == Need::Crates) {
        world.hands.contracts();
    }
}

/// Why a rule is not held now, if it is not.
fn not_held(rule: &Rule, world: &World<'_>) -> Option<Hold> {
    if rule.level == Level::Off {
        return Some(Hold::Off);
    }
    if rule.is_pack && !rule.demand.tests().is_empty() {
        return Some(Hold::ByTest);
    }
    if rule.looks_back() && !world.looks_back() {
        return Some(Hold::NoBaseline);
    }
    let needs_commands = rule.demand.is_command() && world.hands.command(&[], "", 0).is_none();
    needs_commands.then_some(Hold::NoCommands)
}

fn hold(rule: &Rule, world: &World<'_>, before: Option<&World<'_>>) -> (Vec<Finding>, Held) {
    let held = |hold| Held { law: rule.law.clone(), rule: rule.id.clone(), hold };
    if let Some(why) = not_held(rule, world) {
        return (Vec::new(), held(why));
    }
    let mut findings = signed(rule, world, rule.demand.findings(rule, world));
    if rule.only_new
        && let Some(before) = before
    {
        let old = signed(rule, world, rule.demand.findings(rule, before));
        let old: BTreeSet<String> = old.iter().map(fingerprint).collect();
        findings.retain(|finding| !old.contains(&fingerprint(finding)));
    }
    let count = findings.len();
    (findings, held(Hold::Held(count)))
}

/// Says which rule of which law speaks, why, and what to do.
fn signed(rule: &Rule, world: &World<'_>, found: Vec<Finding>) -> Vec<Finding> {
    let today = world.clock.to_zoned(jiff::tz::TimeZone::UTC).date();
    let waived = rule.waived.as_ref().filter(|waived| today <= waived.until);
    let level = if waived.is_some() { rule.level.min(Level::Note) } else { rule.level };
    let sign = |mut finding: Finding| {
        let numbers = rule.sentences.join(", ");
        let of = if numbers.is_empty() { String::new() } else { format!(" ({numbers})") };
        let mut note = format!("`{}/{}`{of}: {}", rule.law, rule.id, rule.why);
        if let Some(waived) = waived {
            note.push_str(&format!(
                "; {} waives it until {}: {}",
                waived.owner, waived.until, waived.reason
            ));
        }
        finding.note = Some(note);
        let mut finding = finding.or_help(&rule.remedy);
        finding.law = Some(Box::new(LawRule {
            law: rule.law.clone(),
            rule: rule.id.clone(),
            sentences: rule.sentences.clone(),
            level,
        }));
        finding
    };
    found.into_iter().map(sign).collect()
}

/// Files within the scope of a rule that do not parse.
fn unparsed(rules: &[&Rule], world: &World<'_>) -> Vec<Finding> {
    let rules: Vec<&&Rule> = rules
        .iter()
        .filter(|r| {
            matches!(r.kind.code.as_str(), "source" | "import-safe") && r.level > Level::Note
        })
        .collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let broken = world.programs().all.iter().filter_map(|p| Some((p, p.errors.first()?)));
    broken
        .filter(|(program, _)| rules.iter().any(|rule| rule.scope.has(&program.path)))
        .map(|(program, span)| {
            let path = ArtifactPath::lossy(&program.path);
            Finding::new(
                PROGRAM_UNPARSED.code,
                "the file does not parse from here; what is not understood is not held to the law",
                Location::bytes(&path, *span),
            )
            .label("no valid syntax")
            .help("correct the syntax, or take the file out by `except`")
        })
        .collect()
}
