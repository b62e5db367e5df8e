//! Migrations: one for every step to a new major.
use crate::catalog::{Catalog, VersionEntry};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "major step without a migration guide",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The history has a step to a higher major, and no `migrations/<from>-to-<to>.md`.",
        why: "A major breaks somebody; the guide is what they are promised.",
        bad: fixture!("migration-missing/fail/basic/contracts/versions.yaml"),
        good: fixture!("migration-missing/pass/basic/contracts/migrations/1.0.0-to-2.0.0.md"),
        fix: "Write `migrations/1.4.0-to-2.0.0.md` with the sections Impact, Migration and Rollback.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("migration-missing");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for versions in &catalog.versions {
        // A pre-release is on the way to a version that will have its guide.
        let is_final = |e: &&VersionEntry| e.version.as_ref().is_none_or(|v| v.pre.is_empty());
        let history: Vec<&VersionEntry> = versions.history.iter().filter(is_final).collect();
        for (newer, older) in history.iter().zip(history.iter().skip(1)) {
            let (Some(to), Some(from)) = (&newer.version, &older.version) else {
                continue;
            };
            // Before 1.0.0 nothing is promised (SemVer §4).
            let is_major = from.major >= 1 && to.major > from.major;
            if !is_major
                || super::migrations(catalog).any(|(_, a, b)| (a, b) == (from.clone(), to.clone()))
            {
                continue;
            }
            let message = format!("no migration guide leads from `{from}` to `{to}`");
            let location = Location::value(&catalog.path(versions.item), &newer.at);
            let finding =
                Finding::new(CODE, message, location).label("a new major").about(to.to_string());
            findings.push(finding.help(format!("write `migrations/{from}-to-{to}.md`")));
        }
    }
    findings
}
