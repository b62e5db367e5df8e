//! Event examples and the topic catalog.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "event of a topic that does not exist",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "An event example names a topic that no topic catalog lists.",
        why: "Nothing says what its payload is, so the payload was not checked.",
        bad: fixture!(
            "unknown-topic/fail/basic/contracts/events/examples/note_created.example.json"
        ),
        good: fixture!(
            "unknown-topic/pass/basic/contracts/events/examples/note_created.example.json"
        ),
        fix: "Correct the name, or list the topic.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("unknown-topic");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    if catalog.topics.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for event in super::events(catalog, id) {
        let Some(name) = event.value.str_at("topic").filter(|name| catalog.topic(name).is_none())
        else {
            continue;
        };
        let near = catalog.topics.iter().filter_map(|t| t.name.as_deref());
        let best = near.map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
        let help = match best {
            Some((distance, known)) if distance <= 3 => format!("there is `{known}`"),
            _ => "correct the name, or list the topic in topics.yaml".to_owned(),
        };
        let location = Location::value(&catalog.path(id), event.at.join("topic"));
        let finding =
            Finding::new(CODE, format!("no topic `{name}` is listed"), location).about(name);
        findings.push(finding.label("unknown topic").help(help));
    }
    findings
}
