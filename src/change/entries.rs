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
    /// What tells entries apart.
    keys: &'static [&'static str],
}

/// Every kind of entry.
pub(super) const NOUNS: &[Noun] = &[
    Noun { name: "band", kind: Kind::Policy, list: "bands", keys: &["name"] },
    Noun { name: "role", kind: Kind::Policy, list: "roles", keys: &["name"] },
    Noun { name: "capability", kind: Kind::Policy, list: "capabilities", keys: &["name"] },
    Noun { name: "binding", kind: Kind::Policy, list: "bindings", keys: &["subject", "role"] },
    Noun { name: "attribute", kind: Kind::Policy, list: "attributes", keys: &["name"] },
    Noun { name: "policy rule", kind: Kind::Policy, list: "rules", keys: &["id"] },
    Noun { name: "metric", kind: Kind::Metrics, list: "metrics", keys: &["name"] },
    Noun { name: "label", kind: Kind::Metrics, list: "labels", keys: &["name"] },
    Noun { name: "span", kind: Kind::Traces, list: "spans", keys: &["name"] },
    Noun { name: "span attribute", kind: Kind::Traces, list: "attributes", keys: &["name"] },
    Noun { name: "log field", kind: Kind::Logs, list: "fields", keys: &["name"] },
    Noun { name: "log event", kind: Kind::Logs, list: "events", keys: &["name"] },
];

/// An entry.
pub(super) struct Entry<'c> {
    pub item: ItemId,
    pub at: Pointer,
    pub value: &'c Value,
    keys: &'static [&'static str],
}

impl Entry<'_> {
    /// Whether it takes rights away: then less of it is more for others.
    pub(super) fn denies(&self) -> bool {
        self.value.str_at("effect") == Some("deny")
    }

    /// What it says beside its name and its description.
    pub(super) fn says(&self) -> Option<serde_json::Value> {
        let mut json = to_json(self.value);
        let map = json.as_object_mut()?;
        self.keys.iter().for_each(|key| drop(map.shift_remove(*key)));
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
            let names: Option<Vec<&str>> = noun.keys.iter().map(|key| value.str_at(key)).collect();
            if let Some(names) = names {
                let entry = Entry { item, at: at.index(i), value, keys: noun.keys };
                // Two of one name are told apart by their order.
                let mut name = names.join(" as ");
                while found.contains_key(&name) {
                    name.push('\'');
                }
                found.insert(name, entry);
            }
        }
    }
    found
}
