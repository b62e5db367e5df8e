//! Obligations that topics and policies name.
use crate::catalog::{Catalog, Kind};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "obligation that the envelope does not know",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A topic or a policy names an obligation that the envelope does not enumerate.",
        why: "No event can carry it, and nobody fulfils it.",
        bad: fixture!("unknown-obligation/fail/basic/contracts/events/topics.yaml"),
        good: fixture!("unknown-obligation/pass/basic/contracts/events/topics.yaml"),
        fix: "Correct the name, or add it to the `obligations` of the envelope.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("unknown-obligation");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let Some(envelope) = catalog.envelope_for(None) else {
        return Vec::new();
    };
    let known =
        catalog.property(envelope, &Pointer::root(), "obligations").and_then(|(item, at)| {
            let (item, items) = catalog.subschema_of(item, &at, "items")?;
            catalog.enumerated(item, &items)
        });
    let Some(known) = known else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let files = catalog
        .items
        .iter()
        .enumerate()
        .filter(|(_, i)| matches!(i.kind, Kind::Topics | Kind::Policy));
    for (id, item) in files {
        for (at, value) in super::obligations(item) {
            let Some(name) = value.as_str().filter(|name| !known.iter().any(|k| k == name)) else {
                continue;
            };
            let best = known.iter().map(|k| (strsim::damerau_levenshtein(k, name), k)).min();
            let help = match best {
                Some((distance, near)) if distance <= 3 => format!("there is `{near}`"),
                _ => "correct the name, or add it to the `obligations` of the envelope".to_owned(),
            };
            let location = Location::value(&catalog.path(id), at);
            let finding = Finding::new(
                CODE,
                format!("no obligation `{name}` is known to the envelope"),
                location,
            );
            findings.push(finding.label("unknown obligation").about(name).help(help));
        }
    }
    findings
}
