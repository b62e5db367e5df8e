//! Names of bands, roles, capabilities, attributes and rules.
use super::entries::{self, List};
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "two policy entries have one name",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Two bands, roles, capabilities, attributes or rules have the same name.",
        why: "Which of the two counts is a guess.",
        bad: fixture!("duplicate-policy-name/fail/basic/contracts/policy/rbac/roles.yaml"),
        good: fixture!("duplicate-policy-name/pass/basic/contracts/policy/rbac/roles.yaml"),
        fix: "Rename or remove one.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("duplicate-policy-name");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let lists = [List::Bands, List::Roles, List::Capabilities, List::Attributes, List::Rules];
    let mut findings = Vec::new();
    for list in lists {
        let named = entries::names(catalog, list);
        for (i, entry) in named.iter().enumerate() {
            // Rules of two files may share an id: each file is a set of its own.
            let same = |other: &&entries::Entry| {
                other.name == entry.name && (list != List::Rules || other.item == entry.item)
            };
            let Some(first) = named.iter().take(i).find(same) else {
                continue;
            };
            let message = format!("{} `{}` is declared twice", list.noun(), entry.name);
            let place = |e: &entries::Entry| Location::value(&catalog.path(e.item), &e.name_at);
            let finding =
                Finding::new(CODE, message, place(entry)).label("again").about(&entry.name);
            findings.push(finding.related(place(first), "first here").help("rename or remove one"));
        }
    }
    findings
}
