//! The direct way to a counter-example: to where the schemas differ, with the simplest document around it.
//! Most changes of a large schema are small; this looks at no more than they touch.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::sample::{Others, Sampler, basket, lacking, with};
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
        seen: RefCell::default(),
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
    /// What was found for a pair of schemas, by place in memory; nothing while it is looked for.
    seen: RefCell<HashMap<(usize, usize), Vec<Value>>>,
}

/// Longest text, list or object that is made for the sake of a bound.
const LONGEST: u64 = 20_000;

impl Way<'_> {
    fn differing(&self, old: &Value, new: &Value, depth: usize) -> Vec<Value> {
        if depth == 0 {
            return Vec::new();
        }
        let key = (std::ptr::from_ref(old).addr(), std::ptr::from_ref(new).addr());
        if let Some(known) = self.seen.borrow().get(&key) {
            return known.clone();
        }
        self.seen.borrow_mut().insert(key, Vec::new());
        let found = self.differing_here(old, new, depth);
        self.seen.borrow_mut().insert(key, found.clone());
        found
    }

    fn differing_here(&self, old: &Value, new: &Value, depth: usize) -> Vec<Value> {
        if structure::same_within((self.old, old), (self.new, new)) {
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
        let mut edges = at_bounds(a, b);
        let (a, b) = (Value::Object(a.clone()), Value::Object(b.clone()));
        let (mut found, more) = (self.of_old.small(&a), self.of_new.small(&b));
        found.truncate(MOST_HERE);
        found.extend(more.into_iter().take(MOST_HERE));
        edges.extend(found);
        edges
    }

    /// Whether two schemas of objects differ in more than what their properties are.
    fn differs_itself(&self, a: &Keywords, b: &Keywords) -> bool {
        let bare = |map: &Keywords| {
            let mut map = map.clone();
            map.shift_remove("properties");
            Value::Object(map)
        };
        let names = |map: &Keywords| -> BTreeSet<String> {
            let members = map.get("properties").and_then(Value::as_object);
            members.into_iter().flat_map(|m| m.keys().cloned()).collect()
        };
        names(a) != names(b) || !structure::same_within((self.old, &bare(a)), (self.new, &bare(b)))
    }

    fn objects(&self, a: &Keywords, b: &Keywords, depth: usize) -> Vec<Value> {
        let Some(Value::Object(base)) = self.of_old.simplest(&Value::Object(a.clone())) else {
            return self.here(a, b);
        };
        let empty = Map::new();
        // Not cloned: what is known of a pair is known by place in memory.
        let members = |map| -> &Map<String, Value> {
            Map::get(map, "properties").and_then(Value::as_object).unwrap_or(&empty)
        };
        let (ours, theirs) = (members(a), members(b));
        // Where only what is inside differs, the whole has nothing to show.
        let mut found = match self.differs_itself(a, b) {
            true => self.as_a_whole(a, b, &base, ours),
            false => Vec::new(),
        };
        for (name, old) in ours {
            let inside = match theirs.get(name) {
                Some(new) => self.differing(old, new, depth - 1),
                None => self.of_old.small(old).into_iter().take(8).collect(),
            };
            found.extend(
                inside
                    .into_iter()
                    .take(MOST_HERE * 2)
                    .map(|v| Value::Object(with(&base, name, &v))),
            );
        }
        for name in theirs.keys().filter(|name| !ours.contains_key(*name)) {
            let extra = a.get("additionalProperties").and_then(|s| self.of_old.simplest(s));
            let values = extra.into_iter().chain(basket().into_iter().take(10));
            found.extend(values.map(|value| Value::Object(with(&base, name, &value))));
        }
        found
    }

    /// Objects that show what two schemas say beside what each property is.
    fn as_a_whole(
        &self,
        a: &Keywords,
        b: &Keywords,
        base: &Map<String, Value>,
        ours: &Map<String, Value>,
    ) -> Vec<Value> {
        let mut found = vec![Value::Object(base.clone())];
        found.extend(at_bounds(a, b));
        if a.get("additionalProperties") != b.get("additionalProperties") {
            found.extend(
                basket()
                    .into_iter()
                    .take(10)
                    .map(|value| Value::Object(with(base, "extra", &value))),
            );
        }
        // Everything at once, for what the new schema demands together.
        let whole: Map<String, Value> = ours
            .iter()
            .filter_map(|(name, schema)| Some((name.clone(), self.of_old.simplest(schema)?)))
            .collect();
        for name in list(b, "required").iter().filter_map(Value::as_str) {
            found.push(Value::Object(lacking(&whole, name)));
        }
        found.push(Value::Object(whole));
        found
    }
}

/// Values just beyond a bound of length or number that the new schema draws closer, as simple as can be.
fn at_bounds(a: &Keywords, b: &Keywords) -> Vec<Value> {
    let bound = |map: &Keywords, key: &str| map.get(key).and_then(Value::as_u64);
    let beyond = |least: &str, most: &str| -> Option<usize> {
        let (x, y) = (bound(a, most), bound(b, most));
        let over = y.filter(|y| x.is_none_or(|x| x > *y)).map(|y| y + 1);
        let (x, y) = (bound(a, least), bound(b, least));
        let under = y.filter(|y| *y > x.unwrap_or(0)).map(|y| y - 1);
        over.or(under).filter(|n| *n <= LONGEST).and_then(|n| usize::try_from(n).ok())
    };
    let mut found = Vec::new();
    if let Some(n) = beyond("minLength", "maxLength") {
        found.push(Value::String("a".repeat(n)));
    }
    if let Some(n) = beyond("minItems", "maxItems") {
        let of = |item: &dyn Fn(usize) -> Value| Value::Array((0..n).map(item).collect());
        found.extend([
            of(&|n| json!(n)),
            of(&|n| json!(format!("a{n}"))),
            of(&|_| json!(null)),
            of(&|n| json!({ "id": n })),
            of(&|n| json!(format!("123e4567-e89b-42d3-a456-{n:012x}"))),
            of(&|n| json!(format!("{:04}-01-01T00:00:00Z", n % 9999))),
        ]);
        let item = a.get("items").and_then(|items| items.get("enum")).and_then(Value::as_array);
        found.extend(item.map(|values| values.iter().take(n).cloned().collect()));
    }
    if let Some(n) = beyond("minProperties", "maxProperties") {
        let of = |value: Value| {
            Value::Object((0..n).map(|n| (format!("p{n}"), value.clone())).collect())
        };
        found.extend([of(json!(null)), of(json!("a")), of(json!(0))]);
    }
    found
}
