//! A contract that breaks breaks the crates that name it, which say so by their own version.

use semver::Version;

use super::super::crates::Crate;
use super::super::fields::Fields;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding};

pub(super) static KIND: LawKind = LawKind {
    code: Code("crate-major"),
    summary: "a contract breaks, and a crate that names it keeps its major version",
    since: "0.1.0",
    explain: Explain {
        what: "Since the baseline a contract has changed so that it breaks, and the version of a crate whose `[package.metadata.contracts]` names it has made no major step (before 1.0.0: no minor step).",
        why: "Whoever is built with the crate takes the new contract with an update that promises to break nothing.",
        bad: story!("crate-major/fail/a-break-without-a-step"),
        good: story!("crate-major/pass/a-break-with-a-step"),
        fix: "Raise the major version of the crate, or do not break the contract.",
    },
    looks_back: true,
    read,
};

struct CrateMajor;

fn read(_: &mut Fields<'_>) -> Box<dyn Demand> {
    Box::new(CrateMajor)
}

impl Demand for CrateMajor {
    fn needs(&self) -> Need {
        Need::Crates
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let Some(contracts) = world.hands.contracts() else { return Vec::new() };
        let before = world.baseline.map(|files| Crate::all(rule, files, false)).unwrap_or_default();
        let mut findings = Vec::new();
        for one in Crate::all(rule, world.now, true) {
            // A crate that is new was never built with what was.
            let named = before.iter().find(|old| old.package.name == one.package.name);
            let Some(old) = named.or_else(|| before.iter().find(|old| old.path == one.path)) else {
                continue;
            };
            let was = world.baseline.and_then(|files| old.version(files));
            if is_step(was.as_ref(), one.version(world.now).as_ref()) {
                continue;
            }
            for named in &old.package.named {
                let Some(why) = contracts.broken(&named.name) else { continue };
                let name = &one.package.name;
                let message =
                    format!("`{}` breaks, and `{name}` keeps its major version: {why}", named.name);
                let now = one.package.named.iter().find(|other| other.name == named.name);
                let span = now.map_or(one.package.at, |now| now.span);
                let finding = one.finding(rule, span, message).label("breaks");
                findings.push(finding.about(format!("{name}/{}", named.name)));
            }
        }
        findings
    }
}

/// Whether a version says that it may break (SemVer, sections 4 and 8; Cargo takes the first number that is not 0).
/// A version that cannot be read says nothing.
fn is_step(was: Option<&Version>, now: Option<&Version>) -> bool {
    let (Some(was), Some(now)) = (was, now) else { return false };
    now.major > was.major || (was.major == 0 && now.major == 0 && now.minor > was.minor)
}
