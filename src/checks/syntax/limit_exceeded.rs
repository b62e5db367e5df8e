//! The budgets for one document.
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "document is larger or deeper than the limits allow",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A document is nested too deeply, has too many values once its YAML aliases are expanded, or has a number beyond exact arithmetic.",
        why: "Such a document can exhaust every reader; it is not checked further.",
        bad: "{\"a\": {\"a\": {\"a\": … 200 levels …}}}",
        good: "{\"a\": {\"a\": 1}}",
        fix: "Flatten or split the document. Where it must be so, raise the limit: `--max-depth`, `--max-nodes`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("limit-exceeded");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::Limit)
}
