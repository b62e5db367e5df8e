//! Schemas made ready: one dialect, patterns and contents reduced to what they say, recursion through the
//! document root given a name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jsonschema::Draft;
use serde_json::{Map, Value, json};

use super::pattern;

/// The dialect that a schema names, or else `usual`.
pub(crate) fn draft(schema: &Value, usual: Draft) -> Draft {
    match schema.get("$schema").and_then(Value::as_str) {
        Some(uri) if uri.contains("draft-04") => Draft::Draft4,
        Some(uri) if uri.contains("draft-06") => Draft::Draft6,
        Some(uri) if uri.contains("draft-07") => Draft::Draft7,
        Some(uri) if uri.contains("2019-09") => Draft::Draft201909,
        Some(uri) if uri.contains("2020-12") => Draft::Draft202012,
        _ => usual,
    }
}

/// Keywords that reject nothing.
pub(crate) const ANNOTATIONS: [&str; 12] = [
    "title",
    "description",
    "default",
    "examples",
    "example",
    "$comment",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentSchema",
    "$vocabulary",
    "discriminator",
];

/// Keywords whose values are no schemas.
pub(crate) const PLAIN: [&str; 7] =
    ["const", "enum", "default", "examples", "example", "required", "dependentRequired"];

/// Keywords whose values are maps from names to schemas.
pub(crate) const MAPS: [&str; 6] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];

/// Both schemas in the younger of their dialects, as far as keywords can say it; `None` when they cannot.
pub(crate) fn in_one_dialect(
    old: &Value,
    a: Draft,
    new: &Value,
    b: Draft,
) -> Option<(Value, Value, Draft)> {
    let age = |draft| match draft {
        Draft::Draft4 => 0,
        Draft::Draft6 => 1,
        Draft::Draft7 => 2,
        Draft::Draft201909 => 3,
        _ => 4,
    };
    let (mut old, mut new) = (old.clone(), new.clone());
    let texts = RefCell::new(BTreeMap::new());
    for (schema, draft) in [(&mut old, a), (&mut new, b)] {
        each(schema, &|map| reduce(map, &texts));
        if age(draft) < 3 {
            each(schema, &alone);
        }
    }
    if a == b {
        return Some((old, new, a));
    }
    let draft = if age(a) > age(b) { a } else { b };
    for (schema, own) in [(&mut old, a), (&mut new, b)] {
        each(schema, &raise);
        if age(draft) > 2 && !modern(schema, age(own), age(draft)) {
            return None;
        }
        if let Some(map) = schema.as_object_mut() {
            map.shift_remove("$schema");
        }
    }
    Some((old, new, draft))
}

/// Writes what 2019-09 and 2020-12 write differently (their release notes): dependencies, lists of items.
/// Identifiers and recursive references are left alone, and then there is no one dialect.
fn modern(schema: &mut Value, from: u8, to: u8) -> bool {
    let foreign = ["$recursiveRef", "$dynamicRef", "$recursiveAnchor", "$dynamicAnchor"];
    if from < to && (has_inner_id(schema, true) || foreign.iter().any(|word| speaks(schema, word)))
    {
        return false;
    }
    each(schema, &|map| {
        if from < 3 {
            dependencies(map);
        }
        if from < 4 && to > 3 {
            lists(map);
        }
    });
    true
}

fn dependencies(map: &mut Map<String, Value>) {
    let Some(Value::Object(all)) = map.shift_remove("dependencies") else { return };
    let (names, schemas): (Map<_, _>, Map<_, _>) = all.into_iter().partition(|(_, v)| v.is_array());
    for (key, part) in [("dependentRequired", names), ("dependentSchemas", schemas)] {
        if !part.is_empty() {
            map.insert(key.to_owned(), Value::Object(part));
        }
    }
}

fn lists(map: &mut Map<String, Value>) {
    let rest = map.shift_remove("additionalItems");
    if map.get("items").is_some_and(Value::is_array)
        && let Some(prefix) = map.shift_remove("items")
    {
        map.insert("prefixItems".to_owned(), prefix);
        if let Some(rest) = rest {
            map.insert("items".to_owned(), rest);
        }
    }
}

/// The schema with patterns that validators read as ECMA-262 has them.
pub(crate) fn with_ecma_patterns(schema: &Value) -> Value {
    let mut schema = schema.clone();
    each(&mut schema, &|map| {
        if let Some(Value::String(text)) = map.get_mut("pattern") {
            *text = pattern::ecma_dots(text).into_owned();
        }
    });
    schema
}

/// Draft 4 bounds as numbers: `exclusiveMinimum: true` beside `minimum`.
fn raise(map: &mut Map<String, Value>) {
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match map.get(flag) {
            Some(Value::Bool(true)) => {
                map.shift_remove(flag);
                if let Some(value) = map.shift_remove(bound) {
                    map.insert(flag.to_owned(), value);
                }
            }
            Some(Value::Bool(false)) => drop(map.shift_remove(flag)),
            _ => {}
        }
    }
}

