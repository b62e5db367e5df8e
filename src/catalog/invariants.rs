//! What invariants speak of, and the instances that a proof about a schema may start from.

use serde_json::Value as Json;

use super::{Catalog, Expect, ItemId, Kind, Partner};
use crate::document::to_json;

/// The key by which an invariant names its artifact: a path from the file of the invariant.
const KEY: &str = "x-invariant-of";

impl Catalog {
    /// The schemas that an invariant speaks of: the one that it names, or all that share its name.
    pub fn invariant_targets(&self, invariant: ItemId) -> Vec<ItemId> {
        let Some(item) = self.item(invariant).filter(|item| item.kind == Kind::Invariant) else {
            return Vec::new();
        };
        let named = item.value().and_then(|value| value.get(KEY));
        if let Some(named) = named {
            let text = named.as_str().filter(|text| !text.is_empty());
            let target = text.and_then(|text| item.path.join(text)).and_then(|p| self.find(&p));
            let is_schema = |id: &ItemId| self.item(*id).is_some_and(|i| i.kind.is_schema());
            return target.filter(is_schema).into_iter().collect();
        }
        let is_namesake = |other: &super::Item| {
            matches!(other.kind, Kind::Schema | Kind::Envelope) && other.stem() == item.stem()
        };
        let all = self.items.iter().enumerate();
        all.filter(|(_, other)| is_namesake(other)).map(|(id, _)| id).collect()
    }

    /// The first valid instances of a schema among the examples.
    pub fn instances_of(&self, schema: ItemId, most: usize) -> Vec<Json> {
        let own = self
            .examples
            .iter()
            .filter(|e| matches!(&e.partner, Partner::Schema(item, _) if *item == schema));
        let valid = own.flat_map(|e| {
            let cases = e.cases.iter().filter(|case| case.expect == Expect::Valid);
            cases.filter_map(|case| self.value_at(e.item, &case.at))
        });
        valid.take(most).map(to_json).collect()
    }
}
