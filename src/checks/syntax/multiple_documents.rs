//! A second document in one YAML file.
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "more than one YAML document in a file",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The file holds a second document after `---`.",
        why: "Only the first is read; what stands in the others is no contract.",
        bad: fixture!("multiple-documents/fail/basic/contracts/policy/bands.yaml"),
        good: fixture!("multiple-documents/pass/basic/contracts/policy/bands.yaml"),
        fix: "Keep one document a file.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("multiple-documents");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::MultipleDocuments)
}
