//! The merge key `<<` of YAML 1.1.
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "YAML merge key",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A mapping takes keys from another one by `<<`.",
        why: "YAML 1.2 has no merge keys: some readers merge, others see a key named `<<`.",
        bad: fixture!("merge-key/fail/basic/contracts/policy/abac/rules.yaml"),
        good: fixture!("merge-key/pass/basic/contracts/policy/abac/rules.yaml"),
        fix: "Write the merged keys out.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("merge-key");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::MergeKey)
}
