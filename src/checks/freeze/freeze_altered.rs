//! The bytes of freezes against their digests.
use super::records::report;
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level};
use crate::freeze::DefectKind;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "freeze was changed",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The content of an artifact does not have the recorded SHA-256 or size, or the lines of the freeze do not have its root.",
        why: "What was frozen is no longer what was released: history was rewritten or the disk lost it.",
        bad: "{\"path\": \"contracts/a.json\", \"sha256\": \"0000…\", \"content\": \"{}\"}",
        good: "{\"path\": \"contracts/a.json\", \"sha256\": \"44136fa3…\", \"content\": \"{}\"}",
        fix: "Restore the file from version control; freezes are never edited.",
    },
    run: Run::Tree(run),
};

/// Its code.
pub(crate) const CODE: Code = Code("freeze-altered");

fn run(catalog: &Catalog) -> Vec<Finding> {
    report(catalog, CODE, DefectKind::Altered)
}
