//! Inheritance of roles.
use super::entries::{self, List};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "roles inherit in a circle",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A role inherits, over others, from itself.",
        why: "What the role may do has no end, and readers loop or stop at random.",
        bad: fixture!("role-cycle/fail/basic/contracts/policy/rbac/roles.yaml"),
        good: fixture!("role-cycle/pass/basic/contracts/policy/rbac/roles.yaml"),
        fix: "Break the circle.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("role-cycle");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let edges: Vec<(String, String, Location)> = entries::pairs(catalog, List::Roles, "inherits")
        .map(|(role, (id, at, parent))| (role, parent, Location::value(&catalog.path(id), at)))
        .collect();
    let mut findings = Vec::new();
    for (role, parent, location) in &edges {
        if !reaches(&edges, parent, role) {
            continue;
        }
        let message = format!("role `{role}` inherits from itself through `{parent}`");
        let finding = Finding::new(CODE, message, location.clone()).label("part of the circle");
        findings.push(finding.about(role).about(parent).help("break the circle"));
    }
    findings
}

/// Whether inheritance leads from one role to another.
fn reaches(edges: &[(String, String, Location)], from: &str, to: &str) -> bool {
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(role) = seen.get(next).copied() {
        if role == to {
            return true;
        }
        for (_, parent, _) in edges.iter().filter(|(r, ..)| r == role) {
            if !seen.contains(&parent.as_str()) {
                seen.push(parent);
            }
        }
        next += 1;
    }
    false
}
