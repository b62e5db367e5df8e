//! How many steps a validation would take, before it is started.
//!
//! A validator without memory can take exponentially many steps on a small recursive schema
//! (`allOf: [{$ref: "#"}, {$ref: "#"}]` under a property, once per level of the instance). Counting
//! with memory takes at most schema × instance steps, so the count is taken first, and a validation
//! beyond the budget is not started. Counts, not seconds: the verdict repeats.

use std::collections::HashMap;

use super::dialect::{Holds, applicator};
use super::{Catalog, ItemId, Kind};
use crate::document::{Data, Pointer, Value};

/// Counts steps against a budget.
pub struct Effort<'c> {
    catalog: &'c Catalog,
    /// Steps of a schema (by address) on an instance (by address).
    known: HashMap<(usize, usize), u64>,
}

impl<'c> Effort<'c> {
    /// Whether checking `instance` against the schema `item` stays within the budget.
    pub fn allows(catalog: &'c Catalog, item: ItemId, instance: &Value) -> bool {
        Effort::allows_at(catalog, item, &Pointer::root(), instance)
    }

    /// The same for the schema at a place.
    pub fn allows_at(catalog: &'c Catalog, item: ItemId, at: &Pointer, instance: &Value) -> bool {
        let budget = catalog.limits.steps;
        let mut effort = Effort { catalog, known: HashMap::new() };
        effort.steps(item, at, instance) <= budget
    }

    fn steps(&mut self, item: ItemId, at: &Pointer, instance: &Value) -> u64 {
        let Some(schema) = self.catalog.value_at(item, at) else {
            return 1;
        };
        let key = (std::ptr::from_ref(schema) as usize, std::ptr::from_ref(instance) as usize);
        if let Some(steps) = self.known.get(&key) {
            return *steps;
        }
        // The count itself is bounded by the same budget.
        if self.known.len() as u64 > self.catalog.limits.steps {
            return u64::MAX;
        }
        let mut steps: u64 = 1;
        let catalog = self.catalog;
        let is_api = catalog.item(item).is_some_and(|item| item.kind == Kind::OpenApi);
        let of_api = is_api.then(|| catalog.reference_at(item, at)).flatten();
        for reference in catalog.references_of(item, at).chain(of_api) {
            if let Some((target, pointer)) = reference.target.place() {
                steps = steps.saturating_add(self.steps(target, pointer, instance));
            }
        }
        for member in schema.members() {
            let Some((holds, same_place)) = applicator(&member.key) else {
                continue;
            };
            if matches!(member.key.as_str(), "$defs" | "definitions" | "contentSchema") {
                continue;
            }
            let at = at.join(&member.key);
            let children: Vec<Pointer> = match (holds, &member.value.data) {
                (Holds::Map, Data::Object(members)) => {
                    members.iter().map(|m| at.join(&m.key)).collect()
                }
                (Holds::Many | Holds::One, Data::Array(items)) => {
                    (0..items.len()).map(|i| at.index(i)).collect()
                }
                _ => vec![at.clone()],
            };
            for (i, child) in children.iter().enumerate() {
                let more = if same_place {
                    self.steps(item, child, instance)
                } else {
                    self.below(item, &member.key, i, child, instance)
                };
                steps = steps.saturating_add(more);
            }
        }
        self.known.insert(key, steps);
        steps
    }

    /// Steps on the parts of the instance that a keyword looks at.
    fn below(
        &mut self,
        item: ItemId,
        keyword: &str,
        index: usize,
        child: &Pointer,
        instance: &Value,
    ) -> u64 {
        let parts: Vec<&Value> = match (keyword, &instance.data) {
            ("properties", Data::Object(_)) => {
                let name =
                    child.tokens().last().map(std::borrow::Cow::into_owned).unwrap_or_default();
                instance.get(&name).into_iter().collect()
            }
            ("prefixItems", Data::Array(items)) => items.get(index).into_iter().collect(),
            ("items" | "additionalItems" | "contains" | "unevaluatedItems", Data::Array(items)) => {
                items.iter().collect()
            }
            (
                "patternProperties" | "additionalProperties" | "unevaluatedProperties",
                Data::Object(members),
            ) => members.iter().map(|m| &m.value).collect(),
            _ => Vec::new(),
        };
        parts
            .into_iter()
            .fold(0, |sum: u64, part| sum.saturating_add(self.steps(item, child, part)))
    }
}
