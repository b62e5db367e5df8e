//! The direct way to a counter-example: to where the schemas differ, with the simplest document around it.
//! Most changes of a large schema are small; this looks at no more than they touch.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::sample::{Others, Sampler, basket};
use super::structure;
use super::words::{Keywords, followed, list};

/// Most documents that are made.
const MOST: usize = 400;

/// Most values made for one place.
const MOST_HERE: usize = 48;

/// Deepest place that is looked at.
const DEEPEST: usize = 12;

/// Documents that the old schema probably accepts and the new one does not.
pub(crate) fn candidates(old: &Value, new: &Value, others: &Others) -> Vec<Value> {
    let names = BTreeSet::new();
    let way = Way {
        old,
        new,
        of_old: Sampler::new(old, &names, others),
        of_new: Sampler::new(new, &names, others),
    };
    let mut found = way.differing(old, new, DEEPEST);
    found.truncate(MOST);
    found
}

struct Way<'s> {
    old: &'s Value,
    new: &'s Value,
    of_old: Sampler<'s>,
    of_new: Sampler<'s>,
}

impl Way<'_> {
    fn differing(&self, old: &Value, new: &Value, depth: usize) -> Vec<Value> {
        if depth == 0 || structure::same_within((self.old, old), (self.new, new)) {
            return Vec::new();
        }
        let (Some(a), Some(b)) = (old.as_object(), new.as_object()) else {
            return self.of_old.simplest(old).into_iter().chain(basket()).collect();
        };
        let (a, b) = (followed(a, self.old), followed(b, self.new));
        let is_object =
            |map: &Keywords| map.contains_key("properties") || map.contains_key("required");
        if is_object(a) && is_object(b) {
            return self.objects(a, b, depth);
        }
        if let (Some(x), Some(y)) = (a.get("items"), b.get("items"))
            && x.is_object()
            && y.is_object()
        {
            let inside = self.differing(x, y, depth - 1);
            let least = a.get("minItems").and_then(Value::as_u64).unwrap_or(1).clamp(1, 20);
            let mut found: Vec<Value> =
                inside.into_iter().map(|item| json!(vec![item; least as usize])).collect();
            found.extend(self.here(a, b));
            return found;
        }
        self.here(a, b)
    }

    /// What one schema allows where it stands, and what the other does.
    fn here(&self, a: &Keywords, b: &Keywords) -> Vec<Value> {
        let (a, b) = (Value::Object(a.clone()), Value::Object(b.clone()));
        let (mut found, more) = (self.of_old.small(&a), self.of_new.small(&b));
        found.truncate(MOST_HERE);
        found.extend(more.into_iter().take(MOST_HERE));
        found
    }

    fn objects(&self, a: &Keywords, b: &Keywords, depth: usize) -> Vec<Value> {
        let Some(Value::Object(base)) = self.of_old.simplest(&Value::Object(a.clone())) else {
            return self.here(a, b);
        };
        let empty = Map::new();
        let members = |map: &'_ Keywords| map.get("properties").and_then(Value::as_object).cloned();
        let (ours, theirs) =
            (members(a).unwrap_or_else(|| empty.clone()), members(b).unwrap_or(empty));
        let mut found = vec![Value::Object(base.clone())];
        let mut with = |name: &str, value: Value| {
            let mut object = base.clone();
            object.insert(name.to_owned(), value);
            found.push(Value::Object(object));
        };
        for (name, old) in &ours {
            match theirs.get(name) {
                Some(new) => {
                    let inside = self.differing(old, new, depth - 1);
                    inside.into_iter().take(MOST_HERE * 2).for_each(|value| with(name, value));
                }
                None => {
                    let values = self.of_old.small(old).into_iter().take(8);
                    values.for_each(|value| with(name, value));
                }
            }
        }
        for name in theirs.keys().filter(|name| !ours.contains_key(*name)) {
            let extra = a.get("additionalProperties").and_then(|s| self.of_old.simplest(s));
            extra.into_iter().chain(basket().into_iter().take(10)).for_each(|v| with(name, v));
        }
        if a.get("additionalProperties") != b.get("additionalProperties") {
            basket().into_iter().take(10).for_each(|value| with("extra", value));
        }
        // Everything at once, for what the new schema demands together.
        let whole: Map<String, Value> = ours
            .iter()
            .filter_map(|(name, schema)| Some((name.clone(), self.of_old.simplest(schema)?)))
            .collect();
        for name in list(b, "required").iter().filter_map(Value::as_str) {
            let mut object = whole.clone();
            object.shift_remove(name);
            found.push(Value::Object(object));
        }
        found.push(Value::Object(whole));
        found
    }
}
