//! What a caller must show: alternatives of schemes with scopes (OpenAPI 3.1, section 4.8.30).

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Api, ApiPart as Part, Operation};
use crate::document::Value;

/// Schemes with scopes that must all be shown.
pub(crate) type Requirement = BTreeMap<String, BTreeSet<String>>;

/// The alternatives of an operation; without any, nothing must be shown.
pub(crate) fn alternatives(operation: &Operation<'_>) -> Vec<Requirement> {
    let list = operation.own_or_shared("security").map(Value::items).unwrap_or_default();
    let all = list.iter().map(|entry| {
        let scopes =
            |v: &Value| v.items().iter().filter_map(|s| s.as_str().map(str::to_owned)).collect();
        entry.members().iter().map(|m| (m.key.clone(), scopes(&m.value))).collect()
    });
    let all: Vec<Requirement> = all.collect();
    // An empty requirement asks for nothing, whatever the others ask for.
    if all.iter().any(BTreeMap::is_empty) { Vec::new() } else { all }
}

/// The declared schemes of all documents.
pub(crate) fn schemes<'c>(api: &Api<'c>) -> BTreeMap<String, Part<'c>> {
    let mut found = BTreeMap::new();
    for document in &api.documents {
        let components = document.member(api.catalog, "components");
        let declared = components.and_then(|c| c.member(api.catalog, "securitySchemes"));
        let all = declared.map(|d| d.members(api.catalog)).unwrap_or_default();
        for (name, part) in all {
            found.entry(name).or_insert(part);
        }
    }
    found
}
