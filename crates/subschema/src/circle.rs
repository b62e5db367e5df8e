//! References that come back to where they started without a step into the instance: no validator can
//! follow them to an end.

use std::collections::BTreeSet;

use serde_json::Value;

/// Keywords whose subschemas apply to the same value.
const IN_PLACE: [&str; 7] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

/// Deepest chain that is followed before it counts as a circle.
const DEEPEST: usize = 400;

/// Whether a schema has such a circle anywhere.
pub(crate) fn has_circle(schema: &Value) -> bool {
    Search::of(schema, false).everywhere(schema)
}

/// Whether a schema can reach itself at all, also by steps into the instance.
pub(crate) fn is_recursive(schema: &Value) -> bool {
    Search::of(schema, true).everywhere(schema)
}

/// Whether a reference stands beside other keywords, or is one of several schemas for a value.
pub(crate) fn has_mixed_reference(schema: &Value) -> bool {
    let Value::Object(map) = schema else {
        return schema.as_array().is_some_and(|items| items.iter().any(has_mixed_reference));
    };
    let refers = |schema: &Value| schema.get("$ref").is_some();
    let is_beside = refers(schema)
        && map.keys().any(|key| {
            !matches!(key.as_str(), "$ref" | "$defs" | "definitions" | "$schema" | "$id")
        });
    let is_part = IN_PLACE.iter().filter_map(|key| map.get(*key)).any(|part| match part {
        Value::Array(parts) => parts.iter().any(refers),
        part => refers(part),
    });
    is_beside || is_part || map.values().any(has_mixed_reference)
}

struct Search<'s> {
    root: &'s Value,
    /// Addresses of subschemas from which no circle is reached.
    done: BTreeSet<usize>,
    open: Vec<usize>,
    /// Whether steps into the instance are followed, too.
    steps: bool,
}

impl<'s> Search<'s> {
    fn of(root: &'s Value, steps: bool) -> Self {
        Search { root, done: BTreeSet::new(), open: Vec::new(), steps }
    }

    fn everywhere(&mut self, value: &'s Value) -> bool {
        match value {
            Value::Object(map) => {
                self.circles(value) || map.values().any(|inner| self.everywhere(inner))
            }
            Value::Array(items) => items.iter().any(|inner| self.everywhere(inner)),
            _ => false,
        }
    }

    fn circles(&mut self, schema: &'s Value) -> bool {
        let Some(map) = schema.as_object() else { return false };
        let address = std::ptr::from_ref(schema).addr();
        if self.done.contains(&address) {
            return false;
        }
        if self.open.contains(&address) || self.open.len() > DEEPEST {
            return true;
        }
        self.open.push(address);
        let mut next: Vec<&'s Value> = Vec::new();
        for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
            next.extend(map.get(key).and_then(Value::as_str).and_then(|text| self.target(text)));
        }
        for key in IN_PLACE {
            match map.get(key) {
                Some(Value::Array(parts)) => next.extend(parts),
                part => next.extend(part),
            }
        }
        let by_property =
            ["dependentSchemas", "dependencies"].iter().filter_map(|key| map.get(*key));
        next.extend(by_property.filter_map(Value::as_object).flat_map(|parts| parts.values()));
        if self.steps {
            // Whatever is written inside, plain values included: they refer to nothing.
            for inner in
                map.iter().filter(|(key, _)| !matches!(key.as_str(), "$defs" | "definitions"))
            {
                match inner.1 {
                    Value::Object(named) => next.extend(named.values().chain([inner.1])),
                    Value::Array(items) => next.extend(items),
                    _ => {}
                }
            }
        }
        let found = next.into_iter().any(|part| self.circles(part));
        self.open.pop();
        if !found {
            self.done.insert(address);
        }
        found
    }

    fn target(&self, reference: &str) -> Option<&'s Value> {
        let Some((_, fragment)) = reference.split_once('#') else {
            return named(self.root, &["$id", "id"], reference);
        };
        if fragment.is_empty() {
            return Some(self.root);
        }
        if fragment.starts_with('/') {
            return self.root.pointer(fragment);
        }
        named(self.root, &["$anchor", "$dynamicAnchor"], fragment)
    }
}

/// The subschema that calls itself `name` by one of these keywords.
fn named<'v>(value: &'v Value, keys: &[&str], name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => {
            let is_it = keys.iter().any(|key| map.get(*key).and_then(Value::as_str) == Some(name));
            if is_it {
                Some(value)
            } else {
                map.values().find_map(|inner| named(inner, keys, name))
            }
        }
        Value::Array(items) => items.iter().find_map(|inner| named(inner, keys, name)),
        _ => None,
    }
}
