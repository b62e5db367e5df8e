//! Who claims which URI: root `$id`s, embedded `$id`s, and the addresses of files.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::dialect::{self, Dialect};
use super::walk::{Found, walk};
use super::{Item, ItemId, uri};
use crate::document::{Pointer, Value};

/// What a schema file says about its own identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootId {
    /// No `$id`.
    Missing,
    /// An absolute URI, as written.
    Absolute(String),
    /// A relative one, resolved against the file.
    Relative(String),
    /// Not a URI, or not even text.
    Malformed,
}

/// A file that is a JSON Schema.
#[derive(Debug)]
pub struct Schema {
    /// Its dialect.
    pub dialect: Dialect,
    /// Its root `$id`.
    pub id: RootId,
    /// The base URI of its references: the `$id`, or the address of the file.
    pub base: String,
    /// Whether another file took that base URI first.
    pub shadowed: bool,
    pub(super) found: Found,
}

impl Schema {
    /// The subschemas that keywords lead to, with their base URIs.
    pub fn subschemas(&self) -> impl Iterator<Item = &Pointer> {
        self.found.subschemas.iter().map(|(at, _)| at)
    }

    /// The keyword that holds the identifier in this schema's dialect.
    pub fn id_keyword(&self) -> &'static str {
        if self.dialect.draft() == Some(jsonschema::Draft::Draft4) { "id" } else { "$id" }
    }
}

/// A place that claims a URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The file.
    pub item: ItemId,
    /// The subschema; the root for a file's own `$id`.
    pub pointer: Pointer,
}

/// Anchors: (file, base URI, name) → place.
pub(super) type Anchors = HashMap<(ItemId, String, String), Pointer>;

type Read = (BTreeMap<ItemId, Schema>, BTreeMap<String, Vec<Claim>>, Anchors);

/// Reads identity and structure of all schema files.
pub(super) fn read(items: &[Item]) -> Read {
    let roots: HashMap<&str, ItemId> = schema_values(items)
        .filter_map(|(id, _, value)| {
            value.str_at("$id").map(|text| (text.trim_end_matches('#'), id))
        })
        .collect();
    let files: Vec<_> = schema_values(items).collect();
    let mut schemas: BTreeMap<ItemId, Schema> = files
        .into_par_iter()
        .map(|(id, item, value)| (id, read_schema(item, value, &roots)))
        .collect();
    let claims = claim(items, &mut schemas);
    let mut anchors = Anchors::new();
    for (id, schema) in &schemas {
        for (base, name, at) in &schema.found.anchors {
            anchors.entry((*id, base.clone(), name.clone())).or_insert_with(|| at.clone());
        }
    }
    (schemas, claims, anchors)
}

fn schema_values(items: &[Item]) -> impl Iterator<Item = (ItemId, &Item, &Value)> {
    let schemas = items.iter().enumerate().filter(|(_, item)| item.kind.is_schema());
    schemas.filter_map(|(id, item)| item.value().map(|value| (id, item, value)))
}

fn read_schema(item: &Item, value: &Value, roots: &HashMap<&str, ItemId>) -> Schema {
    let dialect = dialect::of(value, |uri| roots.contains_key(uri));
    let draft = dialect.draft().unwrap_or(jsonschema::Draft::Draft202012);
    let keyword = if draft == jsonschema::Draft::Draft4 { "id" } else { "$id" };
    let address = uri::of_path(&item.path);
    let (id, base) = match value.get(keyword) {
        None => (RootId::Missing, address),
        Some(given) => match given.as_str().map(|text| text.trim_end_matches('#')) {
            // `$id: "#name"` was an anchor up to draft-07; such a file has no address of its own.
            Some(text) if text.is_empty() || text.starts_with('#') => (RootId::Missing, address),
            Some(text) => match uri::resolve(&address, text) {
                Some(resolved) if uri::is_absolute(text) => {
                    (RootId::Absolute(text.to_owned()), uri::without_fragment(&resolved).to_owned())
                }
                Some(resolved) => {
                    (RootId::Relative(text.to_owned()), uri::without_fragment(&resolved).to_owned())
                }
                None => (RootId::Malformed, address),
            },
            None => (RootId::Malformed, address),
        },
    };
    let mut found = Found::default();
    walk(value, Pointer::root(), &base, draft, &mut found);
    Schema { dialect, id, base, shadowed: false, found }
}

/// Collects claims. Of several for one URI the file whose path agrees with it comes first, then the
/// first in path order: the choice is fixed, and `duplicate-id` and `conflicting-id` say so.
fn claim(items: &[Item], schemas: &mut BTreeMap<ItemId, Schema>) -> BTreeMap<String, Vec<Claim>> {
    let mut claims: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    for (id, schema) in schemas.iter() {
        claims
            .entry(schema.base.clone())
            .or_default()
            .push(Claim { item: *id, pointer: Pointer::root() });
        for (embedded, at) in &schema.found.ids {
            claims
                .entry(embedded.clone())
                .or_default()
                .push(Claim { item: *id, pointer: at.clone() });
        }
    }
    for (uri, claimants) in &mut claims {
        let agrees = |claim: &Claim| {
            let path = items.get(claim.item).map_or("", |item| item.path.as_str());
            let common =
                uri.bytes().rev().zip(path.bytes().rev()).take_while(|(a, b)| a == b).count();
            std::cmp::Reverse(common)
        };
        // A file's own identifier counts before one that another file embeds.
        claimants.sort_by_key(|claim| (!claim.pointer.is_root(), agrees(claim), claim.item));
        for claim in claimants.iter().skip(1).filter(|claim| claim.pointer.is_root()) {
            if let Some(schema) = schemas.get_mut(&claim.item) {
                schema.shadowed = true;
            }
        }
    }
    claims
}
