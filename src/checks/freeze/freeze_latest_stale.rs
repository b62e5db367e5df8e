//! `freeze-latest.json` and `sha-index-latest.json`.
use super::records::report;
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level};
use crate::freeze::DefectKind;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`latest` is not the newest freeze",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `*-latest.json` is not a copy of the newest freeze or its index.",
        why: "Readers of `latest` build against an old or unknown version.",
        bad: "freeze-latest.json holds version 1.0.0, the newest is 1.1.0",
        good: "freeze-latest.json equals freeze-1.1.0.json",
        fix: "Copy the newest over it.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("freeze-latest-stale");

fn run(catalog: &Catalog) -> Vec<Finding> {
    report(catalog, CODE, DefectKind::Latest)
}
