//! Plain YAML scalars that YAML 1.1 and 1.2 readers take for different things.
use super::report;
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::SyntaxKind;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "unquoted YAML scalar that readers disagree about",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "An unquoted scalar such as `no`, `0777`, `12:30` or `1.10` is a text to one reader and a boolean or number to another, or a number that loses a digit.",
        why: "A version `1.10` read as the number 1.1 is a different version; a country `no` becomes false.",
        bad: fixture!("ambiguous-scalar/fail/basic/contracts/versions.yaml"),
        good: fixture!("ambiguous-scalar/pass/basic/contracts/versions.yaml"),
        fix: "Quote it when the text is meant; write `true`, `false`, or the decimal number when that is meant.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("ambiguous-scalar");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    report(catalog, id, CODE, SyntaxKind::AmbiguousScalar)
}
