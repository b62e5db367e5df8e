//! Topics that no example shows.
use crate::catalog::{Catalog, PairReason, Partner, Topic};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "topic has no event example",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "No event example names the topic.",
        why: "Nobody sees what its events look like, and its payload schema is checked by nothing.",
        bad: fixture!("topic-without-example/fail/basic/contracts/events/topics.yaml"),
        good: fixture!(
            "topic-without-example/pass/basic/contracts/events/examples/note_created.example.json"
        ),
        fix: "Add `events/examples/<topic>.example.json`, a whole event.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("topic-without-example");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let shown: Vec<&Topic> = catalog
        .examples
        .iter()
        .flat_map(|example| super::events(catalog, example.item))
        .filter_map(|event| catalog.topic(event.value.str_at("topic")?))
        .collect();
    // A payload example of its schema shows a topic too.
    let by_name: Vec<_> = catalog.examples.iter().map(|e| &e.partner).collect();
    let mut findings = Vec::new();
    for topic in catalog.topics.iter().filter(|t| t.name.is_some()) {
        let is_shown = shown.iter().any(|t| t.full_name() == topic.full_name());
        let has_payload = by_name
            .iter()
            .any(|p| matches!(p, Partner::Schema(s, PairReason::Name) if Some(*s) == topic.schema));
        if is_shown || has_payload {
            continue;
        }
        let message = format!("topic `{}` has no event example", topic.full_name());
        let location = Location::value(&catalog.path(topic.item), &topic.name_at);
        let finding = Finding::new(CODE, message, location)
            .label("shown by nothing")
            .about(topic.full_name());
        findings.push(finding.help("add a whole event to `events/examples/`"));
    }
    findings
}
