//! The proof by structure: keyword by keyword, references followed, recursion by induction.
//!
//! What may be assumed of a pair of schemas while it is being proven is that it holds for smaller
//! instances: an assumption counts only after a step into a property or an item.

use serde_json::{Map, Value};

use super::automaton::{self, Languages};
use super::circle::decoded;
use super::prepare::{ANNOTATIONS, MAPS, PLAIN};

/// Most pairs of subschemas that are looked at.
const MOST_PAIRS: u32 = 20_000;

/// Deepest subschemas that are compared word by word.
const DEEPEST: usize = 40;

/// Longest chain of references that stay on one value.
const MOST_HOPS: usize = 64;

type Keywords = Map<String, Value>;

/// Whether the structure alone shows that `new` includes `old`; `false` shows nothing. Both are of one
/// dialect in which keywords beside `$ref` count, or have none beside it.
pub(crate) fn includes(old: &Value, new: &Value) -> bool {
    let mut proof = Proof { old, new, open: Vec::new(), left: MOST_PAIRS };
    proof.holds(old, new, 0)
}

struct Proof<'s> {
    old: &'s Value,
    new: &'s Value,
    /// Pairs being proven, by place in memory, with the step into the instance at which they stand.
    open: Vec<(*const Value, *const Value, usize)>,
    left: u32,
}

impl<'s> Proof<'s> {
    /// `step` counts how deep in the instance the pair applies.
    fn holds(&mut self, old: &'s Value, new: &'s Value, step: usize) -> bool {
        if is_true(new) || *old == Value::Bool(false) {
            return true;
        }
        if self.left == 0 || step > 200 || self.open.len() > 400 {
            return false;
        }
        self.left -= 1;
        let key = (std::ptr::from_ref(old), std::ptr::from_ref(new));
        if let Some((.., since)) = self.open.iter().find(|(a, b, _)| (*a, *b) == key) {
            return *since < step;
        }
        self.open.push((key.0, key.1, step));
        let answer = self.pair(old, new, step);
        self.open.pop();
        answer
    }

    fn pair(&mut self, old: &'s Value, new: &'s Value, step: usize) -> bool {
        let (Some(a), Some(b)) = (old.as_object(), new.as_object()) else {
            return is_true(new)
                || (is_true(old) && new.as_object().is_some_and(|b| b.keys().all(says_nothing)));
        };
        // What one part of the old schema shows is shown.
        let by_reference = reference(a, self.old);
        if let Some(target) = by_reference
            && self.holds(target, new, step)
        {
            return true;
        }
        if list(a, "allOf").iter().any(|part| self.holds(part, new, step)) {
            return true;
        }
        for key in ["anyOf", "oneOf"] {
            let parts = list(a, key);
            if !parts.is_empty() && parts.iter().all(|part| self.holds(part, new, step)) {
                return true;
            }
        }
        b.iter().all(|(keyword, theirs)| self.keyword((old, new), keyword, theirs, step))
    }

    /// Whether the old schema implies one keyword of the new one.
    fn keyword(
        &mut self,
        (old, new): (&'s Value, &'s Value),
        keyword: &str,
        theirs: &'s Value,
        step: usize,
    ) -> bool {
        let (Some(a), Some(b)) = (old.as_object(), new.as_object()) else { return false };
        if says_nothing(keyword) {
            return true;
        }
        let ours = a.get(keyword);
        let parts = theirs.as_array().map_or(&[][..], Vec::as_slice);
        match keyword {
            "$ref" => match reference(b, self.new) {
                Some(target) => self.holds(old, target, step),
                None => false,
            },
            "type" => {
                ours.is_some_and(|ours| types_within(ours, theirs)) || values_have_type(a, theirs)
            }
            "const" => {
                ours == Some(theirs) || a.get("enum") == Some(&Value::Array(vec![theirs.clone()]))
            }
            "enum" => match (a.get("const"), a.get("enum").and_then(Value::as_array)) {
                (Some(one), _) => parts.contains(one),
                (None, Some(some)) => some.iter().all(|value| parts.contains(value)),
                (None, None) => false,
            },
            "required" => {
                let have = list(a, "required");
                theirs.as_array().is_some_and(|need| need.iter().all(|name| have.contains(name)))
            }
            "minimum" | "minLength" | "minItems" | "minProperties" | "exclusiveMinimum" => {
                at_least(ours, theirs) || is_zero_count(keyword, theirs)
            }
            "maximum" | "maxLength" | "maxItems" | "maxProperties" | "exclusiveMaximum" => {
                at_least(Some(theirs), ours.unwrap_or(&Value::Null))
            }
            "uniqueItems" => *theirs == Value::Bool(false) || ours == Some(theirs),
            "pattern" => match (ours.and_then(Value::as_str), theirs.as_str()) {
                (Some(ours), Some(theirs)) => {
                    automaton::compare(ours, theirs) == Some(Languages::Within)
                }
                _ => false,
            },
            "format" | "multipleOf" | "contentEncoding" | "contentMediaType" => {
                ours == Some(theirs)
            }
            "properties" => self.properties(a, theirs, step),
            "additionalProperties" => self.additional(a, b, theirs, step),
            "patternProperties" => self.by_pattern(a, theirs, step),
            "items" | "prefixItems" => self.items(a, b, step),
            "allOf" => parts.iter().all(|part| self.holds(old, part, step)),
            "anyOf" => parts.iter().any(|part| self.holds(old, part, step)),
            // These depend on the keywords beside them.
            "unevaluatedProperties" | "unevaluatedItems" => self.same(old, new, DEEPEST),
            "contains" | "minContains" | "maxContains" => {
                ["contains", "minContains", "maxContains"].iter().all(|key| {
                    match (a.get(*key), b.get(*key)) {
                        (Some(x), Some(y)) => self.same(x, y, DEEPEST),
                        (x, y) => x.is_none() && y.is_none(),
                    }
                })
            }
            "$dynamicRef" | "$recursiveRef" => false,
            "dependentRequired" => ours == Some(theirs),
            "dependentSchemas" | "dependencies" => match (ours, theirs) {
                (Some(Value::Object(x)), Value::Object(y)) => self.same_map(x, y, DEEPEST),
                _ => false,
            },
            "oneOf" => match ours {
                Some(Value::Array(ours)) => {
                    ours.len() == parts.len()
                        && ours.iter().zip(parts).all(|(x, y)| self.same(x, y, DEEPEST))
                }
                _ => false,
            },
            _ => ours.is_some_and(|ours| self.same(ours, theirs, DEEPEST)),
        }
    }

