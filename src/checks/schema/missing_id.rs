//! A schema without `$id`.
use crate::catalog::{Catalog, ItemId, RootId};
use crate::checks::{Check, Run};
use crate::document::{Edit, Pointer};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "schema has no `$id`",
    level: Level::Note,
    since: "0.1.0",
    explain: Explain {
        what: "A schema has no `$id`.",
        why: "Others can refer to it only by where it happens to lie, and move with it.",
        bad: fixture!("missing-id/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("missing-id/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Add an absolute `$id` that ends in the file's path.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("missing-id");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let path = catalog.path(id);
    let is_object =
        catalog.item(id).and_then(|i| i.value()).is_some_and(crate::document::Value::is_object);
    let Some(schema) = catalog.schemas.get(&id).filter(|_| is_object) else {
        return Vec::new();
    };
    let keyword = schema.id_keyword();
    if schema.id != RootId::Missing {
        return Vec::new();
    }
    let finding = Finding::new(CODE, format!("schema has no `{keyword}`"), Location::file(&path));
    let help = format!("add an absolute `{keyword}` that ends in the path of the file");
    let own = (keyword.to_owned(), serde_json::json!(catalog.usual_id(&path)));
    let edit = Edit::After(Pointer::root(), "$schema".to_owned(), own);
    vec![finding.label("known by its path only").help(help).fix(Fix::safe(&path, edit))]
}
