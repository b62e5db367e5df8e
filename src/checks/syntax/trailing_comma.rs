//! A comma that nothing follows (RFC 8259 §4, §5).
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "comma before a closing bracket",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A comma stands before a closing `}` or `]`.",
        why: "Strict JSON readers refuse the whole file.",
        bad: fixture!("trailing-comma/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("trailing-comma/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Remove the comma.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("trailing-comma");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::TrailingComma)
}
