//! JSON that does not parse (RFC 8259).
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "JSON does not parse",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `.json` file is not JSON: it is cut off, or has a comment, single quotes, a bad escape, or text after its end.",
        why: "No tool can read the contract, and some readers silently accept what others refuse.",
        bad: fixture!("invalid-json/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("invalid-json/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Correct the text at the place shown. JSON knows no comments; put explanations in `description` or `$comment`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("invalid-json");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::Json)
}
