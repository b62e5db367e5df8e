//! YAML that does not parse (YAML 1.2.2).
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "YAML does not parse",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `.yaml` file is not YAML, or has keys that JSON cannot hold.",
        why: "No tool can read the contract.",
        bad: fixture!("invalid-yaml/fail/basic/contracts/policy/bands.yaml"),
        good: fixture!("invalid-yaml/pass/basic/contracts/policy/bands.yaml"),
        fix: "Correct the text at the place shown; quote texts that contain `: ` or ` #`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("invalid-yaml");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::Yaml)
}
