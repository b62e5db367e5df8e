//! A key that stands twice (RFC 8259 §4: names SHOULD be unique; I-JSON: MUST).
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "key stands twice in one object",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "One object or mapping has the same key twice.",
        why: "Readers disagree about which of the two counts, so the contract means different things to different readers.",
        bad: fixture!("duplicate-key/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("duplicate-key/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Remove one of the two; both places are shown.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("duplicate-key");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::DuplicateKey)
}
