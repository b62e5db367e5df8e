//! Documents that name the version of their set or module.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::document::Edit;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "document names another version than its versions.yaml",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "`info.version` of an OpenAPI document, or `version` of a topic catalog, is not the version that the `versions.yaml` of its module, or of the set, declares.",
        why: "Clients read the version where they are; two answers to one question are none.",
        bad: fixture!("version-disagrees/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("version-disagrees/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Run `contract-guard bump --write`, or write the version. Where an API has versions of its own, turn the rule off.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("version-disagrees");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for versions in &catalog.versions {
        let Some(declared) = &versions.current.version else { continue };
        for stated in catalog.stated_versions(versions.folder.as_deref()) {
            if semver::Version::parse(&stated.text).ok().as_ref() == Some(declared) {
                continue;
            }
            let message = format!("document names the version `{}`, not `{declared}`", stated.text);
            let path = catalog.path(stated.item);
            let fix = Fix::safe(&path, Edit::Set(stated.at.clone(), declared.to_string().into()));
            let location = Location::value(&path, stated.at);
            let there = Location::value(&catalog.path(versions.item), &versions.current.at);
            findings.push(
                Finding::new(CODE, message, location)
                    .label("another version")
                    .related(there, "declared here")
                    .help(format!("write `\"{declared}\"`"))
                    .fix(fix),
            );
        }
    }
    findings
}