    fn properties(&mut self, a: &'s Keywords, theirs: &'s Value, step: usize) -> bool {
        let Some(theirs) = theirs.as_object() else { return false };
        theirs.iter().all(|(name, new)| {
            if is_true(new) {
                return true;
            }
            match a.get("properties").and_then(|p| p.get(name)) {
                Some(old) => self.holds(old, new, step + 1),
                // By a pattern it may be constrained more; without that it is an additional one.
                None => {
                    !has_patterns(a) && self.holds(rest(a, "additionalProperties"), new, step + 1)
                }
            }
        })
    }

    fn additional(
        &mut self,
        a: &'s Keywords,
        b: &'s Keywords,
        theirs: &'s Value,
        step: usize,
    ) -> bool {
        let patterns = |map: &'s Keywords| map.get("patternProperties").and_then(Value::as_object);
        let (ours, others) = (patterns(a), patterns(b));
        // What a pattern of the new schema takes, additionalProperties leaves.
        let is_covered = ours.is_none_or(|ours| {
            ours.keys().all(|key| others.is_some_and(|others| others.contains_key(key)))
        });
        if !is_covered || (others.is_some() && ours.is_none()) {
            return false;
        }
        let declared = b.get("properties").and_then(Value::as_object);
        let own = a.get("properties").and_then(Value::as_object);
        let left = own.into_iter().flatten();
        let left: Vec<&'s Value> = left
            .filter(|(name, _)| declared.is_none_or(|d| !d.contains_key(*name)))
            .map(|(_, schema)| schema)
            .collect();
        left.into_iter().all(|old| self.holds(old, theirs, step + 1))
            && self.holds(rest(a, "additionalProperties"), theirs, step + 1)
    }

    fn by_pattern(&mut self, a: &'s Keywords, theirs: &'s Value, step: usize) -> bool {
        let Some(theirs) = theirs.as_object() else { return false };
        theirs.iter().all(|(key, new)| match a.get("patternProperties").and_then(|p| p.get(key)) {
            Some(old) => self.holds(old, new, step + 1),
            None => false,
        })
    }

