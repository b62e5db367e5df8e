//! Schemas that no example shows.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, fixture};
use std::collections::HashSet;

use crate::catalog::{Area, Catalog, Item, ItemId, Kind, Partner};
use crate::document::Value;
use crate::finding::Location;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "schema has no example",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A storage or event schema has no example.",
        why: "Without one nobody sees what the schema means, and a change that breaks it is seen later.",
        bad: fixture!(
            "schema-without-example/fail/basic/contracts/storage/schemas/note.schema.json"
        ),
        good: fixture!(
            "schema-without-example/pass/basic/contracts/storage/schemas/note.schema.json"
        ),
        fix: "Add `examples/<name>.example.json` beside `schemas/`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("schema-without-example");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let exercised: HashSet<ItemId> =
        catalog.examples.iter().flat_map(|e| partners(&e.partner)).collect();
    // An example that does not parse is there, and has its own finding.
    let broken = |item: &Item| {
        let examples = catalog.of_kind(Kind::Example).map(|(_, example)| example);
        examples.filter(|e| e.value().is_none()).any(|e| e.stem() == item.stem())
    };
    let by_event: HashSet<ItemId> = catalog.topics.iter().filter_map(|t| t.schema).collect();
    let referenced: HashSet<ItemId> =
        catalog.references.iter().filter_map(|r| r.target.place()).map(|(i, _)| i).collect();
    let mut findings = Vec::new();
    for (id, item) in catalog.of_kind(Kind::Schema) {
        let is_area = matches!(item.area, Area::Storage | Area::Events);
        let name = item.stem();
        let is_shared = name.starts_with('_') || name.starts_with("common");
        let is_store = referenced.contains(&id) && item.value().is_some_and(holds_only_definitions);
        if !is_area || is_shared || is_store || item.value().is_none_or(|v| !v.is_object()) {
            continue;
        }
        if exercised.contains(&id) || by_event.contains(&id) || broken(item) {
            continue;
        }
        let message = format!("schema `{name}` has no example");
        let finding =
            Finding::new(CODE, message, Location::file(&item.path)).label("shown by nothing");
        findings.push(finding.help(format!("add `examples/{name}.example.json`")));
    }
    findings
}

fn partners(partner: &Partner) -> Vec<ItemId> {
    match partner {
        Partner::Schema(id, _) => vec![*id],
        Partner::Ambiguous(ids) => ids.clone(),
        Partner::Missing => Vec::new(),
    }
}

/// `$defs` and annotations, and nothing that an instance could be checked against.
fn holds_only_definitions(schema: &Value) -> bool {
    let asserts = [
        "properties",
        "required",
        "allOf",
        "anyOf",
        "oneOf",
        "$ref",
        "enum",
        "const",
        "items",
        "pattern",
    ];
    !asserts.iter().any(|keyword| schema.get(keyword).is_some())
}
