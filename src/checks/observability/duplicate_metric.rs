//! Metrics that stand twice.
use super::signals::{self, Signal};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "metric stands twice",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Two entries declare the same metric.",
        why: "Which type, unit and labels count is a guess.",
        bad: fixture!("duplicate-metric/fail/basic/contracts/observability/metrics/runtime.yaml"),
        good: fixture!("duplicate-metric/pass/basic/contracts/observability/metrics/runtime.yaml"),
        fix: "Remove or rename one.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("duplicate-metric");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let metrics = signals::entries(catalog, Signal::Metrics);
    let mut findings = Vec::new();
    for (i, entry) in metrics.iter().enumerate() {
        let Some(first) = metrics.iter().take(i).find(|other| other.name == entry.name) else {
            continue;
        };
        let place =
            |e: &signals::Entry<'_>| Location::value(&catalog.path(e.item), e.at.join("name"));
        let finding =
            Finding::new(CODE, format!("metric `{}` is declared twice", entry.name), place(entry));
        let finding = finding.label("again").about(entry.name).related(place(first), "first here");
        findings.push(finding.help("remove or rename one"));
    }
    findings
}
