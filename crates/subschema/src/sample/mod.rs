//! Instances made from a schema: the edges of what it says, not random ones. Whether they satisfy anything
//! is for the validator to say; here only the chance of it counts.

mod array;
mod merge;
mod number;
mod object;
mod pattern;
mod string;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value, json};

pub(crate) use object::{lacking, with};

use crate::circle::decoded;
use crate::words::{Keywords, list};
use merge::merge;

/// Most values made for one subschema.
const MOST: usize = 64;

/// Most subschemas looked at; schemas may refer to themselves.
const MOST_VISITS: u32 = 4_000;

/// Deepest chain of subschemas and references.
const DEEPEST: usize = 7;

/// Makes instances of the schemas of one document.
pub(crate) struct Sampler<'s> {
    root: &'s Value,
    /// Names of properties that either schema speaks of.
    names: &'s BTreeSet<String>,
    visits: Cell<u32>,
    /// Strings of a pattern that another pattern does not match.
    others: &'s Others,
}

/// By pattern, strings that tell it from others.
pub(crate) type Others = BTreeMap<String, Vec<String>>;

impl<'s> Sampler<'s> {
    pub(crate) fn new(root: &'s Value, names: &'s BTreeSet<String>, others: &'s Others) -> Self {
        Sampler { root, names, visits: Cell::new(MOST_VISITS), others }
    }

    /// Instances of the document's own schema, the simplest first.
    pub(crate) fn of_root(&self) -> Vec<Value> {
        self.values(self.root, DEEPEST)
    }

    /// A few instances of a subschema, the simplest first.
    pub(crate) fn small(&self, schema: &Value) -> Vec<Value> {
        self.values(schema, 3)
    }

    /// One instance with no more in it than is asked for, if all goes well.
    pub(crate) fn simplest(&self, schema: &Value) -> Option<Value> {
        self.simple(schema, 24)
    }

    /// A few values for a property of the document's own schema, wherever that declares it.
    pub(crate) fn of_property(&self, name: &str) -> Vec<Value> {
        let declared = declaration(self.root, name, DEEPEST);
        declared.map_or_else(basket, |schema| self.small(schema))
    }

    fn simple(&self, schema: &Value, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let Value::Object(map) = schema else {
            return (*schema != Value::Bool(false)).then(|| json!(null));
        };
        if let Some(one) = map.get("const").or(list(map, "enum").first()) {
            return Some(one.clone());
        }
        let own = without(map, &["allOf", "anyOf", "oneOf", "$ref"]);
        let mut parts: Vec<&Value> = list(map, "allOf").iter().collect();
        parts.extend(list(map, "anyOf").first());
        parts.extend(list(map, "oneOf").first());
        parts.extend(map.get("$ref").and_then(Value::as_str).and_then(|r| self.target(r)));
        if !parts.is_empty() {
            let all = parts.iter().filter_map(|part| part.as_object());
            let merged = all.fold(own, |merged, part| merge(&merged, part));
            return self.simple(&Value::Object(merged), depth);
        }
        let has = |kind: &str| match map.get("type") {
            Some(Value::String(one)) => one == kind,
            Some(Value::Array(many)) => many.first().and_then(Value::as_str) == Some(kind),
            _ => speaks_of(map, kind),
        };
        if has("object") && !map.contains_key("minProperties") {
            let properties = map.get("properties").and_then(Value::as_object);
            let mut object = Map::new();
            for name in list(map, "required").iter().filter_map(Value::as_str) {
                let schema = properties.and_then(|p| p.get(name)).unwrap_or(&Value::Bool(true));
                object.insert(name.to_owned(), self.simple(schema, depth)?);
            }
            return Some(Value::Object(object));
        }
        if has("array") && !map.contains_key("contains") && !map.contains_key("uniqueItems") {
            let least = count(map, "minItems").unwrap_or(0).min(40);
            let items = map.get("items").filter(|items| !items.is_array());
            let prefix = list(map, "prefixItems");
            let made = (0..least).map(|n| match prefix.get(n).or(items) {
                Some(schema) => self.simple(schema, depth),
                None => Some(json!(null)),
            });
            return made.collect::<Option<Vec<Value>>>().map(Value::Array);
        }
        self.values(schema, 2).into_iter().next()
    }

