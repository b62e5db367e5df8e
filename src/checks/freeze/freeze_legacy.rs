//! Freezes that the legacy tool wrote.
use super::records::report;
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level};
use crate::freeze::DefectKind;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "freeze of the legacy tool",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A freeze has no `format`: the legacy tool wrote it, which lost line endings and index entries.",
        why: "It cannot be verified as it is, and restoring it as it is may change bytes.",
        bad: "{\"version\": \"v1.0.0\", \"artifacts\": { … }}",
        good: "{\"format\": \"contract-freeze/2\", … }",
        fix: "Import it into the current format.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("freeze-legacy");

fn run(catalog: &Catalog) -> Vec<Finding> {
    report(catalog, CODE, DefectKind::Legacy)
}
