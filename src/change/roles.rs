//! Schemas as those see them who write, and those who read.
//!
//! Of a call or an answer the writer is known: it writes what its contract declares. Members that only the
//! reader's schema declares are then absent, or what the reader expects; a document or an event may have
//! been written by anybody, and may hold anything that its schema does not forbid.

use serde_json::{Map, Value as Json};

use super::schema::Role;
use crate::catalog::{each_schema, holds_data, holds_named};

/// Fits two bundled schemas to their role.
pub(super) fn fit(old: &mut Json, new: &mut Json, role: Role) {
    match role {
        Role::Document => {}
        Role::Declared => complete(old, new),
        Role::Reader => {
            each_schema(old, &open);
            complete(new, old);
        }
        Role::Request => {
            each_schema(old, &|map| hide(map, "readOnly", true));
            each_schema(new, &|map| hide(map, "readOnly", false));
            complete(old, new);
        }
        Role::Response => {
            for schema in [&mut *old, &mut *new] {
                each_schema(schema, &open);
            }
            each_schema(new, &|map| hide(map, "writeOnly", true));
            each_schema(old, &|map| hide(map, "writeOnly", false));
            complete(new, old);
        }
    }
}

/// Members that have no part in this are not written, and not looked at.
fn hide(map: &mut Map<String, Json>, mark: &str, is_writer: bool) {
    let Some(Json::Object(properties)) = map.get_mut("properties") else { return };
    let is_marked = |schema: &Json| schema.get(mark) == Some(&Json::Bool(true));
    let marked: Vec<String> =
        properties.iter().filter(|(_, s)| is_marked(s)).map(|(name, _)| name.clone()).collect();
    for name in &marked {
        match is_writer {
            true => properties.shift_remove(name),
            false => properties.insert(name.clone(), Json::Bool(true)),
        };
    }
    if let Some(Json::Array(required)) = map.get_mut("required") {
        required.retain(|name| !name.as_str().is_some_and(|n| marked.iter().any(|m| m == n)));
    }
}

/// Readers skip members that they do not know.
fn open(map: &mut Map<String, Json>) {
    for keyword in ["additionalProperties", "unevaluatedProperties"] {
        if map.get(keyword) == Some(&Json::Bool(false)) {
            map.shift_remove(keyword);
        }
    }
}

/// Gives open objects of the writer the declarations that only the reader has, at the same places.
fn complete(writer: &mut Json, reader: &Json) {
    let mut wanted = Vec::new();
    insert(writer, reader, &mut wanted, 0);
    // Declarations may refer to definitions that only the reader has.
    let mut next = 0;
    while let Some(reference) = wanted.get(next).cloned() {
        next += 1;
        let Some((key, name)) = reference.trim_start_matches("#/").split_once('/') else {
            continue;
        };
        let Some(definition) = reader.get(key).and_then(|d| d.get(name)).cloned() else { continue };
        let Json::Object(map) = &mut *writer else { continue };
        let definitions = map.entry(key.to_owned()).or_insert_with(|| Json::Object(Map::new()));
        let Json::Object(definitions) = definitions else { continue };
        if !definitions.contains_key(name) {
            references(&definition, &mut wanted);
            definitions.insert(name.to_owned(), definition);
        }
    }
}

/// Deepest places that are visited side by side.
const DEEPEST: usize = 60;

fn insert(writer: &mut Json, reader: &Json, wanted: &mut Vec<String>, depth: usize) {
    let (Json::Object(ours), Json::Object(theirs)) = (&mut *writer, reader) else { return };
    if depth == DEEPEST {
        return;
    }
    let is_open = !["additionalProperties", "unevaluatedProperties", "patternProperties"]
        .iter()
        .any(|keyword| ours.get(*keyword).is_some_and(|v| *v != Json::Bool(true)));
    if let (true, Some(Json::Object(read))) = (is_open, theirs.get("properties")) {
        let written = ours.entry("properties").or_insert_with(|| Json::Object(Map::new()));
        if let Json::Object(written) = written {
            for (name, schema) in read {
                if !written.contains_key(name) {
                    references(schema, wanted);
                    written.insert(name.clone(), schema.clone());
                }
            }
        }
    }
    for (key, inner) in ours.iter_mut() {
        match (inner, theirs.get(key)) {
            _ if holds_data(key) => {}
            (Json::Object(inner), Some(Json::Object(other))) if holds_named(key) => {
                for (name, schema) in inner.iter_mut() {
                    if let Some(other) = other.get(name) {
                        insert(schema, other, wanted, depth + 1);
                    }
                }
            }
            (Json::Array(inner), Some(Json::Array(other))) if inner.len() == other.len() => {
                inner.iter_mut().zip(other).for_each(|(a, b)| insert(a, b, wanted, depth + 1));
            }
            (inner, Some(other)) => insert(inner, other, wanted, depth + 1),
            _ => {}
        }
    }
}

/// The definitions that a schema refers to.
fn references(schema: &Json, found: &mut Vec<String>) {
    match schema {
        Json::Object(map) => {
            found.extend(map.get("$ref").and_then(Json::as_str).map(str::to_owned));
            map.values().for_each(|inner| references(inner, found));
        }
        Json::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}
