//! Capabilities that roles name.
use super::entries::{self, List};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "capability that does not exist",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A role names a capability that no file declares.",
        why: "The role grants nothing, or something that nobody agreed on.",
        bad: fixture!("unknown-capability/fail/basic/contracts/policy/rbac/roles.yaml"),
        good: fixture!("unknown-capability/pass/basic/contracts/policy/rbac/roles.yaml"),
        fix: "Correct the name, or declare it under `capabilities`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("unknown-capability");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let known: Vec<String> =
        entries::names(catalog, List::Capabilities).into_iter().map(|entry| entry.name).collect();
    if known.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (id, at, text) in entries::texts(catalog, List::Roles, "capabilities")
        .filter(|(.., text)| !known.contains(text))
    {
        let location = Location::value(&catalog.path(id), at);
        let finding = Finding::new(CODE, format!("no capability `{text}` is declared"), location)
            .about(&text);
        let help = entries::nearest(&text, &known, "declare it under `capabilities`");
        findings.push(finding.label("unknown capability").help(help));
    }
    findings
}
