//! Carries steps out on a document, and proves the result: a document is valid under the new schema, or it
//! stays what it was and the reasons are told.

use serde_json::{Map, Value as Json};

use super::transform::Op;
use crate::catalog::{Catalog, ItemId, Violation};
use crate::document::Pointer;

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was valid already, and is as it was.
    Valid,
    /// It is this now, and valid.
    Migrated(Json),
    /// It is as it was, because what the steps make of it is not valid, for these reasons.
    Stuck(Vec<String>),
}

/// Brings a document to the schema of a new catalog. The catalog must have its schemas compiled.
pub fn apply(document: &Json, steps: &[Op], new: &Catalog, schema: ItemId) -> Fate {
    let Some(violations) = new.violations(schema, document) else {
        return Fate::Stuck(vec!["the new schema cannot be compiled".to_owned()]);
    };
    if violations.is_empty() {
        return Fate::Valid;
    }
    let mut mended = document.clone();
    for step in steps {
        carry_out(&mut mended, step);
    }
    match new.violations(schema, &mended) {
        Some(left) if left.is_empty() => Fate::Migrated(mended),
        Some(left) => Fate::Stuck(left.iter().take(4).map(told).collect()),
        None => Fate::Stuck(violations.iter().take(4).map(told).collect()),
    }
}

fn told(violation: &Violation) -> String {
    match violation.instance.as_str() {
        "" => format!("it {}", violation.message),
        at => format!("`{at}` {}", violation.message),
    }
}

fn carry_out(document: &mut Json, step: &Op) {
    match step {
        Op::Rename { at, from, to } => each(document, &tokens(at), &mut |object| {
            rename(object, from, to);
        }),
        Op::Move { from, to } => relocate(document, from, to),
        Op::Default { at, key, value } => each(document, &tokens(at), &mut |object| {
            if let Some(members) = object.as_object_mut() {
                members.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }),
        Op::Text { at } => each(document, &tokens(at), &mut |value| {
            if matches!(value, Json::Number(_) | Json::Bool(_)) {
                *value = Json::String(value.to_string());
            }
        }),
        Op::Wrap { at } => each(document, &tokens(at), &mut |value| {
            if !value.is_array() {
                *value = Json::Array(vec![value.take()]);
            }
        }),
        Op::Map { at, values } => each(document, &tokens(at), &mut |value| {
            if let Some(to) = value.as_str().and_then(|text| values.get(text)) {
                *value = to.clone();
            }
        }),
        Op::Remove { at } => {
            let mut path = tokens(at);
            let Some(last) = path.pop() else { return };
            each(document, &path, &mut |parent| {
                if let Some(members) = parent.as_object_mut() {
                    members.shift_remove(&last);
                }
            });
        }
    }
}

fn tokens(at: &str) -> Vec<String> {
    Pointer::from(at).tokens().map(std::borrow::Cow::into_owned).collect()
}

/// Does something to every value at a place.
fn each(value: &mut Json, path: &[String], deed: &mut dyn FnMut(&mut Json)) {
    let Some((first, rest)) = path.split_first() else { return deed(value) };
    match value {
        Json::Array(items) if first == "*" => {
            items.iter_mut().for_each(|item| each(item, rest, deed));
        }
        Json::Object(members) if first == "*" && !members.contains_key("*") => {
            members.values_mut().for_each(|member| each(member, rest, deed));
        }
        Json::Object(members) => {
            if let Some(member) = members.get_mut(first) {
                each(member, rest, deed);
            }
        }
        Json::Array(items) => {
            let item = first.parse::<usize>().ok().and_then(|i| items.get_mut(i));
            item.into_iter().for_each(|item| each(item, rest, deed));
        }
        _ => {}
    }
}

/// Another key at the same place among the members; what has that key already stays.
fn rename(object: &mut Json, from: &str, to: &str) {
    let Some(members) = object.as_object_mut() else { return };
    if members.contains_key(to) || !members.contains_key(from) {
        return;
    }
    let renamed: Map<String, Json> = std::mem::take(members)
        .into_iter()
        .map(|(key, value)| if key == from { (to.to_owned(), value) } else { (key, value) })
        .collect();
    *members = renamed;
}

/// A value elsewhere; what is there already stays, and then nothing moves.
fn relocate(document: &mut Json, from: &str, to: &str) {
    let (source, target) = (tokens(from), tokens(to));
    let (Some((key, path)), Some((name, way))) = (source.split_last(), target.split_last()) else {
        return;
    };
    if document.pointer(to).is_some() || document.pointer(from).is_none() {
        return;
    }
    // A way that leads through something that is no object leads nowhere.
    let mut here: &Json = document;
    for token in way {
        match here.get(token) {
            Some(next) if next.is_object() => here = next,
            Some(_) => return,
            None => break,
        }
    }
    let mut moved = None;
    each(document, path, &mut |parent| {
        moved = parent.as_object_mut().and_then(|members| members.shift_remove(key));
    });
    let Some(value) = moved else { return };
    let mut place = document;
    for token in way {
        let Some(members) = place.as_object_mut() else { return };
        place = members.entry(token.clone()).or_insert_with(|| Json::Object(Map::new()));
    }
    if let Some(members) = place.as_object_mut() {
        members.insert(name.clone(), value);
    }
}
