//! The `default` of a schema against the schema itself.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`default` that its schema refuses",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `default` inside a schema is refused by the schema that it stands in.",
        why: "Whoever takes it over from the contract breaks the contract.",
        bad: fixture!("default-invalid/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("default-invalid/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Correct the value, or the schema.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("default-invalid");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    super::embedded(catalog, id, CODE, "default", values)
}

fn values<'v>(at: &Pointer, schema: &'v Value) -> Vec<(Pointer, &'v Value)> {
    schema.get("default").map(|v| (at.join("default"), v)).into_iter().collect()
}
