//! The sequence of freezes: `seq` and `prev`.
use super::records::report;
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level};
use crate::freeze::DefectKind;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "chain of freezes is broken",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The `seq` of the freezes has a gap or a repetition, or a `prev` is not the root of the freeze before.",
        why: "A freeze was removed, inserted or replaced; history may only grow.",
        bad: "{\"version\": \"1.1.0\", \"seq\": 3, \"prev\": \"sha256:…\"}",
        good: "{\"version\": \"1.1.0\", \"seq\": 2, \"prev\": \"sha256:…\"}",
        fix: "Restore the missing freeze from version control.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("freeze-chain-broken");

fn run(catalog: &Catalog) -> Vec<Finding> {
    report(catalog, CODE, DefectKind::Chain)
}