    fn items(&mut self, a: &'s Keywords, b: &'s Keywords, step: usize) -> bool {
        let parts = |map: &'s Keywords| -> (&'s [Value], &'s Value) {
            match map.get("items") {
                Some(Value::Array(prefix)) => (prefix, rest(map, "additionalItems")),
                _ => (list(map, "prefixItems"), rest(map, "items")),
            }
        };
        let ((ours, our_rest), (theirs, their_rest)) = (parts(a), parts(b));
        (0..ours.len().max(theirs.len())).all(|n| {
            let (old, new) = (ours.get(n).unwrap_or(our_rest), theirs.get(n).unwrap_or(their_rest));
            self.holds(old, new, step + 1)
        }) && self.holds(our_rest, their_rest, step + 1)
    }

    /// Whether two subschemas say the same, references followed; used where inclusion is not monotone.
    fn same(&self, old: &'s Value, new: &'s Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let (Value::Object(a), Value::Object(b)) = (old, new) else { return old == new };
        let (a, b) = (followed(a, self.old), followed(b, self.new));
        let words = |map: &'s Keywords| {
            map.iter().filter(|(key, _)| !says_nothing(key) || *key == "additionalItems")
        };
        words(a).count() == words(b).count()
            && words(a).all(|(key, ours)| {
                b.get(key).is_some_and(|theirs| match key.as_str() {
                    "$dynamicRef" | "$recursiveRef" => false,
                    "$ref" => match (reference(a, self.old), reference(b, self.new)) {
                        (Some(ours), Some(theirs)) => self.same(ours, theirs, depth),
                        _ => false,
                    },
                    key if PLAIN.contains(&key) => ours == theirs,
                    key if MAPS.contains(&key) => match (ours, theirs) {
                        (Value::Object(x), Value::Object(y)) => self.same_map(x, y, depth),
                        _ => false,
                    },
                    _ => match (ours, theirs) {
                        (Value::Array(x), Value::Array(y)) => {
                            x.len() == y.len()
                                && x.iter().zip(y).all(|(x, y)| self.same(x, y, depth))
                        }
                        _ => self.same(ours, theirs, depth),
                    },
                })
            })
    }

    /// The same for maps from names to subschemas.
    fn same_map(&self, a: &'s Keywords, b: &'s Keywords, depth: usize) -> bool {
        a.len() == b.len()
            && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| self.same(x, y, depth)))
    }
}

const TRUE: &Value = &Value::Bool(true);

fn rest<'s>(map: &'s Keywords, key: &str) -> &'s Value {
    map.get(key).unwrap_or(TRUE)
}

fn list<'s>(map: &'s Keywords, key: &str) -> &'s [Value] {
    map.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn has_patterns(map: &Keywords) -> bool {
    map.get("patternProperties").and_then(Value::as_object).is_some_and(|p| !p.is_empty())
}

fn is_true(schema: &Value) -> bool {
    match schema {
        Value::Bool(answer) => *answer,
        Value::Object(map) => map.keys().all(says_nothing),
        _ => false,
    }
}

/// Keywords that reject nothing by themselves.
fn says_nothing(keyword: impl AsRef<str>) -> bool {
    ANNOTATIONS.contains(&keyword.as_ref())
        || matches!(
            keyword.as_ref(),
            "$schema" | "$id" | "id" | "$anchor" | "$defs" | "definitions" | "additionalItems"
        )
}

/// Where the reference of a schema leads.
fn reference<'s>(map: &Keywords, root: &'s Value) -> Option<&'s Value> {
    let fragment = map.get("$ref")?.as_str()?.strip_prefix('#')?;
    if fragment.is_empty() { Some(root) } else { root.pointer(&decoded(fragment)) }
}

/// A schema that is a reference and nothing else, followed.
fn followed<'s>(mut map: &'s Keywords, root: &'s Value) -> &'s Keywords {
    for _ in 0..MOST_HOPS {
        let is_alone = map.keys().all(|key| key == "$ref" || says_nothing(key));
        match reference(map, root).and_then(Value::as_object) {
            Some(target) if is_alone => map = target,
            _ => break,
        }
    }
    map
}

fn names(types: &Value) -> Vec<&str> {
    match types {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn types_within(ours: &Value, theirs: &Value) -> bool {
    let (ours, theirs) = (names(ours), names(theirs));
    let fits =
        |name: &&str| theirs.contains(name) || (*name == "integer" && theirs.contains(&"number"));
    !ours.is_empty() && ours.iter().all(fits)
}

/// Whether listed values all have one of these types.
fn values_have_type(map: &Keywords, types: &Value) -> bool {
    let listed: Vec<&Value> = map.get("const").into_iter().chain(list(map, "enum")).collect();
    let types = names(types);
    let has = |value: &&Value| {
        let name = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_i64() || n.is_u64() => {
                return types.contains(&"integer") || types.contains(&"number");
            }
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        types.contains(&name)
    };
    !listed.is_empty() && listed.iter().all(has)
}

/// Whether both are numbers, and `a` is not less than `b`: exact where floats tell them apart.
fn at_least(a: Option<&Value>, b: &Value) -> bool {
    let (Some(Value::Number(a)), Value::Number(b)) = (a, b) else { return false };
    if a == b {
        return true;
    }
    match (a.to_string().parse::<i128>(), b.to_string().parse::<i128>()) {
        (Ok(a), Ok(b)) => a >= b,
        // Strictly: numbers that round to the same float may be either way round.
        _ => a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a > b),
    }
}

fn is_zero_count(keyword: &str, value: &Value) -> bool {
    matches!(keyword, "minLength" | "minItems" | "minProperties") && value.as_f64() == Some(0.0)
}
