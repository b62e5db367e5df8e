//! The twelve names that every envelope carries in every version.

use crate::catalog::{Answer, Catalog, ItemId, Kind, Shape};
use crate::document::Pointer;
use crate::finding::Location;

/// Built in, so that the guard works without any configuration.
pub const NAMES: [&str; 12] = [
    "band",
    "obligations",
    "policy_version",
    "id",
    "ts",
    "topic",
    "actor",
    "device",
    "space_id",
    "qos",
    "hashes",
    "signature",
];

/// Whether an item is an envelope that can be asked.
pub(super) fn is_envelope(catalog: &Catalog, id: ItemId) -> bool {
    catalog.item(id).is_some_and(|item| {
        item.kind == Kind::Envelope && item.value().is_some_and(crate::document::Value::is_object)
    })
}

/// Asks an envelope one question about each name.
pub(super) fn judge(
    catalog: &Catalog,
    id: ItemId,
    question: fn(&'static str) -> Shape<'static>,
) -> Vec<(&'static str, Answer)> {
    if !is_envelope(catalog, id) {
        return Vec::new();
    }
    NAMES.iter().map(|name| (*name, catalog.shape(id, &Pointer::root(), question(name)))).collect()
}

/// The keyword at the top of the envelope, or the envelope itself when it has no such keyword.
pub(super) fn place(catalog: &Catalog, id: ItemId, keyword: &str) -> Location {
    let path = catalog.path(id);
    let at = Pointer::root().join(keyword);
    match catalog.value_at(id, &at) {
        Some(_) => Location::key(&path, at),
        None => Location::file(&path),
    }
}
