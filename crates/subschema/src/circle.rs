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

/// Whether a reference to something recursive stands beside other keywords, or is one of several schemas
/// for a value.
pub(crate) fn has_mixed_recursion(schema: &Value) -> bool {
    let mut found = Vec::new();
    mixed_references(schema, &mut found);
    let search = || Search::of(schema, true);
    found.iter().any(|text| match search().target(text) {
        Some(target) => search().everywhere(target),
        None => true,
    })
}

fn mixed_references<'v>(schema: &'v Value, found: &mut Vec<&'v str>) {
    let refers = |schema: &'v Value| schema.get("$ref").and_then(Value::as_str);
    match schema {
        Value::Object(map) => {
            let alone = ["$ref", "$defs", "definitions", "$schema", "$id"];
            if map.keys().any(|key| !alone.contains(&key.as_str())) {
                found.extend(refers(schema));
            }
            for part in IN_PLACE.iter().filter_map(|key| map.get(*key)) {
                match part {
                    Value::Array(parts) => found.extend(parts.iter().filter_map(refers)),
                    part => found.extend(refers(part)),
                }
            }
            map.values().for_each(|inner| mixed_references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| mixed_references(inner, found)),
        _ => {}
    }
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
            return self.root.pointer(&decoded(fragment));
        }
        named(self.root, &["$anchor", "$dynamicAnchor"], fragment)
    }
}

/// A fragment without its percent signs (RFC 3986, section 2.1); what is none stays.
pub(crate) fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
