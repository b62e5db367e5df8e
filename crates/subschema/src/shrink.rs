//! Makes a witness small: whatever can be left out and leaves it a witness is left out.

use serde_json::{Value, json};

use super::Judges;

/// Validations that shrinking may cost.
const MOST: u32 = 1_500;

/// A smaller witness, or the same.
pub(crate) fn shrink(mut witness: Value, judges: &mut Judges) -> Value {
    judges.left = MOST;
    while let Some(smaller) = smaller(&witness, judges) {
        witness = smaller;
    }
    witness
}

/// The first simpler document that is a witness, too, while the budget lasts.
fn smaller(witness: &Value, judges: &mut Judges) -> Option<Value> {
    for candidate in candidates(witness) {
        if judges.is_witness(&candidate)? {
            return Some(candidate);
        }
    }
    None
}

/// Documents that are simpler than this one, the simplest first; made when they are asked for.
fn candidates(value: &Value) -> Box<dyn Iterator<Item = Value> + '_> {
    match value {
        Value::Object(map) => {
            let nothing = (!map.is_empty()).then(|| json!({}));
            let fewer = map.keys().map(move |name| {
                let rest = map.iter().filter(|(key, _)| *key != name);
                Value::Object(rest.map(|(k, v)| (k.clone(), v.clone())).collect())
            });
            let inside = map.iter().flat_map(move |(name, inner)| {
                candidates(inner).map(move |candidate| {
                    let mut object = map.clone();
                    object.insert(name.clone(), candidate);
                    Value::Object(object)
                })
            });
            Box::new(nothing.into_iter().chain(fewer).chain(inside))
        }
        Value::Array(items) => {
            let nothing = (!items.is_empty()).then(|| json!([]));
            let half =
                (items.len() > 3).then(|| items.iter().take(items.len() / 2).cloned().collect());
            let without = move |n: usize| {
                let rest = items.iter().enumerate().filter(move |(i, _)| *i != n);
                rest.map(|(_, item)| item.clone()).collect()
            };
            let inside = items.iter().enumerate().flat_map(move |(n, item)| {
                candidates(item).filter_map(move |candidate| {
                    let mut other = items.clone();
                    *other.get_mut(n)? = candidate;
                    Some(Value::Array(other))
                })
            });
            let fewer = (0..items.len()).map(without);
            Box::new(nothing.into_iter().chain(half).chain(fewer).chain(inside))
        }
        Value::String(text) if !text.is_empty() => {
            let length = text.chars().count();
            let mut found = vec![json!("")];
            if length > 1 {
                found.push(json!("a"));
                found.push(json!(text.chars().take(length / 2).collect::<String>()));
                found.push(json!(text.chars().take(length - 1).collect::<String>()));
            }
            Box::new(found.into_iter())
        }
        Value::Number(number) => {
            let size = number.as_f64().map_or(f64::MAX, f64::abs);
            let simple = [0, 1].into_iter().filter(move |simple| size > f64::from(*simple));
            let value = number.as_f64().filter(|v| v.fract() != 0.0 && v.abs() < 1e15);
            let whole = value.map(|value| json!(value.trunc() as i64));
            Box::new(simple.map(|simple| json!(simple)).chain(whole))
        }
        _ => Box::new(std::iter::empty()),
    }
}
