//! Topics or event examples without an envelope schema.
use crate::catalog::{Area, Catalog, Item, Kind};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "events without an envelope",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The tree has topics or event examples, and no `events/envelope.schema.json`.",
        why: "Nothing says what every event must carry, and nothing guards it.",
        bad: fixture!("envelope-missing/fail/basic/contracts/events/topics.yaml"),
        good: fixture!("envelope-missing/pass/basic/contracts/events/envelope.schema.json"),
        fix: "Add `events/envelope.schema.json`; `contract-guard init` writes a small one.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("envelope-missing");

fn run(catalog: &Catalog) -> Vec<Finding> {
    if catalog.of_kind(Kind::Envelope).next().is_some() {
        return Vec::new();
    }
    let is_event = |item: &Item| {
        item.kind == Kind::Example
            && item.area == Area::Events
            && item.value().is_some_and(|v| v.get("topic").is_some() && v.get("payload").is_some())
    };
    let first = catalog.items.iter().find(|item| item.kind == Kind::Topics || is_event(item));
    let Some(first) = first else {
        return Vec::new();
    };
    let finding =
        Finding::new(CODE, "there are events, but no envelope schema", Location::file(&first.path));
    vec![finding.label("events of no known shape").help("add `events/envelope.schema.json`")]
}
