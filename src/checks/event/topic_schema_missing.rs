//! The `schema_ref` of a topic leads to a schema.
use crate::catalog::Catalog;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "payload schema of a topic does not exist",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The `schema_ref` of a topic names no schema of the tree.",
        why: "The payloads of its events are checked by nothing.",
        bad: fixture!("topic-schema-missing/fail/basic/contracts/events/topics.yaml"),
        good: fixture!("topic-schema-missing/pass/basic/contracts/events/topics.yaml"),
        fix: "Correct the path (it starts from the catalog file), or add the schema.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("topic-schema-missing");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let missing = catalog.topics.iter().filter(|t| t.schema.is_none());
    missing
        .filter_map(|topic| {
            let text = topic.schema_ref.as_deref()?;
            let message =
                format!("topic `{}`: `{text}` is no schema of the tree", topic.full_name());
            let location = Location::value(&catalog.path(topic.item), topic.at.join("schema_ref"));
            let finding = Finding::new(CODE, message, location)
                .label("no such schema")
                .about(topic.full_name());
            Some(finding.help("correct the path, which starts from this file, or add the schema"))
        })
        .collect()
}
