//! References that resolve to nothing.
use crate::catalog::{Catalog, ItemId, Reference, Target};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`$ref` leads nowhere",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `$ref` names a document that the tree does not have, or a place that the document does not have.",
        why: "Validators stop there; the schema and everything that refers to it cannot be checked.",
        bad: fixture!("dangling-ref/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("dangling-ref/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Correct the reference, or add what it names.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("dangling-ref");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    super::refs_of(catalog, id).filter_map(|reference| describe(catalog, reference)).collect()
}

fn describe(catalog: &Catalog, reference: &Reference) -> Option<Finding> {
    if super::is_outside(catalog, reference) {
        return None;
    }
    let location = Location::value(&catalog.path(reference.item), reference.at());
    let keyword = reference.kind.keyword();
    let text = &reference.text;
    let (message, help) = match &reference.target {
        Target::NoDocument(uri) => (
            format!("`{keyword}` leads to `{uri}`, which the tree does not have"),
            super::nearest_name(catalog, uri).map(|name| format!("there is `{name}`")),
        ),
        Target::NoPlace(item, fragment) => no_place(catalog, reference, *item, fragment),
        Target::Malformed => (format!("`{keyword}` is no URI reference: `{text}`"), None),
        _ => return None,
    };
    let finding = Finding::new(CODE, message, location).label("leads nowhere").about(text);
    Some(
        finding
            .help(help.unwrap_or_else(|| "correct the reference, or add what it names".to_owned())),
    )
}

/// Message and help for a place that a known document does not have.
fn no_place(
    catalog: &Catalog,
    reference: &Reference,
    item: ItemId,
    fragment: &str,
) -> (String, Option<String>) {
    let near = super::places_near(catalog, item, fragment).map(|n| format!("there is `#{n}`"));
    let root = catalog.schemas.get(&reference.item).map_or("", |s| s.base.as_str());
    // An embedded `$id` changes what `#` means, which surprises most who meet it.
    let is_embedded = reference.text.starts_with('#') && reference.base != root && !root.is_empty();
    if is_embedded && catalog.value_at(item, &Pointer::from(fragment)).is_some() {
        let message = format!("`{}`, embedded here, has no place `#{fragment}`", reference.base);
        return (message, Some(format!("`$id` changes what `#` means: write `{root}#{fragment}`")));
    }
    (format!("`{}` has no place `#{fragment}`", catalog.path(item)), near)
}
