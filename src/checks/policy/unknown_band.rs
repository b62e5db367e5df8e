//! Bands that policies and topics name.
use super::entries::{self, List};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "band that does not exist",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A policy or a topic names a band that `policy/bands.yaml` does not declare (GREEN, AMBER, RED, BLACK where there is none).",
        why: "What is meant to protect data protects nothing.",
        bad: fixture!("unknown-band/fail/basic/contracts/policy/abac/rules.yaml"),
        good: fixture!("unknown-band/pass/basic/contracts/policy/abac/rules.yaml"),
        fix: "Correct the name, or declare the band.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("unknown-band");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let declared = entries::names(catalog, List::Bands);
    let known: Vec<String> = if declared.is_empty() {
        ["GREEN", "AMBER", "RED", "BLACK"].map(str::to_owned).to_vec()
    } else {
        declared.into_iter().map(|entry| entry.name).collect()
    };
    let mut findings = Vec::new();
    for (id, at, text) in entries::bands(catalog) {
        if known.contains(&text) {
            continue;
        }
        let location = Location::value(&catalog.path(id), at);
        let finding =
            Finding::new(CODE, format!("no band `{text}` is declared"), location).about(&text);
        findings
            .push(finding.label("unknown band").help(format!("bands are {}", known.join(", "))));
    }
    findings
}
