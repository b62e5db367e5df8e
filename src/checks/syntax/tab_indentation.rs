//! Tabs in YAML indentation (YAML 1.2.2 §6.1).
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "YAML indented by a tab",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A line of a YAML file is indented by a tab.",
        why: "YAML forbids it: readers refuse the file or place the line at another level than it looks.",
        bad: fixture!("tab-indentation/fail/basic/contracts/policy/bands.yaml"),
        good: fixture!("tab-indentation/pass/basic/contracts/policy/bands.yaml"),
        fix: "Indent with spaces.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("tab-indentation");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::Tab)
}
