//! HTTP APIs: the form of OpenAPI documents, and what every operation owes its callers.

pub(super) mod ambiguous_path;
pub(super) mod api_example_invalid;
pub(super) mod api_schema_invalid;
pub(super) mod duplicate_operation_id;
pub(super) mod duplicate_parameter;
pub(super) mod error_schema_differs;
pub(super) mod missing_4xx_response;
pub(super) mod missing_global_security;
pub(super) mod missing_operation_id;
pub(super) mod openapi_dialect_unsupported;
pub(super) mod openapi_malformed;
pub(super) mod openapi_outdated;
pub(super) mod operation_without_security;
pub(super) mod path_outside_planes;
pub(super) mod path_parameter_mismatch;
pub(super) mod ref_kind_mismatch;
mod specification;
pub(super) mod undefined_security_scheme;

use std::collections::BTreeMap;

use crate::catalog::{Api, ApiPart, Catalog, ItemId, Kind, Operation};
use crate::document::{Pointer, Value};

/// An OpenAPI document; `None` for parts of one that lie in a file of their own.
fn document(catalog: &Catalog, id: ItemId) -> Option<&Value> {
    let item = catalog.item(id).filter(|item| item.kind == Kind::OpenApi)?;
    let value = item.value().filter(|value| value.is_object())?;
    let looks_like = ["info", "paths", "webhooks"].iter().any(|key| value.get(key).is_some());
    (value.get("openapi").is_some() || looks_like).then_some(value)
}

/// The operations that a document leads to.
fn operations(catalog: &Catalog, id: ItemId) -> Vec<Operation<'_>> {
    match document(catalog, id) {
        Some(_) => Api::of_document(catalog, id).operations.into_values().collect(),
        None => Vec::new(),
    }
}

/// The security schemes of a document, by name.
fn schemes(catalog: &Catalog, id: ItemId) -> BTreeMap<String, ApiPart<'_>> {
    let components = ApiPart::read(catalog, id, &Pointer::root().join("components"));
    let declared = components.and_then(|components| components.member(catalog, "securitySchemes"));
    declared.map(|declared| declared.members(catalog)).unwrap_or_default()
}

/// Whether an operation asks for no credentials.
fn is_open(operation: &Operation<'_>) -> bool {
    let list = operation.own_or_shared("security").map(Value::items).unwrap_or_default();
    // An empty requirement asks for nothing, whatever the others ask for.
    list.is_empty() || list.iter().any(|one| one.members().is_empty())
}

/// Whether a path may be open to everybody.
fn is_public(catalog: &Catalog, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let listed = &catalog.api_settings.public;
    path.ends_with("/health") || listed.iter().any(|open| open.trim_end_matches('/') == path)
}

/// Keys whose values are data.
const DATA: [&str; 7] = ["const", "default", "enum", "example", "examples", "mapping", "value"];

/// The places of all schemas of a document that stand in no other schema.
fn schemas(document: &Value) -> Vec<Pointer> {
    let mut found = Vec::new();
    collect(document, &Pointer::root(), &mut found);
    found
}

fn collect(value: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    for (i, item) in value.items().iter().enumerate() {
        collect(item, &at.index(i), found);
    }
    for member in value.members() {
        let below = at.join(&member.key);
        let is_named = *at == Pointer::root().path(&["components", "schemas"]);
        match member.key.as_str() {
            "schema" if !is_map_of_parts(at) => found.push(below),
            _ if is_named => found.push(below),
            key if !is_map_of_parts(at) && (DATA.contains(&key) || key.starts_with("x-")) => {}
            _ => collect(&member.value, &below, found),
        }
    }
}

/// Whether the keys at a place are names that users gave.
fn is_map_of_parts(at: &Pointer) -> bool {
    const MAPS: [&str; 8] =
        ["paths", "webhooks", "callbacks", "responses", "content", "headers", "links", "encoding"];
    let tokens: Vec<_> = at.tokens().collect();
    let is_components = tokens.len() == 2 && tokens.first().is_some_and(|t| t == "components");
    is_components || tokens.last().is_some_and(|last| MAPS.contains(&last.as_ref()))
}
