//! Named entries of policies and signals, over all files of their kind.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, ItemId, Kind};
use crate::document::{Pointer, Value, to_json};

/// A kind of entry.
pub(super) struct Noun {
    /// As sentences have it.
    pub name: &'static str,
    kind: Kind,
    list: &'static str,
    key: &'static str,
}

/// Every kind of entry.
pub(super) const NOUNS: &[Noun] = &[
    Noun { name: "band", kind: Kind::Policy, list: "bands", key: "name" },
    Noun { name: "role", kind: Kind::Policy, list: "roles", key: "name" },
    Noun { name: "capability", kind: Kind::Policy, list: "capabilities", key: "name" },
    Noun { name: "attribute", kind: Kind::Policy, list: "attributes", key: "name" },
    Noun { name: "policy rule", kind: Kind::Policy, list: "rules", key: "id" },
    Noun { name: "metric", kind: Kind::Metrics, list: "metrics", key: "name" },
    Noun { name: "label", kind: Kind::Metrics, list: "labels", key: "name" },
    Noun { name: "span", kind: Kind::Traces, list: "spans", key: "name" },
    Noun { name: "log event", kind: Kind::Logs, list: "events", key: "name" },
];

/// An entry.
pub(super) struct Entry<'c> {
    pub item: ItemId,
    pub at: Pointer,
    pub value: &'c Value,
    key: &'static str,
}

impl Entry<'_> {
    /// What it says beside its name and its description.
    pub(super) fn says(&self) -> Option<serde_json::Value> {
        let mut json = to_json(self.value);
        let map = json.as_object_mut()?;
        map.shift_remove(self.key);
        map.shift_remove("description");
        (!map.is_empty()).then_some(json)
    }
}

/// All entries of a kind, by name.
pub(super) fn named<'c>(catalog: &'c Catalog, noun: &Noun) -> BTreeMap<String, Entry<'c>> {
    let mut found = BTreeMap::new();
    for (item, file) in catalog.of_kind(noun.kind) {
        let list =
            file.value().and_then(|v| v.get(noun.list)).map(Value::items).unwrap_or_default();
        let at = Pointer::root().join(noun.list);
        for (i, value) in list.iter().enumerate() {
            if let Some(name) = value.str_at(noun.key) {
                let entry = Entry { item, at: at.index(i), value, key: noun.key };
                found.entry(name.to_owned()).or_insert(entry);
            }
        }
    }
    found
}
