//! Numbers at and around bounds and multiples.

use serde_json::{Number, Value, json};

use super::Keywords;

pub(super) fn numbers(map: &Keywords) -> Vec<Value> {
    let get = |key: &str| map.get(key).and_then(Value::as_number);
    let mut found = Vec::new();
    let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    let step = get("multipleOf").and_then(Number::as_f64).filter(|s| *s > 0.0 && s.is_finite());
    for bound in bounds.iter().filter_map(|key| get(key)) {
        found.push(Value::Number(bound.clone()));
        found.extend(exact_neighbours(bound));
        let Some(at) = bound.as_f64() else { continue };
        for off in [1.0, -1.0, 0.5, -0.5, 0.001, -0.001, 10.0, -10.0] {
            found.push(of(at + off));
        }
        if let Some(step) = step {
            let below = (at / step).floor();
            found.extend((-2..=2).map(|n| of((below + f64::from(n)) * step)));
        }
    }
    if let (Some(low), Some(high)) = (
        get("minimum").or(get("exclusiveMinimum")).and_then(Number::as_f64),
        get("maximum").or(get("exclusiveMaximum")).and_then(Number::as_f64),
    ) {
        found.extend([of((low + high) / 2.0), of(((low + high) / 2.0).round())]);
    }
    if let Some(step) = step {
        found.extend([0.0, 1.0, -1.0, 2.0, 3.0, 5.0, 7.0, 0.5, 1.5].map(|n| of(n * step)));
    }
    found.extend([
        json!(0),
        json!(1),
        json!(-1),
        json!(2),
        json!(3),
        json!(0.5),
        json!(1.5),
        json!(7),
        json!(100),
        json!(-100),
    ]);
    found.push(json!(1e15));
    found
}

/// One more and one less, also of integers that no float holds.
fn exact_neighbours(number: &Number) -> Vec<Value> {
    let Ok(at) = number.to_string().parse::<i128>() else { return Vec::new() };
    [at.checked_add(1), at.checked_sub(1)]
        .into_iter()
        .flatten()
        .filter_map(|n| serde_json::from_str(&n.to_string()).ok())
        .collect()
}

/// A number as a person would write it.
fn of(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return json!(value as i64);
    }
    // 0.1 + 0.2 is meant to be 0.3.
    let rounded = (value * 1e9).round() / 1e9;
    Number::from_f64(rounded).map_or(Value::Null, Value::Number)
}
