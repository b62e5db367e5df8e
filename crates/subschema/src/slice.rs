//! One thing at a time: each demand of the new schema against what of the old one bears on it. A schema of
//! many conditions has too many cases as a whole, and few that matter to one of its promises.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::words::{Keywords, followed, has_patterns, list, reference, rest, says_nothing};

/// Most demands of a schema that are looked at one by one.
const MOST_DEMANDS: usize = 200;

/// Most combinations of parts of the old schema that are asked about one demand.
const MOST_SLICES: usize = 24;

/// Keywords that mean something together only.
const TOGETHER: [&[&str]; 6] = [
    &["minimum", "exclusiveMinimum"],
    &["maximum", "exclusiveMaximum"],
    &["if", "then", "else"],
    &["contains", "minContains", "maxContains"],
    &["items", "prefixItems", "additionalItems"],
    &["patternProperties", "additionalProperties", "properties"],
];

/// A demand of the new schema.
pub(crate) struct Goal {
    /// A schema that says only this.
    pub(crate) schema: Value,
    /// Parts of the old schema, the narrowest first. Each accepts what the whole accepts, and more.
    pub(crate) slices: Vec<Value>,
    /// The properties it is about.
    pub(crate) names: BTreeSet<String>,
}

/// The demands of a schema; none where they cannot be told apart.
pub(crate) fn goals(old: &Value, new: &Value) -> Vec<Goal> {
    if ![old, new].into_iter().all(refers_to_definitions) {
        return Vec::new();
    }
    let (Some(ours), Some(theirs)) = (conjuncts(old), conjuncts(new)) else { return Vec::new() };
    if theirs.len() < 2 || theirs.len() > MOST_DEMANDS {
        return Vec::new();
    }
    let goal = |part: Map<String, Value>| {
        let names = names_of(&part, new);
        let slices = slices(old, &ours, &names);
        Goal { schema: whole(new, vec![part]), slices, names }
    };
    theirs.into_iter().map(goal).collect()
}

/// References into the document itself would mean another thing in a part of it.
fn refers_to_definitions(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => {
            let is_definition = |text: &str| {
                let rest = text.strip_prefix("#/$defs/").or(text.strip_prefix("#/definitions/"));
                rest.is_some_and(|rest| !rest.is_empty())
            };
            let foreign = ["$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor"];
            map.get("$ref").and_then(Value::as_str).is_none_or(is_definition)
                && !foreign.iter().any(|key| map.contains_key(*key))
                && map.values().all(refers_to_definitions)
        }
        Value::Array(items) => items.iter().all(refers_to_definitions),
        _ => true,
    }
}

/// What a schema demands, as schemas that hold all together.
fn conjuncts(root: &Value) -> Option<Vec<Map<String, Value>>> {
    let mut found = Vec::new();
    let mut open = vec![root];
    let mut seen: Vec<*const Value> = Vec::new();
    while let Some(schema) = open.pop() {
        if seen.contains(&std::ptr::from_ref(schema)) {
            continue;
        }
        if seen.len() > MOST_DEMANDS {
            return None;
        }
        seen.push(schema);
        let map = match schema {
            Value::Bool(true) => continue,
            schema => schema.as_object()?,
        };
        if map.contains_key("unevaluatedProperties") || map.contains_key("unevaluatedItems") {
            return None;
        }
        open.extend(list(map, "allOf"));
        if map.contains_key("$ref") {
            open.push(reference(map, root)?);
        }
        found.extend(own(map));
    }
    Some(found)
}

/// What a schema says itself, apart.
fn own(map: &Keywords) -> Vec<Keywords> {
    let mut found = Vec::new();
    let mut add = |key: &str, value: Value| {
        found.push(Map::from_iter([(key.to_owned(), value)]));
    };
    for (key, value) in map.iter().filter(|(key, _)| !says_nothing(key)) {
        match (key.as_str(), value) {
            ("allOf" | "$ref", _) => {}
            ("required", Value::Array(names)) => {
                names.iter().for_each(|name| add(key, json!([name])));
            }
            ("properties", Value::Object(members)) => {
                members.iter().for_each(|(name, schema)| add(key, json!({ name: schema })));
            }
            ("properties", _) => {}
            _ if TOGETHER.iter().any(|group| group.contains(&key.as_str())) => {}
            _ => add(key, value.clone()),
        }
    }
    for group in TOGETHER {
        let part: Keywords = map
            .iter()
            .filter(|(key, _)| group.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        // Properties alone have been taken apart.
        if !part.is_empty() && !part.keys().all(|key| key == "properties") {
            found.push(part);
        }
    }
    found
}

/// The properties of the value that a schema speaks of.
fn names_of(map: &Keywords, root: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(map, root, 12, &mut found);
    found
}

fn collect(map: &Keywords, root: &Value, depth: usize, found: &mut BTreeSet<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let map = followed(map, root);
    for key in ["properties", "dependentSchemas", "dependentRequired", "dependencies"] {
        let members = map.get(key).and_then(Value::as_object);
        found.extend(members.into_iter().flat_map(|m| m.keys().cloned()));
    }
    found.extend(list(map, "required").iter().filter_map(Value::as_str).map(str::to_owned));
    for key in ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"] {
        let parts = match map.get(key) {
            Some(Value::Array(parts)) => parts.as_slice(),
            Some(part) => std::slice::from_ref(part),
            None => &[],
        };
        for part in parts.iter().filter_map(Value::as_object) {
            collect(part, root, depth, found);
        }
    }
}

