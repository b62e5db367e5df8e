//! Arrays at length bounds, of what their items may be.

use serde_json::{Value, json};

use super::{Keywords, Sampler, basket, count, list};

/// Longest array that is made.
const LONGEST: usize = 300;

impl Sampler<'_> {
    pub(super) fn arrays(&self, map: &Keywords, depth: usize) -> Vec<Value> {
        let (prefix, rest) = match map.get("items") {
            Some(Value::Array(prefix)) => (prefix.as_slice(), map.get("additionalItems")),
            items => (list(map, "prefixItems"), items.or(map.get("unevaluatedItems"))),
        };
        let prefix: Vec<Vec<Value>> =
            prefix.iter().map(|schema| self.values(schema, depth - 1)).collect();
        let rest = match rest {
            Some(schema) => self.values(schema, depth - 1),
            None => basket(),
        };
        let contains = map.get("contains").map(|schema| self.values(schema, depth - 1));
        let at = |place: usize, choice: usize| -> Option<Value> {
            let values = prefix.get(place).unwrap_or(&rest);
            values.get(choice.checked_rem(values.len())?).cloned()
        };
        let mut lengths = vec![0, 1, 2, 3, prefix.len(), prefix.len() + 1];
        for key in ["minItems", "maxItems"] {
            if let Some(n) = count(map, key) {
                lengths.extend([n, n + 1, n.saturating_sub(1)]);
            }
        }
        lengths.retain(|n| *n <= LONGEST);
        let mut found = Vec::new();
        for length in &lengths {
            let same: Option<Vec<Value>> = (0..*length).map(|place| at(place, 0)).collect();
            let other: Option<Vec<Value>> = (0..*length).map(|place| at(place, place)).collect();
            found.extend([same, other].into_iter().flatten().map(Value::Array));
            // Distinct whatever the items may be.
            found.push((0..*length).map(|n| json!(n)).collect());
            found.push((0..*length).map(|n| json!(format!("a{n}"))).collect());
        }
        for place in 0..prefix.len().max(1) {
            for choice in 1..8 {
                let items = (0..=place).map(|n| at(n, if n == place { choice } else { 0 }));
                found.extend(items.collect::<Option<Vec<Value>>>().map(Value::Array));
            }
        }
        if let Some(contains) = contains {
            let counts =
                [count(map, "minContains").unwrap_or(1), count(map, "maxContains").unwrap_or(1)];
            for n in counts.iter().flat_map(|n| [*n, n + 1, n.saturating_sub(1)]) {
                let items = contains.iter().cycle().take(n.min(LONGEST)).cloned();
                let items: Vec<Value> = items.collect();
                let padded: Vec<Value> = items.iter().cloned().chain(at(0, 0)).collect();
                found.extend([Value::Array(items), Value::Array(padded)]);
            }
        }
        found
    }
}
