//! Digest indexes against their freezes.
use super::records::report;
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level};
use crate::freeze::DefectKind;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "digest index does not agree with its freeze",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `sha-index-<version>.json` lists other digests, sizes or paths than the freeze, or there is none.",
        why: "Whoever looks a file up by its digest finds another one or none.",
        bad: "{\"version\": \"1.0.0\", \"index\": {}}",
        good: "{\"version\": \"1.0.0\", \"index\": {\"44136fa3…\": {\"size\": 2, \"paths\": [\"contracts/a.json\"]}}}",
        fix: "Restore the index from version control.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("freeze-index-mismatch");

fn run(catalog: &Catalog) -> Vec<Finding> {
    report(catalog, CODE, DefectKind::Index)
}
