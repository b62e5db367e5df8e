//! Roles that bindings, rules and other roles name.
use super::entries::{self, List};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "role that does not exist",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A binding, a rule or `inherits` names a role that no file declares.",
        why: "The subject gets no right at all, or a rule protects nobody.",
        bad: fixture!("unknown-role/fail/basic/contracts/policy/rbac/bindings.yaml"),
        good: fixture!("unknown-role/pass/basic/contracts/policy/rbac/bindings.yaml"),
        fix: "Correct the name, or declare the role under `roles`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("unknown-role");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let known: Vec<String> =
        entries::names(catalog, List::Roles).into_iter().map(|entry| entry.name).collect();
    let named = entries::texts(catalog, List::Bindings, "role")
        .chain(entries::texts(catalog, List::Roles, "inherits"))
        .chain(entries::texts(catalog, List::Rules, "roles"));
    let mut findings = Vec::new();
    for (id, at, text) in named.filter(|(.., text)| !known.contains(text)) {
        let location = Location::value(&catalog.path(id), at);
        let finding =
            Finding::new(CODE, format!("no role `{text}` is declared"), location).about(&text);
        findings.push(finding.label("unknown role").help(entries::nearest(
            &text,
            &known,
            "declare it under `roles`",
        )));
    }
    findings
}
