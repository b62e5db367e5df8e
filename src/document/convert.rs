//! Between a [`Value`] and what the JSON Schema validator reads.

use super::{Data, Member, Number, Span, Value};

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

/// The same as [`to_json`], of a value that nobody needs any more: its texts are moved, not copied.
pub fn into_json(value: Value) -> serde_json::Value {
    match value.data {
        Data::String(text) => serde_json::Value::String(text),
        Data::Array(items) => serde_json::Value::Array(items.into_iter().map(into_json).collect()),
        Data::Object(members) => serde_json::Value::Object(
            members.into_list().into_iter().map(|m| (m.key, into_json(m.value))).collect(),
        ),
        _ => to_json(&value),
    }
}

/// The same data as a value that stands nowhere.
pub fn from_json(json: &serde_json::Value) -> Value {
    let data = match json {
        serde_json::Value::Null => Data::Null,
        serde_json::Value::Bool(b) => Data::Bool(*b),
        serde_json::Value::Number(number) => {
            Number::from_json_text(&number.to_string()).map_or(Data::Null, Data::Number)
        }
        serde_json::Value::String(text) => Data::String(text.clone()),
        serde_json::Value::Array(items) => Data::Array(items.iter().map(from_json).collect()),
        serde_json::Value::Object(members) => {
            let member = |(key, value): (&String, &serde_json::Value)| Member {
                key: key.clone(),
                key_span: Span::default(),
                value: from_json(value),
            };
            Data::Object(Box::new(members.iter().map(member).collect::<Vec<_>>().into()))
        }
    };
    Value { span: Span::default(), data }
}
