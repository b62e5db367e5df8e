//! The entries of policy files, told apart by the key of their list, wherever the file lies below
//! `policy/`.

use crate::catalog::{Catalog, Item, ItemId, Kind};
use crate::document::{Data, Pointer, Value};
use crate::finding::Part;

/// The lists that policy files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Bands,
    Roles,
    Capabilities,
    Bindings,
    Attributes,
    Rules,
}

impl List {
    pub(super) fn of_key(key: &str) -> Option<List> {
        use List::{Attributes, Bands, Bindings, Capabilities, Roles, Rules};
        [Bands, Roles, Capabilities, Bindings, Attributes, Rules]
            .into_iter()
            .find(|list| list.key() == key)
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            List::Bands => "bands",
            List::Roles => "roles",
            List::Capabilities => "capabilities",
            List::Bindings => "bindings",
            List::Attributes => "attributes",
            List::Rules => "rules",
        }
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            List::Bands => "band",
            List::Roles => "role",
            List::Capabilities => "capability",
            List::Bindings => "binding",
            List::Attributes => "attribute",
            List::Rules => "rule",
        }
    }

    pub(super) fn required(self) -> &'static [&'static str] {
        match self {
            List::Bindings => &["subject", "role"],
            List::Rules => &["id", "effect"],
            _ => &["name"],
        }
    }
}

/// A text with its place.
pub(super) type Place = (ItemId, Pointer, String);

/// A named entry.
pub(super) struct Entry {
    pub item: ItemId,
    pub at: Pointer,
    pub name: String,
    pub name_at: Pointer,
}

impl Entry {
    /// The values that an attribute can have; empty when it does not list them.
    pub(super) fn values(&self, catalog: &Catalog) -> Vec<String> {
        let values = catalog.value_at(self.item, &self.at.join("values")).map(Value::items);
        values.unwrap_or_default().iter().map(text).collect()
    }
}

fn files(catalog: &Catalog) -> impl Iterator<Item = (ItemId, &Item)> {
    catalog.of_kind(Kind::Policy)
}

fn entries(catalog: &Catalog, list: List) -> impl Iterator<Item = (ItemId, Pointer, &Value)> {
    files(catalog).flat_map(move |(id, item)| {
        let items =
            item.value().and_then(|v| v.get(list.key())).map(Value::items).unwrap_or_default();
        let at = Pointer::root().join(list.key());
        items.iter().enumerate().map(move |(i, value)| (id, at.index(i), value))
    })
}

/// All entries of a list that have a name (rules: an id).
pub(super) fn names(catalog: &Catalog, list: List) -> Vec<Entry> {
    let key = if list == List::Rules { "id" } else { "name" };
    entries(catalog, list)
        .filter_map(|(item, at, value)| {
            let name = value.str_at(key)?.to_owned();
            Some(Entry { item, name_at: at.join(key), at, name })
        })
        .collect()
}

/// The texts under a key of every entry, be it a text or a list of texts.
pub(super) fn texts(
    catalog: &Catalog,
    list: List,
    key: &'static str,
) -> impl Iterator<Item = Place> {
    pairs(catalog, list, key).map(|(_, place)| place)
}

/// The same with the name of the entry.
pub(super) fn pairs(
    catalog: &Catalog,
    list: List,
    key: &'static str,
) -> impl Iterator<Item = (String, Place)> {
    entries(catalog, list).flat_map(move |(id, at, value)| {
        let name = value.str_at("name").unwrap_or_default().to_owned();
        let found = value.get(key).map(|v| leaves(v, at.join(key))).unwrap_or_default();
        found.into_iter().map(move |(at, text)| (name.clone(), (id, at, text)))
    })
}

/// A text, or the texts of a list, with their places.
fn leaves(value: &Value, at: Pointer) -> Vec<(Pointer, String)> {
    match &value.data {
        Data::Array(items) => {
            items.iter().enumerate().map(|(i, v)| (at.index(i), text(v))).collect()
        }
        Data::Object(_) | Data::Null => Vec::new(),
        _ => vec![(at, text(value))],
    }
}

fn text(value: &Value) -> String {
    match &value.data {
        Data::String(text) => text.clone(),
        Data::Number(number) => number.text().to_owned(),
        Data::Bool(b) => b.to_string(),
        _ => String::new(),
    }
}

/// What policies and topics name as a band: keys `band`, `bands`, `min_band`, `max_band`.
pub(super) fn bands(catalog: &Catalog) -> Vec<Place> {
    let mut found = Vec::new();
    let files = catalog
        .items
        .iter()
        .enumerate()
        .filter(|(_, i)| matches!(i.kind, Kind::Policy | Kind::Topics));
    for (id, item) in files {
        for (at, value) in item.value().map(Value::everything).unwrap_or_default() {
            let key = at.tokens().last().unwrap_or_default().into_owned();
            let names_band = matches!(key.as_str(), "band" | "bands" | "min_band" | "max_band");
            let is_declaration = at.as_str() == "/bands" && item.kind == Kind::Policy;
            if names_band && !is_declaration {
                found.extend(leaves(value, at).into_iter().map(|(at, text)| (id, at, text)));
            }
        }
    }
    found.sort();
    found
}

/// A condition of an ABAC rule.
pub(super) struct Condition {
    pub item: ItemId,
    pub at: Pointer,
    pub part: Part,
    pub attribute: String,
    pub texts: Vec<(Pointer, String)>,
}

/// The `when` of every rule below `policy/abac/`.
pub(super) fn conditions(catalog: &Catalog) -> Vec<Condition> {
    let mut found = Vec::new();
    for (item, at, value) in entries(catalog, List::Rules) {
        if !catalog.path(item).folder().split('/').any(|f| f == "abac") {
            continue;
        }
        let at = at.join("when");
        for member in value.get("when").map(Value::members).unwrap_or_default() {
            let at = at.join(&member.key);
            found.push(Condition {
                item,
                part: Part::Value,
                attribute: member.key.clone(),
                texts: leaves(&member.value, at.clone()),
                at,
            });
        }
    }
    found
}

/// What to do about an unknown name.
pub(super) fn nearest(name: &str, known: &[String], otherwise: &str) -> String {
    let best = known.iter().map(|k| (strsim::damerau_levenshtein(k, name), k)).min();
    match best {
        Some((distance, near)) if distance <= 3 && distance < name.len() => {
            format!("there is `{near}`")
        }
        _ => format!("correct the name, or {otherwise}"),
    }
}
