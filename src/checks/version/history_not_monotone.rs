//! Histories: newest first, and the newest is the current version.
use crate::catalog::{Catalog, VersionEntry};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "version history does not fall",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The history is not strictly falling, or does not begin with the current version.",
        why: "History may only grow; a version that comes twice or out of order has two meanings.",
        bad: fixture!("history-not-monotone/fail/basic/contracts/versions.yaml"),
        good: fixture!("history-not-monotone/pass/basic/contracts/versions.yaml"),
        fix: "Sort it newest first, without repetition, and begin with the current version.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("history-not-monotone");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for versions in &catalog.versions {
        let path = catalog.path(versions.item);
        let fail = |entry: &VersionEntry, message: String, label: &str| {
            let finding =
                Finding::new(CODE, message, Location::value(&path, &entry.at)).label(label);
            finding.help("sort the history newest first, beginning with the current version")
        };
        if let (Some(first), Some(current)) = (versions.history.first(), &versions.current.version)
            && first.version.as_ref().is_some_and(|v| v != current)
        {
            let message =
                format!("history begins with another version than the current `{current}`");
            let finding = fail(first, message, "newest of the history");
            findings.push(
                finding.related(Location::value(&path, &versions.current.at), "current version"),
            );
        }
        for (newer, older) in versions.history.iter().zip(versions.history.iter().skip(1)) {
            let (Some(a), Some(b)) = (&newer.version, &older.version) else {
                continue;
            };
            // Build metadata does not order versions (SemVer §10).
            if a.cmp_precedence(b) != std::cmp::Ordering::Greater {
                findings.push(fail(
                    older,
                    format!("`{b}` stands below `{a}`, but is not older"),
                    "not older",
                ));
            }
        }
    }
    findings
}
