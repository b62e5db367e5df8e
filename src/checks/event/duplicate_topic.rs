//! Topics that stand twice.
use crate::catalog::{Catalog, Topic};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "topic is listed twice",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Two entries have the same name and version.",
        why: "Which payload schema and which obligations count is a guess.",
        bad: fixture!("duplicate-topic/fail/basic/contracts/events/topics.yaml"),
        good: fixture!("duplicate-topic/pass/basic/contracts/events/topics.yaml"),
        fix: "Remove one, or raise its version.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("duplicate-topic");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (i, topic) in catalog.topics.iter().enumerate() {
        let same = |other: &&Topic| other.name.is_some() && other.full_name() == topic.full_name();
        if let Some(first) = catalog.topics.iter().take(i).find(same) {
            let message = format!("topic `{}` is listed twice", topic.full_name());
            let location = Location::value(&catalog.path(topic.item), &topic.name_at);
            let finding =
                Finding::new(CODE, message, location).label("again").about(topic.full_name());
            let first = Location::value(&catalog.path(first.item), &first.name_at);
            findings.push(
                finding.related(first, "first here").help("remove one, or raise its version"),
            );
        }
    }
    findings
}
