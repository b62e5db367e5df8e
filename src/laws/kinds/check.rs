//! What contract-guard's own rules say about the repository's contracts.

use super::super::fields::Fields;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding};

pub(super) static KIND: LawKind = LawKind {
    code: Code("check"),
    summary: "a check that a law names has a finding",
    since: "0.1.0",
    explain: Explain {
        what: "The law names checks or change rules of contract-guard, and one of them says something about the contracts of the repository.",
        why: "The written contract promises what the check looks for.",
        bad: story!("check/fail/broken-json"),
        good: story!("check/pass/whole-json"),
        fix: "`contract-guard explain` tells how for the code in brackets.",
    },
    looks_back: false,
    read,
};

struct Check {
    codes: Vec<String>,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let codes = fields.texts("codes");
    if codes.is_empty() {
        fields.required("codes");
    }
    Box::new(Check { codes })
}

impl Demand for Check {
    fn needs(&self) -> Need {
        Need::Contracts
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let found = world.hands.checks(&self.codes).unwrap_or_default();
        let mine = |finding: &Finding| rule.scope.has(finding.primary.artifact.as_str());
        let own = |mut finding: Finding| {
            finding.message = format!("{} [{}]", finding.message, finding.code);
            let code = finding.code.as_str();
            finding.code = rule.kind.code;
            finding.about(code)
        };
        found.into_iter().filter(mine).map(own).collect()
    }
}
