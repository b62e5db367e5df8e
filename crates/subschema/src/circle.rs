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
    let mut search = Search::of(schema, false);
    let mut seen: Vec<&Value> = vec![schema];
    let mut next = 0;
    while let Some(place) = seen.get(next).copied() {
        next += 1;
        if search.circles(place) {
            return true;
        }
        for part in search.parts(place) {
            if !seen.iter().any(|known| std::ptr::eq(*known, part)) {
                seen.push(part);
            }
        }
    }
    false
}

/// Keywords whose value is a schema, or a list of schemas.
const SCHEMAS: [&str; 16] = [
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "items",
    "additionalItems",
    "prefixItems",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];

/// Keywords whose value maps names to schemas.
const NAMED: [&str; 4] = ["properties", "patternProperties", "dependentSchemas", "dependencies"];

/// Keywords whose subschemas apply to the same value, and through which more is accepted when they accept
/// more.
const MONOTONE: [&str; 4] = ["allOf", "anyOf", "then", "else"];

/// Leaves references out that lead from a schema to itself on the same value: whoever follows them comes to
/// ask the same question again, to which the answer is what the rest of the schema says. Only where more
/// accepted by the part is more accepted by the whole; other circles stay.
pub(crate) fn without_own(schema: &Value) -> Value {
    let mut targets = Vec::new();
    references(schema, &mut targets);
    targets.sort();
    targets.dedup();
    let mut plain = schema.clone();
    for text in targets {
        let Some(fragment) = text.strip_prefix('#') else { continue };
        let target = match fragment {
            "" => Some(&mut plain),
            _ => plain.pointer_mut(&decoded(fragment)),
        };
        if let Some(target) = target {
            cut(target, &text);
        }
    }
    plain
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

fn cut(schema: &mut Value, own: &str) {
    let Some(map) = schema.as_object_mut() else { return };
    if map.get("$ref").and_then(Value::as_str) == Some(own) {
        map.shift_remove("$ref");
    }
    for key in MONOTONE {
        match map.get_mut(key) {
            Some(Value::Array(parts)) => parts.iter_mut().for_each(|part| cut(part, own)),
            Some(part) => cut(part, own),
            None => {}
        }
    }
    if let Some(Value::Object(parts)) = map.get_mut("dependentSchemas") {
        parts.values_mut().for_each(|part| cut(part, own));
    }
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

/// How many references lead to something from which they can be reached again.
pub(crate) fn recursive_references(schema: &Value) -> usize {
    let mut all = Vec::new();
    references(schema, &mut all);
    let search = || Search::of(schema, true);
    all.retain(|text| search().target(text).is_some_and(|target| search().everywhere(target)));
    all.len()
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

    /// The schemas that a schema applies, here or further inside.
    fn parts(&self, schema: &'s Value) -> Vec<&'s Value> {
        let Some(map) = schema.as_object() else { return Vec::new() };
        let mut found = self.referred(map);
        for key in SCHEMAS {
            match map.get(key) {
                Some(Value::Array(parts)) => found.extend(parts),
                part => found.extend(part),
            }
        }
        let named = NAMED.iter().filter_map(|key| map.get(*key)).filter_map(Value::as_object);
        found.extend(named.flat_map(|parts| parts.values()));
        found
    }

    /// Where the references of a schema lead. A keyword of another dialect refers to nothing.
    fn referred(&self, map: &'s serde_json::Map<String, Value>) -> Vec<&'s Value> {
        let dialect = self.root.get("$schema").and_then(Value::as_str).unwrap_or_default();
        let means = |key: &str| match key {
            "$recursiveRef" => dialect.contains("2019-09") || dialect.is_empty(),
            "$dynamicRef" => dialect.contains("2020-12") || dialect.is_empty(),
            _ => true,
        };
        let keys = ["$ref", "$dynamicRef", "$recursiveRef"].into_iter().filter(|key| means(key));
        let texts = keys.filter_map(|key| map.get(key).and_then(Value::as_str));
        texts.filter_map(|text| self.target(text)).collect()
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
        let mut next = self.referred(map);
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
