//! The search for a counter-example: samples of the difference, of both schemas, given examples, and what
//! small changes make of those that the old schema accepts.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use super::automaton::{self, Languages};
use super::direct;
use super::prove::Open;
use super::repair;
use super::sample::{Others, Sampler, basket, distinct, lacking, with};
use super::slice;
use super::{Judges, Options};

/// Most documents that are changed in the search.
const MOST_BASES: usize = 120;

/// A counter-example that is found where the schemas differ, or among the given examples.
pub(crate) fn at_once(
    old: &Value,
    new: &Value,
    others: &Others,
    options: &Options,
    judges: &mut Judges,
) -> Option<Value> {
    let direct = direct::candidates(old, new, others);
    let mut refused = Vec::new();
    for instance in options.examples.iter().cloned().chain(direct) {
        if judges.is_witness(&instance)? {
            return Some(instance);
        }
        if refused.len() < MOST_REFUSED && !judges.new.is_valid(&instance) {
            refused.push(instance);
        }
    }
    // Both refuse these: the old schema perhaps for something that has nothing to do with the difference.
    let none = BTreeSet::new();
    let sampler = Sampler::new(old, &none, others);
    let mut left = MOST_MENDING / 4;
    for instance in refused {
        let mended = repair::repair(&instance, old, &judges.old, &sampler, &none, &mut left);
        if let Some(mended) = mended
            && judges.is_witness(&mended)?
        {
            return Some(mended);
        }
    }
    None
}

/// Most documents that are mended because both schemas refuse them.
const MOST_REFUSED: usize = 60;

/// Most documents that the differences of single demands are put into.
const MOST_AROUND: usize = 6;

/// Validations that mending documents may cost.
const MOST_MENDING: u32 = 4_000;

/// A counter-example to one of the demands: what stands against it, put into documents that the old schema
/// accepts.
pub(crate) fn around(
    old: &Value,
    open: &[Open],
    others: &Others,
    options: &Options,
    judges: &mut Judges,
) -> Option<Value> {
    let none = BTreeSet::new();
    let sampler = Sampler::new(old, &none, others);
    let mut left = MOST_MENDING;
    let mut mend = |judges: &Judges, document: &Value, fixed| {
        repair::repair(document, old, &judges.old, &sampler, fixed, &mut left)
    };
    let samples = sampler.simplest(old).into_iter().chain(sampler.of_root().into_iter().take(3));
    let bases = options.examples.iter().take(MOST_AROUND).cloned().chain(samples);
    let bases: Vec<Value> = bases.filter_map(|base| mend(judges, &base, &none)).collect();
    let bases = distinct(bases, MOST_AROUND);
    for demand in open {
        let parts = Sampler::new(&demand.difference, &demand.names, others).of_root();
        for part in distinct(parts, 80) {
            for base in &bases {
                let Some(made) = slice::overlaid(base, &part, &demand.names) else { continue };
                let Some(made) = mend(judges, &made, &demand.names) else { continue };
                if judges.is_witness(&made)? {
                    return Some(made);
                }
            }
        }
    }
    None
}

/// A document that the old schema accepts and the new one rejects.
pub(crate) fn search(
    old: &Value,
    new: &Value,
    difference: Option<&Value>,
    others: &Others,
    options: &Options,
    judges: &mut Judges,
) -> Option<Value> {
    let mut names = BTreeSet::new();
    let mut literals = Vec::new();
    for schema in [old, new] {
        collect(schema, &mut names, &mut literals, 40);
    }
    let mut pool = options.examples.clone();
    for schema in difference.into_iter().chain([old, new]) {
        pool.extend(Sampler::new(schema, &names, others).of_root());
    }
    pool.extend(literals.iter().take(200).cloned());
    pool.extend(basket());
    let pool = distinct(pool, 1_500);
    let mut bases = VecDeque::new();
    for instance in pool {
        if judges.is_witness(&instance)? {
            return Some(instance);
        }
        if bases.len() < MOST_BASES && judges.old.is_valid(&instance) {
            bases.push_back(instance);
        }
    }
    let parts = distinct(literals.into_iter().take(40).chain(basket()).collect(), 60);
    for base in bases {
        for changed in mutations(&base, &parts, &names, DEEPEST) {
            if judges.is_witness(&changed)? {
                return Some(changed);
            }
        }
    }
    None
}

/// Most patterns of a schema that are compared with those of the other.
const MOST_PATTERNS: usize = 12;

/// Strings that tell the patterns of the old schema from those of the new one.
pub(crate) fn others(old: &Value, new: &Value) -> Others {
    let patterns = |schema| {
        let mut found = BTreeSet::new();
        collect_patterns(schema, &mut found, 40);
        found
    };
    let (before, after) = (patterns(old), patterns(new));
    let mut found = Others::new();
    // What both have has not changed.
    for pattern in before.difference(&after).take(MOST_PATTERNS) {
        for other in after.difference(&before).take(MOST_PATTERNS) {
            if let Some(Languages::Outside(text)) = automaton::compare(pattern, other) {
                found.entry(pattern.clone()).or_default().push(text);
            }
        }
    }
    found
}

fn collect_patterns(schema: &Value, found: &mut BTreeSet<String>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match schema {
        Value::Object(map) => {
            found.extend(map.get("pattern").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| collect_patterns(value, found, depth));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_patterns(item, found, depth)),
        _ => {}
    }
}

/// Names of properties and literal values that a schema speaks of.
fn collect(schema: &Value, names: &mut BTreeSet<String>, literals: &mut Vec<Value>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("properties", Value::Object(inner)) => names.extend(inner.keys().cloned()),
                    ("required", Value::Array(inner)) => {
                        names.extend(inner.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("const" | "default", value) => literals.push(value.clone()),
                    ("enum" | "examples", Value::Array(values)) => {
                        literals.extend(values.iter().cloned())
                    }
                    _ => {}
                }
                collect(value, names, literals, depth);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names, literals, depth)),
        _ => {}
    }
}

/// Deepest place at which a document is changed.
const DEEPEST: usize = 4;

/// The document with one thing changed in it.
fn mutations(base: &Value, parts: &[Value], names: &BTreeSet<String>, depth: usize) -> Vec<Value> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    let mut found: Vec<Value> = parts.to_vec();
    match base {
        Value::Object(map) => {
            for (name, value) in map {
                found.push(Value::Object(lacking(map, name)));
                for changed in mutations(value, parts, names, depth).into_iter().take(80) {
                    found.push(Value::Object(with(map, name, &changed)));
                }
            }
            for name in names.iter().filter(|name| !map.contains_key(*name)).take(12) {
                for value in parts.iter().take(16) {
                    found.push(Value::Object(with(map, name, value)));
                }
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate().take(8) {
                let mut shorter = items.clone();
                shorter.remove(n);
                found.push(Value::Array(shorter));
                for changed in mutations(item, parts, names, depth).into_iter().take(40) {
                    let mut other = items.clone();
                    if let Some(place) = other.get_mut(n) {
                        *place = changed;
                    }
                    found.push(Value::Array(other));
                }
            }
            for value in parts.iter().take(16).chain(items.last()) {
                found.push(Value::Array(items.iter().chain([value]).cloned().collect()));
            }
        }
        Value::String(text) => {
            found.push(Value::String(format!("{text}a")));
            found.push(Value::String(text.to_uppercase()));
            let mut shorter = text.clone();
            shorter.pop();
            found.push(Value::String(shorter));
        }
        _ => {}
    }
    found
}
