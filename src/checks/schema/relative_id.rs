//! A root `$id` without a scheme (JSON Schema Core 2020-12 §8.2.1: SHOULD be absolute).
use crate::catalog::{Catalog, ItemId, RootId};
use crate::checks::{Check, Run};
use crate::document::{Edit, Pointer};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`$id` is relative",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "The root `$id` is a relative URI.",
        why: "What it means depends on where the file was found, so that two readers know the schema by two names.",
        bad: fixture!("relative-id/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("relative-id/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Write an absolute URI.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("relative-id");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(schema) = catalog.schemas.get(&id) else {
        return Vec::new();
    };
    let RootId::Relative(text) = &schema.id else {
        return Vec::new();
    };
    let path = catalog.path(id);
    let location = Location::value(&path, Pointer::root().join(schema.id_keyword()));
    let edit = Edit::Set(location.pointer.clone(), serde_json::json!(catalog.usual_id(&path)));
    let finding =
        Finding::new(CODE, format!("`{}` is relative: `{text}`", schema.id_keyword()), location)
            .about(text);
    vec![
        finding
            .label("resolved against the file")
            .fix(Fix::safe(&path, edit))
            .help("write an absolute URI that ends in this path"),
    ]
}
