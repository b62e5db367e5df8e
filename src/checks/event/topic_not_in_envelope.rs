//! Topics against the envelope.
use crate::catalog::{Catalog, Topic};
use crate::checks::{Check, Run};
use crate::document::{Edit, Pointer};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};

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
        let finding = finding
            .related(envelope, "the envelope enumerates topics")
            .help("add it to the envelope");
        findings.push(match admitted(catalog, topic, module) {
            Some(fix) => finding.fix(fix),
            None => finding,
        });
    }
    findings
}

/// The topic in every list of the envelope, as that list names topics.
fn admitted(catalog: &Catalog, topic: &Topic, module: Option<&str>) -> Option<Fix> {
    let name = topic.name.as_deref()?;
    let edits = catalog.topic_lists(module).into_iter().map(|list| {
        let text = if list.versioned { topic.full_name() } else { name.to_owned() };
        (catalog.path(list.item), Edit::Merge(list.at, serde_json::json!([text])))
    });
    let edits: Vec<_> = edits.collect();
    (!edits.is_empty()).then_some(Fix { is_safe: true, edits })
}
