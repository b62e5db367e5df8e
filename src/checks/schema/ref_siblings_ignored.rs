//! Keywords beside `$ref` up to draft-07 (draft-07 Core §8.3).
use crate::catalog::{Catalog, ItemId, KEYWORDS};
use crate::checks::{Check, Run};
use crate::document::Value;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};
use jsonschema::Draft;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "keyword beside `$ref` that does nothing",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "Up to draft-07 everything beside a `$ref` is ignored, and this schema has a validation keyword there.",
        why: "The keyword looks like a promise and is none.",
        bad: fixture!("ref-siblings-ignored/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!(
            "ref-siblings-ignored/pass/basic/contracts/storage/schemas/note.schema.json"
        ),
        fix: "Wrap the reference: `{\"allOf\": [{\"$ref\": …}], …}`, or move the schema to 2019-09 or later.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("ref-siblings-ignored");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let draft = catalog.schemas.get(&id).and_then(|s| s.dialect.draft());
    if draft.is_none_or(|d| d > Draft::Draft7) {
        return Vec::new();
    }
    let path = catalog.path(id);
    let own = catalog.references.iter().filter(|r| r.item == id);
    own.flat_map(|reference| {
        let holder = catalog.value_at(id, &reference.holder);
        let members = holder.map(Value::members).unwrap_or_default();
        let ignored = members.iter().filter(|m| !is_annotation(&m.key));
        ignored
            .map(|m| {
                let location = Location::key(&path, reference.holder.join(&m.key));
                Finding::new(
                    CODE,
                    format!("`{}` beside `$ref` does nothing before 2019-09", m.key),
                    location,
                )
                .label("ignored by validators")
                .related(Location::key(&path, reference.at()), "because of this")
                .help("wrap the reference: `\"allOf\": [{\"$ref\": …}]`")
            })
            .collect::<Vec<_>>()
    })
    .collect()
}

fn is_annotation(keyword: &str) -> bool {
    let is_validation = KEYWORDS.iter().any(|(name, ..)| *name == keyword);
    !is_validation
        || matches!(
            keyword,
            "$ref"
                | "title"
                | "description"
                | "default"
                | "examples"
                | "$comment"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
                | "$schema"
                | "definitions"
                | "$defs"
                | "$id"
                | "id"
        )
}
