//! What schemas say about themselves: dialect, identity, references, keywords, embedded values.

mod claims;
pub(super) mod conflicting_id;
pub(super) mod dangling_ref;
pub(super) mod default_invalid;
pub(super) mod duplicate_id;
pub(super) mod id_path_mismatch;
pub(super) mod missing_dialect;
pub(super) mod missing_id;
pub(super) mod ref_by_path;
pub(super) mod ref_loop;
pub(super) mod ref_outside_tree;
pub(super) mod ref_siblings_ignored;
pub(super) mod relative_id;
pub(super) mod remote_ref;
pub(super) mod schema_example_invalid;
pub(super) mod schema_invalid;
pub(super) mod schema_not_compiled;
pub(super) mod unknown_dialect;
pub(super) mod unknown_format;
pub(super) mod unknown_keyword;

use crate::catalog::{Catalog, ItemId, Kind, Reference, Target, Violation};
use crate::document::{Pointer, Value, to_json};
use crate::finding::{Code, Finding, Location};
use crate::tree::ArtifactPath;

/// The references of one file, schema or OpenAPI document.
fn refs_of(catalog: &Catalog, id: ItemId) -> impl Iterator<Item = &Reference> {
    let own = |references: &'_ [Reference]| {
        let from = references.partition_point(|r| r.item < id);
        let to = references.partition_point(|r| r.item <= id);
        from..to
    };
    let schema = catalog.references.get(own(&catalog.references)).unwrap_or_default();
    let api = catalog.api_references.get(own(&catalog.api_references)).unwrap_or_default();
    schema.iter().chain(api)
}

/// Whether a reference leads above the contracts root.
fn is_outside(catalog: &Catalog, reference: &Reference) -> bool {
    match &reference.target {
        Target::Outside => true,
        Target::NoDocument(_) => {
            let path = reference.text.split('#').next().unwrap_or_default();
            let joined = catalog.path(reference.item).join(path);
            let root = &catalog.tree.root;
            let is_below = |p: &str| root.is_empty() || p.starts_with(&format!("{root}/"));
            path.starts_with("..") && joined.is_some_and(|p| !is_below(p.as_str()))
        }
        _ => false,
    }
}

/// The schema file whose name is nearest to the end of a URI.
fn nearest_name(catalog: &Catalog, uri: &str) -> Option<String> {
    let wanted = uri.rsplit('/').next()?;
    let schemas =
        catalog.items.iter().filter(|item| item.kind.is_schema() || item.kind == Kind::OpenApi);
    let distance = |name: &str| strsim::damerau_levenshtein(name, wanted);
    let best = schemas.map(|item| (distance(item.path.file_name()), item.path.as_str())).min()?;
    (best.0 <= 3).then(|| best.1.to_owned())
}

/// The place beside a missing one whose name is nearest.
fn places_near(catalog: &Catalog, item: ItemId, fragment: &str) -> Option<String> {
    let pointer = Pointer::from(fragment);
    let parent = pointer.parent()?;
    let wanted = pointer.tokens().last()?.into_owned();
    let members = catalog.value_at(item, &parent)?.members();
    let best =
        members.iter().map(|m| (strsim::damerau_levenshtein(&m.key, &wanted), &m.key)).min()?;
    (best.0 <= 3).then(|| parent.join(best.1).to_string())
}

type Values = for<'v> fn(&Pointer, &'v Value) -> Vec<(Pointer, &'v Value)>;

/// Values inside a schema that the subschema around them refuses; `noun` is what the user calls them.
fn embedded(catalog: &Catalog, id: ItemId, code: Code, noun: &str, values: Values) -> Vec<Finding> {
    let schema = catalog.schemas.get(&id);
    let root = catalog.item(id).and_then(|i| i.value());
    let (Some(schema), Some(root)) = (schema, root) else { return Vec::new() };
    if catalog.validators.get(id).is_none() {
        return Vec::new();
    }
    let path = catalog.path(id);
    let mut findings = Vec::new();
    for at in schema.subschemas() {
        let values = root.at(at).map(|subschema| values(at, subschema)).unwrap_or_default();
        if values.is_empty() {
            continue;
        }
        let Some(validator) = catalog.subschema(id, at) else { continue };
        for (place, value) in values {
            let violations = catalog.violations_of(&validator, &to_json(value));
            findings.extend(violations.first().map(|v| refused(&path, code, noun, &place, v)));
        }
    }
    findings
}

fn refused(
    path: &ArtifactPath,
    code: Code,
    noun: &str,
    place: &Pointer,
    violation: &Violation,
) -> Finding {
    let location = Location::value(path, place.concat(&violation.instance));
    let part = if violation.instance.is_root() {
        String::new()
    } else {
        format!("`{}` ", violation.instance)
    };
    Finding::new(code, format!("{noun} {part}{}", violation.message), location)
        .label("refused by the schema around it")
        .about(&violation.keyword)
        .help("correct the value, or the schema")
}
