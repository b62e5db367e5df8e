//! CHANGELOG.md beside the versions of the set (Keep a Changelog).
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};
use semver::Version;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "changelog does not have the version",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The current version of the set has no heading in CHANGELOG.md.",
        why: "Whoever upgrades reads there what changes.",
        bad: fixture!("changelog-missing-version/fail/basic/contracts/CHANGELOG.md"),
        good: fixture!("changelog-missing-version/pass/basic/contracts/CHANGELOG.md"),
        fix: "Add `## [1.4.0] - 2026-11-20` with what changed.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("changelog-missing-version");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for versions in catalog.versions.iter().filter(|v| v.folder.is_none()) {
        let Some(current) = &versions.current.version else {
            continue;
        };
        let path = catalog.path(versions.item);
        let declared = Location::value(&path, &versions.current.at);
        let changelog = path.join("CHANGELOG.md").and_then(|p| catalog.find(&p));
        let finding = match changelog.map(|id| (catalog.path(id), super::headings(catalog, id))) {
            None => Finding::new(CODE, "there is no CHANGELOG.md beside this file", declared)
                .label("not in any changelog"),
            Some((_, headings)) if headings.iter().any(|h| mentions(h, current)) => continue,
            Some((changelog, _)) => {
                let message = format!("changelog has no heading for version `{current}`");
                let finding = Finding::new(CODE, message, Location::file(&changelog))
                    .label("no such heading");
                finding.related(declared, "the current version")
            }
        };
        findings
            .push(finding.help(format!("add `## [{current}]` to CHANGELOG.md, with what changed")));
    }
    findings
}

/// A whole version, not part of a longer one: `1.1.0` is not in `11.1.0` or `1.1.0-rc.1`.
fn mentions(heading: &str, version: &Version) -> bool {
    let words = heading
        .split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')' | ':' | ','));
    words
        .filter_map(|w| Version::parse(w.strip_prefix('v').unwrap_or(w)).ok())
        .any(|v| v == *version)
}
