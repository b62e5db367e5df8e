//! Bytes that are not UTF-8 (RFC 8259 §8.1).
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "file is not UTF-8",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The file is UTF-16, Latin-1 or binary.",
        why: "JSON and YAML are exchanged as UTF-8; other readers see broken text or nothing.",
        bad: "(bytes) \"title\": \"caf\\xe9\"",
        good: "(bytes) \"title\": \"caf\\xc3\\xa9\"",
        fix: "Save the file as UTF-8.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("invalid-encoding");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::Encoding)
}
