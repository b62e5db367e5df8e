//! The proof by structure: keyword by keyword, references followed, recursion by induction.
//!
//! What may be assumed of a pair of schemas while it is being proven is that it holds for smaller
//! instances: an assumption counts only after a step into a property or an item.

use std::cell::RefCell;

use serde_json::Value;

use super::automaton::{self, Languages};
use super::prepare::{MAPS, PLAIN};
use super::words::{
    Keywords, at_least, followed, has_patterns, is_disjoint, is_false, is_format_within,
    is_of_another_type, is_true, is_zero_count, length_by_pattern, length_of, list,
    listed_values_satisfy, reference, rest, says_nothing, types_within, values_have_type,
};

/// Most pairs of subschemas that are looked at.
const MOST_PAIRS: u32 = 20_000;

/// Deepest subschemas that are compared word by word.
const DEEPEST: usize = 40;

/// Whether the structure alone shows that `new` includes `old`; `false` shows nothing. Both are of one
/// dialect in which keywords beside `$ref` count, or have none beside it.
pub(crate) fn includes(old: &Value, new: &Value) -> bool {
    let mut proof =
        Proof { old, new, open: Vec::new(), left: MOST_PAIRS, alike: RefCell::default() };
    proof.holds(old, new, 0)
}

/// Whether both say the same in the same words, but for the order of alternatives and the names of
/// definitions, or one says nothing or the other nothing at all; then it does not matter what they say.
pub(crate) fn same(old: &Value, new: &Value) -> bool {
    if is_true(new) || is_false(old) {
        return true;
    }
    let proof = Proof { old, new, open: Vec::new(), left: 0, alike: RefCell::default() };
    proof.same(old, new, DEEPEST)
}

/// Whether two subschemas of these documents say the same in the same words, references followed.
pub(crate) fn same_within((old, a): (&Value, &Value), (new, b): (&Value, &Value)) -> bool {
    let proof = Proof { old, new, open: Vec::new(), left: 0, alike: RefCell::default() };
    proof.same(a, b, DEEPEST)
}

