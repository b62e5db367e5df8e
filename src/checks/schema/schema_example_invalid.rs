//! The `examples` of a schema against the schema itself.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
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
    super::embedded(catalog, id, CODE, "example", values)
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
