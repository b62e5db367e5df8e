//! Makes a document valid by asking the validator what is wrong with it, and changing that. What is made of
//! a schema with many conditions seldom meets all of them at once.

use std::collections::BTreeSet;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Value, json};

use super::sample::{Sampler, with};

/// Most changes that are made to a document.
const MOST_ROUNDS: usize = 24;

/// Most errors that are counted.
const MOST_ERRORS: usize = 12;

/// Most values tried for one place.
const MOST_TRIED: usize = 16;

/// A document that the schema accepts, near to the one given; properties in `fixed` stay as they are. Each
/// validation is one of those that are `left`.
pub(crate) fn repair(
    document: &Value,
    root: &Value,
    judge: &Validator,
    sampler: &Sampler<'_>,
    fixed: &BTreeSet<String>,
    left: &mut u32,
) -> Option<Value> {
    let mut count = |document: &Value| {
        *left = left.checked_sub(1)?;
        Some(judge.iter_errors(document).take(MOST_ERRORS).count())
    };
    let mut document = document.clone();
    let mut errors = count(&document)?;
    for _ in 0..MOST_ROUNDS {
        if errors == 0 {
            return Some(document);
        }
        let mut better: Option<(usize, Value)> = None;
        for error in judge.iter_errors(&document).take(4) {
            for changed in changes(&error, &document, root, sampler, fixed) {
                let wrong = count(&changed)?;
                if better.as_ref().map_or(errors, |(least, _)| *least) > wrong {
                    better = Some((wrong, changed));
                }
            }
            // One thing after the other: what is wrong next may be gone by then.
            if better.is_some() {
                break;
            }
        }
        (errors, document) = better?;
    }
    None
}

/// What the document would be with one thing changed that the error is about.
fn changes(
    error: &ValidationError<'_>,
    document: &Value,
    root: &Value,
    sampler: &Sampler<'_>,
    fixed: &BTreeSet<String>,
) -> Vec<Value> {
    let at = error.instance_path().as_str();
    let first = at.split('/').nth(1).unwrap_or_default();
    if !first.is_empty() && fixed.contains(first) {
        return Vec::new();
    }
    let Some(here) = document.pointer(at) else { return Vec::new() };
    let path = error.schema_path().as_str();
    // The schema of the keyword, then those around it: a condition seldom declares what it demands.
    let ends = path.match_indices('/').map(|(end, _)| end).collect::<Vec<_>>();
    let holders = ends.into_iter().rev().filter_map(|end| root.pointer(path.get(..end)?));
    let holders: Vec<&Value> = holders.collect();
    let is_free = |name: &String| !at.is_empty() || !fixed.contains(name);
    let made = values(error, here, &holders, sampler, &is_free);
    made.into_iter().filter_map(|value| put(document, at, value)).collect()
}

fn values(
    error: &ValidationError<'_>,
    here: &Value,
    holders: &[&Value],
    sampler: &Sampler<'_>,
    is_free: &impl Fn(&String) -> bool,
) -> Vec<Value> {
    let schema = holders.first().copied().unwrap_or(&Value::Bool(true));
    let small = |schema: &Value| sampler.small(schema).into_iter().take(MOST_TRIED);
    match (error.kind(), here) {
        (ValidationErrorKind::Required { property }, Value::Object(map)) => {
            let Some(name) = property.as_str().map(str::to_owned).filter(is_free) else {
                return Vec::new();
            };
            let declared =
                holders.iter().find_map(|s| s.get("properties").and_then(|p| p.get(&name)));
            let made = match declared {
                Some(schema) => small(schema).collect(),
                None => sampler.of_property(&name),
            };
            made.into_iter().map(|value| Value::Object(with(map, &name, &value))).collect()
        }
        (
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected },
            Value::Object(map),
        ) => {
            let kept = map.iter().filter(|(name, _)| !unexpected.contains(name));
            vec![Value::Object(kept.map(|(k, v)| (k.clone(), v.clone())).collect())]
        }
        (ValidationErrorKind::Contains, Value::Array(items)) => {
            let wanted = schema.get("contains").unwrap_or(&Value::Bool(true));
            let more = |value| Value::Array(items.iter().cloned().chain([value]).collect());
            small(wanted).map(more).collect()
        }
        (_, Value::Object(map)) => {
            // What an alternative asks for, over what is there.
            let over = |made: Value| match made {
                Value::Object(made)
                    if made.keys().all(|name| is_free(name) || map.get(name) == made.get(name)) =>
                {
                    let mut all = map.clone();
                    all.extend(made);
                    Value::Object(all)
                }
                _ => json!(null),
            };
            small(schema).map(over).filter(Value::is_object).collect()
        }
        _ => small(schema).collect(),
    }
}

fn put(document: &Value, at: &str, value: Value) -> Option<Value> {
    let mut document = document.clone();
    *document.pointer_mut(at)? = value;
    Some(document)
}
