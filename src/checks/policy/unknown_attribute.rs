//! Attributes that ABAC rules test.
use super::entries::{self, List};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "attribute or value that is not declared",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A rule of `policy/abac` tests an attribute that is not declared, or a value that the attribute cannot have.",
        why: "The condition is never true, and the rule never fires.",
        bad: fixture!("unknown-attribute/fail/basic/contracts/policy/abac/rules.yaml"),
        good: fixture!("unknown-attribute/pass/basic/contracts/policy/abac/rules.yaml"),
        fix: "Correct the name or value, or declare it under `attributes`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("unknown-attribute");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let declared = entries::names(catalog, List::Attributes);
    if declared.is_empty() {
        return Vec::new();
    }
    let known: Vec<String> = declared.iter().map(|entry| entry.name.clone()).collect();
    let mut findings = Vec::new();
    for test in entries::conditions(catalog) {
        let is_built_in = matches!(test.attribute.as_str(), "band" | "role" | "topic");
        let location =
            |at| Location { part: test.part, ..Location::value(&catalog.path(test.item), at) };
        match declared.iter().find(|entry| entry.name == test.attribute) {
            None if is_built_in => {}
            None => {
                let message = format!("no attribute `{}` is declared", test.attribute);
                let finding =
                    Finding::new(CODE, message, Location::key(&catalog.path(test.item), &test.at));
                let help =
                    entries::nearest(&test.attribute, &known, "declare it under `attributes`");
                findings.push(finding.label("unknown attribute").about(&test.attribute).help(help));
            }
            Some(entry) => {
                let values = entry.values(catalog);
                for (at, text) in test
                    .texts
                    .iter()
                    .filter(|(_, text)| !values.is_empty() && !values.contains(text))
                {
                    let message = format!("attribute `{}` has no value `{text}`", test.attribute);
                    let finding = Finding::new(CODE, message, location(at.clone())).about(text);
                    findings.push(
                        finding
                            .label("never true")
                            .help(format!("values are {}", values.join(", "))),
                    );
                }
            }
        }
    }
    findings
}
