//! Removals inside of their notice.
use super::notice::{Freezes, gone, today};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "something was removed before its notice was over",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The newest freeze has a property, schema, topic or operation that the tree has not, and it was not marked `deprecated` in enough freezes before (two, unless `[deprecation]` says otherwise). What fewer freezes have had is owed no notice.",
        why: "Who relies on it learns that it goes when it is gone.",
        bad: fixture!(
            "removed-without-notice/fail/basic/contracts/storage/schemas/note.schema.json"
        ),
        good: fixture!(
            "removed-without-notice/pass/still-marked/contracts/storage/schemas/note.schema.json"
        ),
        fix: "Bring it back and mark it: `contract-guard deprecate PATH#POINTER`. `contract-guard list deprecated` says what may go now.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("removed-without-notice");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let notice = catalog.notice;
    let freezes = Freezes::of(catalog);
    if notice.releases == 0 && notice.days == 0 {
        return Vec::new();
    }
    let Some((version, newest)) = freezes.newest() else { return Vec::new() };
    let back_to = freezes.rolled_back_to();
    let mut findings = Vec::new();
    for gone in gone(catalog, &newest) {
        if back_to.as_ref().is_some_and(|freeze| gone.is_as_in(freeze, catalog)) {
            continue;
        }
        let given = freezes.notice(&gone, notice.releases);
        if given.is_enough(notice, today(catalog)) {
            continue;
        }
        let message = format!(
            "{} is gone since {version}, and was deprecated in {} of the {} releases that it takes",
            gone.what, given.marked, notice.releases
        );
        let location = match catalog.find(&gone.path) {
            Some(_) => Location::file(&gone.path),
            // What is gone is shown where the versions are.
            None => match catalog.versions.iter().find(|v| v.folder.is_none()) {
                Some(versions) => {
                    Location::value(&catalog.path(versions.item), &versions.current.at)
                }
                None => Location::file(&gone.path),
            },
        };
        findings.push(
            Finding::new(CODE, message, location)
                .label("missing here")
                .about(&gone.what)
                .help("bring it back, and mark it with `contract-guard deprecate`"),
        );
    }
    findings
}
