//! What an object schema declares at its top level, looked for through `$ref` and `allOf`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Catalog, ItemId};
use crate::document::{Pointer, Value};

impl Catalog {
    /// The places whose keywords all apply to an instance of the schema at a place, itself first.
    pub fn conjuncts(&self, item: ItemId, at: &Pointer) -> Vec<(ItemId, Pointer)> {
        let mut found: Vec<(ItemId, Pointer)> = Vec::new();
        let mut next = vec![(item, at.clone())];
        while let Some(place) = next.pop() {
            let Some(schema) = self.value_at(place.0, &place.1).filter(|_| !found.contains(&place))
            else {
                continue;
            };
            let parts = schema.get("allOf").map_or(0, |list| list.items().len());
            next.extend((0..parts).rev().map(|i| (place.0, place.1.join("allOf").index(i))));
            let references = self.references_of(place.0, &place.1);
            next.extend(references.filter_map(|r| r.target.place()).map(|(i, p)| (i, p.clone())));
            found.push(place);
        }
        found
    }

    /// The declared properties by name, each at the first place that declares it.
    pub fn declared(&self, item: ItemId, at: &Pointer) -> BTreeMap<String, (ItemId, Pointer)> {
        let mut found = BTreeMap::new();
        for (item, at) in self.conjuncts(item, at) {
            let properties = self.value_at(item, &at.join("properties")).map(Value::members);
            for member in properties.unwrap_or_default() {
                let place = || (item, at.path(&["properties", &member.key]));
                found.entry(member.key.clone()).or_insert_with(place);
            }
        }
        found
    }

    /// The names of the properties that every instance has.
    pub fn required(&self, item: ItemId, at: &Pointer) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (item, at) in self.conjuncts(item, at) {
            let names = self.value_at(item, &at.join("required")).map(Value::items);
            found.extend(
                names.unwrap_or_default().iter().filter_map(|v| v.as_str().map(str::to_owned)),
            );
        }
        found
    }

    /// The value of a keyword at the first of these places that has it.
    pub fn keyword(&self, item: ItemId, at: &Pointer, name: &str) -> Option<&Value> {
        let places = self.conjuncts(item, at).into_iter();
        places.filter_map(|(item, at)| self.value_at(item, &at.join(name))).next()
    }
}
