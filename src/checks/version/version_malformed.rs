//! Versions (Semantic Versioning 2.0.0).
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "version is no semantic version",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `versions.yaml` has no `version`, or one that is no semantic version.",
        why: "Nothing can tell which of two versions is newer, or whether a change fits.",
        bad: fixture!("version-malformed/fail/basic/contracts/versions.yaml"),
        good: fixture!("version-malformed/pass/basic/contracts/versions.yaml"),
        fix: "Write three numbers: `\"1.4.0\"`, quoted.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("version-malformed");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for versions in &catalog.versions {
        let entries = std::iter::once(&versions.current).chain(&versions.history);
        for entry in entries.filter(|e| e.version.is_none()) {
            let location = Location::value(&catalog.path(versions.item), &entry.at);
            let message = match &entry.text {
                Some(text) => format!("`{text}` is no semantic version"),
                None => "there is no `version`".to_owned(),
            };
            findings.push(
                Finding::new(CODE, message, location)
                    .label("like \"1.4.0\"")
                    .help("write `version: \"1.4.0\"`"),
            );
        }
    }
    findings
}
