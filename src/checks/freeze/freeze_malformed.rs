//! Freeze files and digest indexes that are no such thing.
use super::records::report;
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level};
use crate::freeze::DefectKind;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "freeze cannot be read",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A file of `_frozen/` is not JSON, not of the format `contract-freeze/2`, or lacks a part.",
        why: "A freeze that cannot be read cannot be restored.",
        bad: "{\"format\": \"contract-freeze/2\", \"version\": \"1.0.0\"}",
        good: "{\"format\": \"contract-freeze/2\", \"version\": \"1.0.0\", \"root\": \"sha256:…\", \"artifacts\": [ … ]}",
        fix: "Restore the file from version control; freezes are never edited.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("freeze-malformed");

fn run(catalog: &Catalog) -> Vec<Finding> {
    report(catalog, CODE, DefectKind::Malformed)
}