struct Proof<'s> {
    old: &'s Value,
    new: &'s Value,
    /// Pairs being proven, by place in memory, with the step into the instance at which they stand.
    open: Vec<(*const Value, *const Value, usize)>,
    left: u32,
    /// Pairs that are, or may be taken to be, written the same.
    alike: RefCell<Vec<(*const Keywords, *const Keywords)>>,
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
        if says_nothing(keyword) || is_of_another_type(a, self.old, keyword) {
            return true;
        }
        if listed_values_satisfy(a, keyword, theirs) {
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
            "minLength" | "maxLength" if length_by_pattern(a, keyword, theirs) => true,
            "not" if is_disjoint(a, self.old, theirs, self.new) => true,
            "minimum" | "minLength" | "minItems" | "minProperties" | "exclusiveMinimum" => {
                at_least(ours, theirs) || is_zero_count(keyword, theirs)
            }
            "maximum" | "maxLength" | "maxItems" | "maxProperties" | "exclusiveMaximum" => {
                at_least(Some(theirs), ours.unwrap_or(&Value::Null))
            }
            "uniqueItems" => *theirs == Value::Bool(false) || ours == Some(theirs),
            "pattern" => match (ours.and_then(Value::as_str), theirs.as_str()) {
                (Some(ours), Some(theirs)) => {
                    let length = length_of(a);
                    automaton::compare_both(ours, length.as_deref(), theirs)
                        == Some(Languages::Within)
                }
                _ => false,
            },
            "format" => ours == Some(theirs) || is_format_within(ours, theirs),
            "multipleOf" | "contentEncoding" | "contentMediaType" => ours == Some(theirs),
            "properties" => self.properties(a, theirs, step),
            "additionalProperties" => self.additional(a, b, theirs, step),
            "patternProperties" => self.by_pattern(a, theirs, step),
            "items" | "prefixItems" => self.items(a, b, step),
            "allOf" => parts.iter().all(|part| self.holds(old, part, step)),
            "anyOf" => parts.iter().any(|part| self.holds(old, part, step)),
            // With these goes the condition.
            "if" => true,
            "then" | "else" => match (a.get("if"), b.get("if"), ours) {
                (_, None, _) => true,
                (Some(x), Some(y), Some(ours)) if self.same(x, y, DEEPEST) => {
                    self.holds(ours, theirs, step) || self.holds(old, theirs, step)
                }
                _ => self.holds(old, theirs, step),
            },
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
        let members = |key| a.get(key).and_then(Value::as_object).into_iter().flatten().collect();
        let patterns: Vec<(&'s String, &'s Value)> = members("patternProperties");
        let declared: Vec<(&'s String, &'s Value)> = members("properties");
        let within = |a: &str, b: &str| automaton::compare(a, b) == Some(Languages::Within);
        theirs.iter().all(|(key, new)| {
            let covers = |(pattern, _): &&(&String, &Value)| within(key, pattern);
            if patterns.iter().filter(covers).any(|(_, old)| self.holds(old, new, step + 1)) {
                return true;
            }
            let names = declared
                .iter()
                .filter(|(name, _)| within(&automaton::of_names([name.as_str()].into_iter()), key));
            let mut names = names.map(|(_, old)| old);
            names.all(|old| self.holds(old, new, step + 1))
                && (within(key, &automaton::of_names(declared.iter().map(|(n, _)| n.as_str())))
                    || (patterns.iter().all(|(_, old)| self.holds(old, new, step + 1))
                        && self.holds(rest(a, "additionalProperties"), new, step + 1)))
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

    /// Whether two subschemas say the same, references followed; used where inclusion is not monotone. Two
    /// that come back to each other are written the same all the way, and so mean the same.
    fn same(&self, old: &'s Value, new: &'s Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let (Value::Object(a), Value::Object(b)) = (old, new) else { return old == new };
        let (a, b) = (followed(a, self.old), followed(b, self.new));
        let pair = (std::ptr::from_ref(a), std::ptr::from_ref(b));
        let before = self.alike.borrow().len();
        if self.alike.borrow().contains(&pair) {
            return true;
        }
        self.alike.borrow_mut().push(pair);
        let answer = self.same_words(a, b, depth);
        if !answer {
            // With it goes what rested on it.
            self.alike.borrow_mut().truncate(before);
        }
        answer
    }

    fn same_words(&self, a: &'s Keywords, b: &'s Keywords, depth: usize) -> bool {
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
                    "required" | "enum" | "type" => match (ours, theirs) {
                        (Value::Array(x), Value::Array(y)) => {
                            x.len() == y.len() && x.iter().all(|v| y.contains(v))
                        }
                        _ => ours == theirs,
                    },
                    key if PLAIN.contains(&key) => ours == theirs,
                    key if MAPS.contains(&key) => match (ours, theirs) {
                        (Value::Object(x), Value::Object(y)) => self.same_map(x, y, depth),
                        _ => false,
                    },
                    // The order of these says nothing.
                    "oneOf" | "anyOf" | "allOf" => match (ours, theirs) {
                        (Value::Array(x), Value::Array(y)) => self.permuted(x, y, depth),
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

    /// Whether each of `old` says the same as another of `new`.
    fn permuted(&self, old: &'s [Value], new: &'s [Value], depth: usize) -> bool {
        let mut left: Vec<&'s Value> = new.iter().collect();
        old.len() == new.len()
            && old.iter().all(|x| {
                let twin = left.iter().position(|y| self.same(x, y, depth));
                twin.map(|at| left.swap_remove(at)).is_some()
            })
    }

    /// The same for maps from names to subschemas.
    fn same_map(&self, a: &'s Keywords, b: &'s Keywords, depth: usize) -> bool {
        a.len() == b.len()
            && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| self.same(x, y, depth)))
    }
}
