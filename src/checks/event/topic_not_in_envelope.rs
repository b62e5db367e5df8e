//! Topics against the envelope.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "topic that the envelope does not enumerate",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The envelope enumerates the topics it admits, and this one is not among them.",
        why: "Every event of the topic is refused at the bus.",
        bad: fixture!("topic-not-in-envelope/fail/basic/contracts/events/envelope.schema.json"),
        good: fixture!("topic-not-in-envelope/pass/basic/contracts/events/envelope.schema.json"),
        fix: "Add the topic to the enumeration of the envelope.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("topic-not-in-envelope");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for topic in catalog.topics.iter().filter(|t| t.name.is_some()) {
        let module = catalog.item(topic.item).and_then(|i| i.module.as_deref());
        let Some(envelope) = catalog.envelope_for(module) else {
            continue;
        };
        let Some((item, at)) = catalog.property(envelope, &Pointer::root(), "topic") else {
            continue;
        };
        let Some(listed) = catalog.enumerated(item, &at) else {
            continue;
        };
        if listed.iter().any(|text| topic.answers_to(text)) {
            continue;
        }
        let message = format!("topic `{}` is not admitted by the envelope", topic.full_name());
        let location = Location::value(&catalog.path(topic.item), &topic.name_at);
        let finding =
            Finding::new(CODE, message, location).label("not enumerated").about(topic.full_name());
        let envelope = Location::key(&catalog.path(item), &at);
        findings.push(
            finding
                .related(envelope, "the envelope enumerates topics")
                .help("add it to the envelope"),
        );
    }
    findings
}
