//! Schemas made ready: their dialect, and recursion through the document root given a name.

use jsonschema::Draft;
use serde_json::{Map, Value, json};

/// The dialect that a schema names, or else `usual`.
pub(crate) fn draft(schema: &Value, usual: Draft) -> Draft {
    match schema.get("$schema").and_then(Value::as_str) {
        Some(uri) if uri.contains("draft-04") => Draft::Draft4,
        Some(uri) if uri.contains("draft-06") => Draft::Draft6,
        Some(uri) if uri.contains("draft-07") => Draft::Draft7,
        Some(uri) if uri.contains("2019-09") => Draft::Draft201909,
        Some(uri) if uri.contains("2020-12") => Draft::Draft202012,
        _ => usual,
    }
}

/// The name that the document root gets among its definitions.
const ROOT: &str = "subschema-root";

/// Writes `{"$ref": "#"}` as a reference to a definition: two documents cannot be compared whose `#` is not
/// the same. A schema without such a reference, or with identifiers inside, stays as it is.
pub(crate) fn name_root(schema: &Value, draft: Draft) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    if !refers_to_root(schema) || has_inner_id(schema, true) {
        return schema.clone();
    }
    let key = match draft {
        Draft::Draft4 | Draft::Draft6 | Draft::Draft7 => "definitions",
        _ => "$defs",
    };
    let mut inner = map.clone();
    let dialect = inner.shift_remove("$schema");
    inner.shift_remove("$id");
    inner.shift_remove("id");
    let mut inner = Value::Object(inner);
    rewrite(&mut inner, &format!("#/{key}/{ROOT}"));
    let mut outer = Map::new();
    if let Some(dialect) = dialect {
        outer.insert("$schema".to_owned(), dialect);
    }
    outer.insert(key.to_owned(), json!({ ROOT: inner }));
    outer.insert("$ref".to_owned(), json!(format!("#/{key}/{ROOT}")));
    Value::Object(outer)
}

fn refers_to_root(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            map.get("$ref").and_then(Value::as_str) == Some("#") || map.values().any(refers_to_root)
        }
        Value::Array(items) => items.iter().any(refers_to_root),
        _ => false,
    }
}

fn has_inner_id(value: &Value, is_top: bool) -> bool {
    match value {
        Value::Object(map) => {
            let own = ["$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"];
            (!is_top && own.iter().any(|k| map.get(*k).is_some_and(Value::is_string)))
                || map.values().any(|v| has_inner_id(v, false))
        }
        Value::Array(items) => items.iter().any(|v| has_inner_id(v, false)),
        _ => false,
    }
}

fn rewrite(value: &mut Value, root: &str) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                match inner {
                    Value::String(text) if key == "$ref" && text.starts_with('#') => {
                        *text = format!("{root}{}", text.trim_start_matches('#'));
                    }
                    other => rewrite(other, root),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, root)),
        _ => {}
    }
}
