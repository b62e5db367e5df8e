//! A schema without `$schema`.
use crate::catalog::{Catalog, Dialect, ItemId, dialect_identifier};
use crate::checks::{Check, Run};
use crate::document::{Edit, Pointer};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};
use jsonschema::Draft;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "schema does not say its dialect",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A schema has no `$schema`.",
        why: "Every dialect reads some keywords differently; a reader must guess. It was checked as 2020-12.",
        bad: fixture!("missing-dialect/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("missing-dialect/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Add `\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"`, or the dialect that it was written for.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("missing-dialect");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(Dialect::Missing) = catalog.schemas.get(&id).map(|s| &s.dialect) else {
        return Vec::new();
    };
    let is_object =
        catalog.item(id).and_then(|i| i.value()).is_some_and(crate::document::Value::is_object);
    if !is_object {
        return Vec::new();
    }
    let path = catalog.path(id);
    let dialect = serde_json::json!(dialect_identifier(Draft::Draft202012));
    let edit = Edit::First(Pointer::root(), "$schema".to_owned(), dialect);
    let finding = Finding::new(CODE, "schema has no `$schema`", Location::file(&path));
    vec![
        finding
            .label("read as 2020-12")
            .fix(Fix::safe(&path, edit))
            .help(format!("add `\"$schema\": \"{}\"`", dialect_identifier(Draft::Draft202012))),
    ]
}
