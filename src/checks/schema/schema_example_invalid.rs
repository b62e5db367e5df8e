//! The `examples` of a schema against the schema itself.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "item of `examples` that its schema refuses",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "An item of `examples` inside a schema is refused by the schema that it stands in.",
        why: "Whoever takes it over from the contract breaks the contract.",
        bad: fixture!(
            "schema-example-invalid/fail/basic/contracts/storage/schemas/note.schema.json"
        ),
        good: fixture!(
            "schema-example-invalid/pass/basic/contracts/storage/schemas/note.schema.json"
        ),
        fix: "Correct the value, or the schema.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("schema-example-invalid");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    super::embedded(catalog, id, values)
        .into_iter()
        .map(|(at, violation)| {
            let location = Location::value(&catalog.path(id), at.concat(&violation.instance));
            let place = if violation.instance.is_root() {
                String::new()
            } else {
                format!("`{}` ", violation.instance)
            };
            Finding::new(CODE, format!("example {place}{}", violation.message), location)
                .label("refused by the schema around it")
                .about(&violation.keyword)
                .help("correct the value, or the schema")
        })
        .collect()
}

fn values<'v>(at: &Pointer, schema: &'v Value) -> Vec<(Pointer, &'v Value)> {
    schema
        .get("examples")
        .map(Value::items)
        .unwrap_or_default()
        .iter()
        .enumerate()
        .map(|(i, v)| (at.path(&["examples"]).index(i), v))
        .collect()
}