    fn values(&self, schema: &Value, depth: usize) -> Vec<Value> {
        let left = self.visits.get();
        let (Some(map), true) = (schema.as_object(), left > 0 && depth > 0) else {
            return match schema {
                Value::Bool(false) => Vec::new(),
                _ => basket(),
            };
        };
        self.visits.set(left - 1);
        let mut found = Vec::new();
        for key in ["const", "default", "example"] {
            found.extend(map.get(key).cloned());
        }
        for key in ["enum", "examples"] {
            found.extend(list(map, key).iter().cloned());
        }
        found.extend(self.combined(map, depth));
        found.extend(self.typed(map, depth));
        let (likely, rest): (Vec<Value>, Vec<Value>) =
            found.into_iter().partition(|value| is_likely(map, value));
        let most = if depth == DEEPEST { MOST * 12 } else { MOST };
        distinct(likely.into_iter().chain(rest).collect(), most)
    }

    /// Instances by the schemas that stand for, beside, or against this one.
    fn combined(&self, map: &Keywords, depth: usize) -> Vec<Value> {
        let mut found = Vec::new();
        let own = without(map, &["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref"]);
        let with = |parts: &[&Value]| {
            let all = parts.iter().filter_map(|part| part.as_object());
            Value::Object(all.fold(own.clone(), |merged, part| merge(&merged, part)))
        };
        for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
            if let Some(target) = map.get(key).and_then(Value::as_str).and_then(|r| self.target(r))
            {
                found.extend(self.values(&with(&[target]), depth - 1));
                found.extend(self.values(target, depth - 1));
            }
        }
        let all = list(map, "allOf");
        if !all.is_empty() {
            let parts: Vec<&Value> = all.iter().collect();
            found.extend(self.values(&with(&parts), depth - 1));
            for (n, part) in all.iter().enumerate() {
                found.extend(self.values(part, depth - 1));
                // A reference, or an alternative, in one part counts together with the others.
                if let Some(target) =
                    part.get("$ref").and_then(Value::as_str).and_then(|r| self.target(r))
                {
                    let mut parts = parts.clone();
                    if let Some(place) = parts.get_mut(n) {
                        *place = target;
                    }
                    found.extend(self.values(&with(&parts), depth - 1));
                }
            }
        }
        for key in ["anyOf", "oneOf"] {
            for part in list(map, key) {
                found.extend(self.values(&with(&[part]), depth - 1));
            }
            // Instances of two alternatives at once.
            if let [a, b, ..] = list(map, key) {
                found.extend(self.values(&with(&[a, b]), depth - 1));
            }
        }
        if let Some(not) = map.get("not") {
            found.extend(self.values(not, depth - 1));
        }
        let branch = |key: &str| map.get(key);
        for parts in [
            [branch("if"), branch("then")],
            [branch("else"), None],
            [branch("if"), None],
            [branch("then"), None],
        ] {
            let parts: Vec<&Value> = parts.into_iter().flatten().collect();
            if !parts.is_empty() {
                found.extend(self.values(&with(&parts), depth - 1));
            }
        }
        for key in ["dependentSchemas", "dependencies"] {
            for part in map.get(key).and_then(Value::as_object).into_iter().flat_map(Map::values) {
                found.extend(self.values(&with(&[part]), depth - 1));
            }
        }
        found
    }

    fn typed(&self, map: &Keywords, depth: usize) -> Vec<Value> {
        let declared: Vec<&str> = match map.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let has = |wanted: &str| {
            declared.contains(&wanted) || (declared.is_empty() && speaks_of(map, wanted))
        };
        let mut found = Vec::new();
        // What another type makes of the keywords is an edge, too.
        if declared.is_empty() {
            found.extend(basket());
        }
        if declared.contains(&"null") {
            found.push(Value::Null);
        }
        if declared.contains(&"boolean") {
            found.extend([json!(true), json!(false)]);
        }
        if has("number") || declared.contains(&"integer") {
            found.extend(number::numbers(map));
        }
        if has("string") {
            let pattern = map.get("pattern").and_then(Value::as_str);
            let others = pattern.and_then(|pattern| self.others.get(pattern));
            found.extend(others.into_iter().flatten().map(|text| Value::from(text.as_str())));
            found.extend(string::strings(map));
        }
        if has("array") {
            found.extend(self.arrays(map, depth));
        }
        if has("object") {
            found.extend(self.objects(map, depth));
        }
        found
    }

    /// The schema that a reference within the document leads to.
    fn target(&self, reference: &str) -> Option<&'s Value> {
        let fragment = match reference.split_once('#') {
            Some((_, fragment)) => fragment,
            None => return find(self.root, "$id", reference, 24),
        };
        if fragment.is_empty() {
            return Some(self.root);
        }
        if fragment.starts_with('/') {
            return self.root.pointer(&decoded(fragment));
        }
        ["$anchor", "$dynamicAnchor"].iter().find_map(|key| find(self.root, key, fragment, 24))
    }
}