/// Before 2019-09, what stands beside a reference says nothing.
fn alone(map: &mut Map<String, Value>) {
    if map.get("$ref").is_some_and(Value::is_string) {
        map.retain(|key, _| matches!(key.as_str(), "$ref" | "$schema" | "$defs" | "definitions"));
    }
}

/// Leaves out what rejects nothing, and writes equal patterns equally. `texts` has the first text of each.
fn reduce(map: &mut Map<String, Value>, texts: &RefCell<BTreeMap<String, String>>) {
    for annotation in ANNOTATIONS {
        map.shift_remove(annotation);
    }
    // Of these the validator knows one each; others reject nothing.
    for (keyword, known) in
        [("contentEncoding", "base64"), ("contentMediaType", "application/json")]
    {
        if map.get(keyword).and_then(Value::as_str).is_some_and(|value| value != known) {
            map.shift_remove(keyword);
        }
    }
    let Some(text) = map.get("pattern").and_then(Value::as_str).map(str::to_owned) else { return };
    let Some(hir) = pattern::read(&text) else { return };
    if pattern::is_everything(&hir) {
        map.shift_remove("pattern");
        return;
    }
    let mut texts = texts.borrow_mut();
    let first = texts.entry(hir.to_string()).or_insert(text).clone();
    map.insert("pattern".to_owned(), Value::String(first));
}

/// Whether every keyword of a schema is one of its dialect, and every reference counts from its top: then
/// the structure can be read without more.
pub(crate) fn is_plain(schema: &Value, draft: Draft) -> bool {
    let foreign: &[&str] = match draft {
        Draft::Draft4 => &["const", "prefixItems"],
        Draft::Draft6 | Draft::Draft7 | Draft::Draft201909 => &["prefixItems"],
        _ => &[],
    };
    !has_inner_id(schema, true) && !foreign.iter().any(|word| speaks(schema, word))
}

fn speaks(value: &Value, word: &str) -> bool {
    match value {
        Value::Object(map) => map.contains_key(word) || map.values().any(|v| speaks(v, word)),
        Value::Array(items) => items.iter().any(|v| speaks(v, word)),
        _ => false,
    }
}

/// Visits every subschema.
fn each(schema: &mut Value, visit: &impl Fn(&mut Map<String, Value>)) {
    let Value::Object(map) = schema else { return };
    visit(map);
    for (key, inner) in map.iter_mut() {
        match inner {
            _ if PLAIN.contains(&key.as_str()) => {}
            Value::Object(named) if MAPS.contains(&key.as_str()) => {
                named.values_mut().for_each(|inner| each(inner, visit));
            }
            Value::Array(items) => items.iter_mut().for_each(|inner| each(inner, visit)),
            other => each(other, visit),
        }
    }
}

/// The name that the document root gets among its definitions.
const ROOT: &str = "subschema-root";

/// Writes `{"$ref": "#"}` as a reference to a definition: two documents cannot be compared whose `#` is not
/// the same. A schema without such a reference, or with identifiers inside, stays as it is.
pub(crate) fn name_root(schema: &Value, draft: Draft) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    if !refers_to_root(schema) || has_inner_id(schema, true) {
        return schema.clone();
    }
    let key = match draft {
        Draft::Draft4 | Draft::Draft6 | Draft::Draft7 => "definitions",
        _ => "$defs",
    };
    let mut inner = map.clone();
    let dialect = inner.shift_remove("$schema");
    inner.shift_remove("$id");
    inner.shift_remove("id");
    let mut inner = Value::Object(inner);
    rewrite(&mut inner, &format!("#/{key}/{ROOT}"));
    let mut outer = Map::new();
    if let Some(dialect) = dialect {
        outer.insert("$schema".to_owned(), dialect);
    }
    outer.insert(key.to_owned(), json!({ ROOT: inner }));
    outer.insert("$ref".to_owned(), json!(format!("#/{key}/{ROOT}")));
    Value::Object(outer)
}

fn refers_to_root(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            map.get("$ref").and_then(Value::as_str) == Some("#") || map.values().any(refers_to_root)
        }
        Value::Array(items) => items.iter().any(refers_to_root),
        _ => false,
    }
}

fn has_inner_id(value: &Value, is_top: bool) -> bool {
    match value {
        Value::Object(map) => {
            let own = ["$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"];
            (!is_top && own.iter().any(|k| map.get(*k).is_some_and(Value::is_string)))
                || map.values().any(|v| has_inner_id(v, false))
        }
        Value::Array(items) => items.iter().any(|v| has_inner_id(v, false)),
        _ => false,
    }
}

fn rewrite(value: &mut Value, root: &str) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                match inner {
                    Value::String(text) if key == "$ref" && text.starts_with('#') => {
                        *text = format!("{root}{}", text.trim_start_matches('#'));
                    }
                    other => rewrite(other, root),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, root)),
        _ => {}
    }
}
