//! Sections of migration guides.
use crate::catalog::{Catalog, Kind};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "migration guide lacks a section",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A migration guide has no heading for Impact, Migration or Rollback.",
        why: "Who is hit, what to do, and how to get back are what its readers need.",
        bad: fixture!("migration-incomplete/fail/basic/contracts/migrations/1.0.0-to-2.0.0.md"),
        good: fixture!("migration-incomplete/pass/basic/contracts/migrations/1.0.0-to-2.0.0.md"),
        fix: "Add the section.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("migration-incomplete");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, item) in catalog.of_kind(Kind::Migration) {
        let headings: Vec<String> =
            super::headings(catalog, id).iter().map(|h| h.to_lowercase()).collect();
        // The title of the file names the migration itself and is no section.
        let sections = headings.get(1..).unwrap_or_default();
        for section in ["Impact", "Migration", "Rollback"] {
            if sections.iter().any(|h| h.contains(&section.to_lowercase())) {
                continue;
            }
            let message = format!("migration guide has no section `{section}`");
            let finding =
                Finding::new(CODE, message, Location::file(&item.path)).label("section is missing");
            findings.push(finding.about(section).help(format!("add `## {section}`")));
        }
    }
    findings
}