/// Where a schema declares a property, itself or a part of it.
fn declaration<'v>(schema: &'v Value, name: &str, depth: usize) -> Option<&'v Value> {
    let depth = depth.checked_sub(1)?;
    let map = schema.as_object()?;
    let own = map.get("properties").and_then(|all| all.get(name));
    own.or_else(|| {
        let parts = ["allOf", "anyOf", "oneOf"].iter().flat_map(|key| list(map, key));
        parts.chain(map.get("then")).find_map(|part| declaration(part, name, depth))
    })
}

fn find<'v>(value: &'v Value, key: &str, wanted: &str, depth: usize) -> Option<&'v Value> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Object(map) if map.get(key).and_then(Value::as_str) == Some(wanted) => Some(value),
        Value::Object(map) => map.values().find_map(|inner| find(inner, key, wanted, depth)),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, key, wanted, depth)),
        _ => None,
    }
}

/// One or two of each type.
pub(crate) fn basket() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(0.5),
        json!(""),
        json!("a"),
        json!([]),
        json!({}),
        json!([0]),
        json!([null, "a"]),
        json!({"a": 0}),
    ]
}

/// Whether a value has what the simple keywords ask: such values come first.
fn is_likely(map: &Keywords, value: &Value) -> bool {
    let least = |key: &str, size: usize| count(map, key).is_none_or(|n| size >= n);
    let most = |key: &str, size: usize| count(map, key).is_none_or(|n| size <= n);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.as_f64().is_some_and(|n| n.fract() == 0.0) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let has_type = match map.get("type") {
        Some(Value::String(one)) => one == kind || (one == "number" && kind == "integer"),
        Some(Value::Array(many)) => {
            many.iter().any(|t| t == kind || (t == "number" && kind == "integer"))
        }
        _ => true,
    };
    has_type
        && match value {
            Value::String(text) => {
                let size = text.chars().count();
                least("minLength", size) && most("maxLength", size)
            }
            Value::Array(items) => least("minItems", items.len()) && most("maxItems", items.len()),
            Value::Object(object) => {
                least("minProperties", object.len())
                    && most("maxProperties", object.len())
                    && list(map, "required")
                        .iter()
                        .filter_map(Value::as_str)
                        .all(|n| object.contains_key(n))
            }
            Value::Number(number) => {
                let (value, get) =
                    (number.as_f64(), |key: &str| map.get(key).and_then(Value::as_f64));
                let is = |key: &str, holds: fn(f64, f64) -> bool| {
                    get(key).zip(value).is_none_or(|(bound, value)| holds(value, bound))
                };
                is("minimum", |v, b| v >= b)
                    && is("maximum", |v, b| v <= b)
                    && is("exclusiveMinimum", |v, b| v > b)
                    && is("exclusiveMaximum", |v, b| v < b)
                    && is("multipleOf", |v, b| (v / b).fract() == 0.0)
            }
            _ => true,
        }
}

fn speaks_of(map: &Keywords, kind: &str) -> bool {
    let words: &[&str] = match kind {
        "number" => &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
        "string" => &["minLength", "maxLength", "pattern", "format"],
        "array" => &[
            "items",
            "prefixItems",
            "additionalItems",
            "minItems",
            "maxItems",
            "uniqueItems",
            "contains",
            "unevaluatedItems",
        ],
        _ => &[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
            "dependentRequired",
            "dependentSchemas",
            "dependencies",
            "unevaluatedProperties",
        ],
    };
    words.iter().any(|word| map.contains_key(*word))
}

fn count(map: &Keywords, key: &str) -> Option<usize> {
    map.get(key)
        .and_then(Value::as_f64)
        .filter(|n| (0.0..100_000.0).contains(n))
        .map(|n| n as usize)
}

fn without(map: &Keywords, keys: &[&str]) -> Keywords {
    map.iter()
        .filter(|(k, _)| !keys.contains(&k.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

/// The first of each, at most `most`.
pub(crate) fn distinct(values: Vec<Value>, most: usize) -> Vec<Value> {
    let mut seen: HashSet<u64> = HashSet::new();
    let mut kept: Vec<Value> = Vec::new();
    for value in values {
        if kept.len() >= most {
            break;
        }
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        // Equal hashes of unequal values are too rare to look for; one sample is lost then.
        if seen.insert(hasher.finish()) {
            kept.push(value);
        }
    }
    kept
}
