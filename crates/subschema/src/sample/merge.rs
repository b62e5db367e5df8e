//! Schemas that hold together, as one: roughly, since the validator has the last word.

use serde_json::{Value, json};

use super::Keywords;

/// Both sets of keywords at once, as far as one schema can say it.
pub(super) fn merge(a: &Keywords, b: &Keywords) -> Keywords {
    let mut merged = a.clone();
    for (key, theirs) in b {
        let Some(ours) = merged.get(key) else {
            merged.insert(key.clone(), theirs.clone());
            continue;
        };
        let both = match (key.as_str(), ours, theirs) {
            (_, ours, theirs) if ours == theirs => continue,
            (
                "properties" | "patternProperties" | "$defs" | "definitions",
                Value::Object(x),
                Value::Object(y),
            ) => Value::Object(merge(x, y)),
            ("required" | "allOf" | "prefixItems", Value::Array(x), Value::Array(y)) => {
                Value::Array(x.iter().chain(y).cloned().collect())
            }
            ("type", x, y) => common_type(x, y),
            ("enum", Value::Array(x), Value::Array(y)) => {
                Value::Array(x.iter().filter(|v| y.contains(v)).cloned().collect())
            }
            (key, Value::Number(x), Value::Number(y))
                if key.starts_with("min") || key == "exclusiveMinimum" =>
            {
                Value::Number(if x.as_f64() >= y.as_f64() { x.clone() } else { y.clone() })
            }
            (key, Value::Number(x), Value::Number(y))
                if key.starts_with("max") || key == "exclusiveMaximum" =>
            {
                Value::Number(if x.as_f64() <= y.as_f64() { x.clone() } else { y.clone() })
            }
            (_, Value::Object(x), Value::Object(y)) => Value::Object(merge(x, y)),
            (_, Value::Bool(false), _) => continue,
            (_, ours, theirs) => match (ours, theirs) {
                (Value::Bool(true), _) => theirs.clone(),
                (_, Value::Bool(true)) => continue,
                _ => theirs.clone(),
            },
        };
        merged.insert(key.clone(), both);
    }
    merged
}

fn common_type(a: &Value, b: &Value) -> Value {
    let names = |value: &Value| -> Vec<String> {
        match value {
            Value::String(one) => vec![one.clone()],
            Value::Array(many) => {
                many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    };
    let (a, b) = (names(a), names(b));
    let fits = |x: &String| b.contains(x) || (x == "integer" && b.iter().any(|y| y == "number"));
    let mut common: Vec<String> = a.iter().filter(|x| fits(x)).cloned().collect();
    if a.iter().any(|x| x == "number") && b.iter().any(|y| y == "integer") {
        common.push("integer".to_owned());
    }
    json!(common)
}