/// Parts of the old schema that speak of these properties: each condition alone, then all of them.
fn slices(old: &Value, ours: &[Keywords], names: &BTreeSet<String>) -> Vec<Value> {
    let about = |part: &&Keywords| {
        let own = names_of(part, old);
        part.contains_key("type") || (!own.is_empty() && !own.is_disjoint(names))
    };
    let is_simple = |part: &&Keywords| {
        let mut keys = part.keys();
        keys.all(|key| ["type", "required", "properties"].contains(&key.as_str()))
    };
    let (simple, conditions): (Vec<&Keywords>, Vec<&Keywords>) =
        ours.iter().filter(about).partition(is_simple);
    let mut always: Vec<Keywords> = simple.into_iter().cloned().collect();
    always.extend(undeclared(old, names));
    let mut found = vec![whole(old, always.clone())];
    let with = |more: &[&Keywords]| {
        let more = more.iter().copied().cloned();
        whole(old, always.iter().cloned().chain(more).collect())
    };
    found.extend(conditions.iter().take(MOST_SLICES).map(|one| with(&[*one])));
    if conditions.len() > 1 {
        found.push(with(&conditions));
    }
    found
}

/// What a closed schema says of properties that it does not declare.
fn undeclared(old: &Value, names: &BTreeSet<String>) -> Option<Keywords> {
    let map = followed(old.as_object()?, old);
    let extra = rest(map, "additionalProperties");
    if has_patterns(map) || *extra == Value::Bool(true) {
        return None;
    }
    let declared = map.get("properties").and_then(Value::as_object);
    let missing = names.iter().filter(|name| declared.is_none_or(|d| !d.contains_key(*name)));
    let members: Keywords = missing.map(|name| (name.clone(), extra.clone())).collect();
    Some(Map::from_iter([("properties".to_owned(), Value::Object(members))]))
}

/// One schema of several that hold together, with the definitions of the document.
fn whole(root: &Value, parts: Vec<Keywords>) -> Value {
    let mut map = Map::new();
    for key in ["$schema", "$defs", "definitions"] {
        if let Some(value) = root.get(key) {
            map.insert(key.to_owned(), value.clone());
        }
    }
    let mut required = Vec::new();
    let mut properties = Keywords::new();
    let mut others = Vec::new();
    for mut part in parts {
        if part.len() > 1 {
            others.push(Value::Object(part));
            continue;
        }
        match (part.shift_remove("required"), part.shift_remove("properties")) {
            (Some(Value::Array(names)), _) => required.extend(names),
            (_, Some(Value::Object(members)))
                if members.keys().all(|name| !properties.contains_key(name)) =>
            {
                properties.extend(members);
            }
            (_, Some(members)) => others.push(json!({ "properties": members })),
            _ => others.push(Value::Object(part)),
        }
    }
    if !required.is_empty() {
        map.insert("required".to_owned(), Value::Array(required));
    }
    if !properties.is_empty() {
        map.insert("properties".to_owned(), Value::Object(properties));
    }
    for part in others {
        let one = part.as_object().filter(|one| one.len() == 1).and_then(|one| one.iter().next());
        let is_free = |key: &String| {
            !map.contains_key(key) && !TOGETHER.iter().any(|group| group.contains(&key.as_str()))
        };
        match one {
            Some((key, value)) if is_free(key) => {
                map.insert(key.clone(), value.clone());
            }
            _ => {
                if let Value::Array(all) = map.entry("allOf").or_insert_with(|| json!([])) {
                    all.push(part);
                }
            }
        }
    }
    Value::Object(map)
}

/// The document with what a part of it should be: the properties that a demand is about come from `part`.
pub(crate) fn overlaid(base: &Value, part: &Value, names: &BTreeSet<String>) -> Option<Value> {
    let (base, part) = (base.as_object()?, part.as_object()?);
    let kept = base.iter().filter(|(name, _)| !names.contains(*name));
    let kept = kept.map(|(name, value)| (name.clone(), value.clone()));
    let given = part.iter().map(|(name, value)| (name.clone(), value.clone()));
    Some(Value::Object(kept.chain(given).collect()))
}
