//! A byte order mark at the start (RFC 8259 §8.1: MUST NOT add).
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "file begins with a byte order mark",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "The file begins with U+FEFF.",
        why: "Many JSON readers refuse it, and it is invisible in an editor.",
        bad: fixture!("byte-order-mark/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("byte-order-mark/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Save the file as UTF-8 without a byte order mark.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("byte-order-mark");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::ByteOrderMark)
}
