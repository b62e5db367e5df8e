//! Makes a witness small: whatever can be left out and leaves it a witness is left out.

use serde_json::{Value, json};

use super::Judges;

/// Validations that shrinking may cost.
const MOST: u32 = 1_500;

/// A smaller witness, or the same.
pub(crate) fn shrink(mut witness: Value, judges: &mut Judges) -> Value {
    judges.left = MOST;
    loop {
        let mut smaller = None;
        for candidate in candidates(&witness) {
            match judges.is_witness(&candidate) {
                None => return witness,
                Some(true) => {
                    smaller = Some(candidate);
                    break;
                }
                Some(false) => {}
            }
        }
        match smaller {
            Some(found) => witness = found,
            None => return witness,
        }
    }
}

/// Documents that are simpler than this one, the simplest first.
fn candidates(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Object(map) => {
            if !map.is_empty() {
                found.push(json!({}));
            }
            for name in map.keys() {
                let rest = map.iter().filter(|(key, _)| *key != name);
                found.push(Value::Object(rest.map(|(k, v)| (k.clone(), v.clone())).collect()));
            }
            for (name, inner) in map {
                for candidate in candidates(inner) {
                    let mut object = map.clone();
                    object.insert(name.clone(), candidate);
                    found.push(Value::Object(object));
                }
            }
        }
        Value::Array(items) => {
            if !items.is_empty() {
                found.push(json!([]));
            }
            if items.len() > 3 {
                found.push(items.iter().take(items.len() / 2).cloned().collect());
            }
            for n in 0..items.len() {
                let rest = items.iter().enumerate().filter(|(i, _)| *i != n);
                found.push(rest.map(|(_, item)| item.clone()).collect());
            }
            for (n, item) in items.iter().enumerate() {
                for candidate in candidates(item) {
                    let mut other = items.clone();
                    if let Some(place) = other.get_mut(n) {
                        *place = candidate;
                    }
                    found.push(Value::Array(other));
                }
            }
        }
        Value::String(text) if !text.is_empty() => {
            let length = text.chars().count();
            found.push(json!(""));
            if length > 1 {
                found.push(json!("a"));
                found.push(json!(text.chars().take(length / 2).collect::<String>()));
                found.push(json!(text.chars().take(length - 1).collect::<String>()));
            }
        }
        Value::Number(number) => {
            let size = number.as_f64().map_or(f64::MAX, f64::abs);
            for simple in [0, 1] {
                if size > f64::from(simple) {
                    found.push(json!(simple));
                }
            }
            if let Some(value) = number.as_f64().filter(|v| v.fract() != 0.0 && v.abs() < 1e15) {
                found.push(json!(value.trunc() as i64));
            }
        }
        _ => {}
    }
    found
}
