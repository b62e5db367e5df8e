//! From a [`Value`] to what the JSON Schema validator reads.

use super::{Data, Value};

/// The same data without places. Of repeated keys the last wins.
pub fn to_json(value: &Value) -> serde_json::Value {
    match &value.data {
        Data::Null => serde_json::Value::Null,
        Data::Bool(b) => serde_json::Value::Bool(*b),
        Data::Number(number) => {
            // The text has the form of a JSON number, so that reading it back cannot fail.
            number.text().parse().map_or(serde_json::Value::Null, serde_json::Value::Number)
        }
        Data::String(text) => serde_json::Value::String(text.clone()),
        Data::Array(items) => serde_json::Value::Array(items.iter().map(to_json).collect()),
        Data::Object(members) => serde_json::Value::Object(
            members.iter().map(|m| (m.key.clone(), to_json(&m.value))).collect(),
        ),
    }
}
