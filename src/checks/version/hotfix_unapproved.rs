//! Hotfixes that wait for their approval.
use crate::catalog::{Catalog, Debt};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "hotfix went out and nobody has approved it since",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "`debts.yaml` has a hotfix without `approved_by`, or with the name of the one who made it.",
        why: "A hotfix goes around the usual approval because it must; what follows makes it a decision of two. Until then no other release is made.",
        bad: fixture!("hotfix-unapproved/fail/basic/contracts/debts.yaml"),
        good: fixture!("hotfix-unapproved/pass/basic/contracts/debts.yaml"),
        fix: "Let somebody else look at it, and run `contract-guard hotfix --approve VERSION --by NAME`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("hotfix-unapproved");

fn run(catalog: &Catalog) -> Vec<Finding> {
    catalog.debts().iter().filter(|debt| !debt.is_settled()).map(|d| finding(catalog, d)).collect()
}

fn finding(catalog: &Catalog, debt: &Debt) -> Finding {
    let version = debt.version.as_deref().unwrap_or("?");
    let message = match (&debt.approved_by, &debt.date) {
        (Some(name), _) if !name.trim().is_empty() => {
            format!("hotfix {version} was approved by `{name}`, who made it")
        }
        (_, Some(date)) => format!("hotfix {version} waits for its approval since {date}"),
        (_, None) => format!("hotfix {version} waits for its approval"),
    };
    Finding::new(CODE, message, Location::value(&catalog.path(debt.item), &debt.at))
        .label("not approved")
        .about(version)
        .help(format!("run `contract-guard hotfix --approve {version} --by NAME`"))
}
