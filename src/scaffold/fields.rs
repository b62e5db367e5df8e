//! Fields as a user names them, `title:string!`, as schemas and as sample values.

use serde_json::{Value as Json, json};

use super::Blocked;

/// A field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub name: String,
    pub is_required: bool,
    pub schema: Json,
    pub sample: Json,
}

/// How shared definitions are referred to.
pub(super) struct Shared {
    pub ulid: Option<String>,
    pub timestamp: Option<String>,
}

const TYPES: &str = "string, integer, number, boolean, ulid, timestamp, date, uri, object, array, or values such as low|high";

/// Reads `name:type!, name:type`.
pub(super) fn read(
    text: &str,
    shared: &Shared,
    ids: &dyn Fn() -> String,
) -> Result<Vec<Field>, Blocked> {
    let mut fields: Vec<Field> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, kind) = part.split_once(':').unwrap_or((part, "string"));
        let is_required = kind.ends_with('!') || name.ends_with('!');
        let (name, kind) = (name.trim_end_matches('!').trim(), kind.trim_end_matches('!').trim());
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if !is_name || fields.iter().any(|field| field.name == name) {
            let what = if is_name { "is named twice" } else { "is no name of a field" };
            let help =
                "write fields such as `title:string!,count:integer`; `!` is for required ones";
            return Err(Blocked::new(format!("`{name}` {what}"), help));
        }
        let (schema, sample) = of_type(kind, shared, ids).ok_or_else(|| {
            let message = format!("`{kind}` is no type of a field");
            Blocked::new(message, format!("types are {TYPES}"))
        })?;
        fields.push(Field { name: name.to_owned(), is_required, schema, sample });
    }
    Ok(fields)
}

fn of_type(kind: &str, shared: &Shared, ids: &dyn Fn() -> String) -> Option<(Json, Json)> {
    let found = match kind {
        "string" => (json!({"type": "string"}), json!("text")),
        "integer" => (json!({"type": "integer"}), json!(1)),
        "number" => (json!({"type": "number"}), json!(1.5)),
        "boolean" => (json!({"type": "boolean"}), json!(true)),
        "object" => (json!({"type": "object"}), json!({})),
        "array" => (json!({"type": "array", "items": {"type": "string"}}), json!(["text"])),
        "date" => (json!({"type": "string", "format": "date"}), json!("2026-01-01")),
        "uri" => (json!({"type": "string", "format": "uri"}), json!("https://example.com/")),
        "ulid" => (ulid(shared), json!(ids())),
        "timestamp" => (timestamp(shared), json!("2026-01-01T08:00:00Z")),
        values if values.contains('|') => {
            let values: Vec<&str> =
                values.split('|').map(str::trim).filter(|v| !v.is_empty()).collect();
            let first = json!(values.first()?);
            (json!({"enum": values}), first)
        }
        _ => return None,
    };
    Some(found)
}

fn ulid(shared: &Shared) -> Json {
    match &shared.ulid {
        Some(reference) => json!({"$ref": reference}),
        None => json!({"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"}),
    }
}

fn timestamp(shared: &Shared) -> Json {
    match &shared.timestamp {
        Some(reference) => json!({"$ref": reference}),
        None => json!({"type": "string", "format": "date-time"}),
    }
}
