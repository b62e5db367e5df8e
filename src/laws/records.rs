//! Data files as values with places: JSON, YAML, TOML, JSON Lines.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::document::{
    self, Data, Document, Limits, Member, Members, Number, Pointer, Span, Syntax, Value, to_json,
};

/// Whether a path is one of a data file.
pub(super) fn is_data(path: &str) -> bool {
    syntax(path).is_some() || extension(path) == "toml"
}

fn extension(path: &str) -> String {
    path.rsplit('/')
        .next()
        .and_then(|n| n.rsplit_once('.'))
        .map_or(String::new(), |(_, e)| e.to_ascii_lowercase())
}

fn syntax(path: &str) -> Option<Syntax> {
    Syntax::of_extension(&extension(path))
}

/// Reads a data file. `None` when its name says that it is none.
pub(super) fn read(path: &str, bytes: &[u8]) -> Option<Document> {
    if extension(path) == "toml" {
        return Some(toml(bytes));
    }
    Some(document::parse(bytes, syntax(path)?, &Limits::default()))
}

fn toml(bytes: &[u8]) -> Document {
    let text = String::from_utf8_lossy(bytes);
    let value = DeTable::parse(&text).ok().map(|table| {
        let span = table.span();
        object(&table.into_inner(), span)
    });
    Document { syntax: Syntax::Json, value, errors: Vec::new() }
}

fn object(table: &DeTable<'_>, span: std::ops::Range<usize>) -> Value {
    let members = table.iter().map(|(key, value)| Member {
        key: key.get_ref().to_string(),
        key_span: Span::new(key.span().start, key.span().end),
        value: of_toml(value),
    });
    let data = Data::Object(Box::new(Members::from(members.collect::<Vec<_>>())));
    Value { span: Span::new(span.start, span.end), data }
}

fn of_toml(value: &Spanned<DeValue<'_>>) -> Value {
    let span = value.span();
    let number = |text: String| {
        Number::from_json_text(&text).map_or_else(|_| Data::String(text), Data::Number)
    };
    let data = match value.get_ref() {
        DeValue::Table(table) => return object(table, span),
        DeValue::Array(items) => Data::Array(items.iter().map(of_toml).collect()),
        DeValue::String(text) => Data::String(text.to_string()),
        DeValue::Boolean(flag) => Data::Bool(*flag),
        DeValue::Integer(n) => number(n.as_str().to_owned()),
        DeValue::Float(n) => number(n.as_str().to_owned()),
        DeValue::Datetime(time) => Data::String(time.to_string()),
    };
    Value { span: Span::new(span.start, span.end), data }
}

/// The keys of a value by path, with the types of their values. Items of lists have no keys of their own:
/// a list that grows or shrinks changes no key.
pub(super) fn keys(value: &Value) -> BTreeMap<Pointer, &'static str> {
    let mut found = BTreeMap::new();
    let mut stack = vec![(Pointer::root(), value)];
    while let Some((at, value)) = stack.pop() {
        for member in value.members() {
            let at = at.join(&member.key);
            stack.push((at.clone(), &member.value));
            found.insert(at, member.value.type_name());
        }
    }
    found
}

/// The values that a path of a law names: `rows[].symbol`, `windows.*.pnl`, `a.b`.
pub(super) fn select<'v>(value: &'v Value, path: &str) -> Vec<(Pointer, Option<&'v Value>)> {
    let mut found: Vec<(Pointer, Option<&Value>)> = vec![(Pointer::root(), Some(value))];
    for step in path.split('.').flat_map(|part| {
        let (name, items) = match part.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (part, false),
        };
        (!name.is_empty())
            .then_some(Step::Member(name))
            .into_iter()
            .chain(items.then_some(Step::Items))
    }) {
        found = found
            .into_iter()
            .flat_map(|(at, value)| match (value, step) {
                (None, _) => vec![(at, None)],
                (Some(value), Step::Items) => value
                    .items()
                    .iter()
                    .enumerate()
                    .map(|(i, item)| (at.index(i), Some(item)))
                    .collect(),
                (Some(value), Step::Member("*")) => {
                    value.members().iter().map(|m| (at.join(&m.key), Some(&m.value))).collect()
                }
                (Some(value), Step::Member(name)) => vec![(at.join(name), value.get(name))],
            })
            .collect();
    }
    found
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Member(&'p str),
    Items,
}

/// Whether a value holds nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::String(text) => text.trim().is_empty(),
        Data::Array(items) => items.is_empty(),
        Data::Object(_) => value.members().is_empty(),
        Data::Bool(_) | Data::Number(_) => false,
    }
}

/// Whether a change of a data file only adds to it: every value that was there is there, versions may have
/// grown and prose may be other prose. Such a change breaks nobody. Files that hold no data never do.
pub fn only_adds(path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> bool {
    if !is_data(path) {
        return true;
    }
    let (before, after) = match (before, after) {
        (None, _) => return true,
        (Some(_), None) => return false,
        (Some(before), Some(after)) => (before, after),
    };
    let value = |bytes: &[u8]| read(path, bytes).and_then(|d| d.value);
    match (value(before), value(after)) {
        (Some(before), Some(after)) => is_part(&before, &after, ""),
        _ => false,
    }
}

fn is_part(before: &Value, after: &Value, key: &str) -> bool {
    if let Data::Object(_) = before.data {
        return before.members().iter().all(|member| {
            after.get(&member.key).is_some_and(|now| is_part(&member.value, now, &member.key))
        });
    }
    if to_json(before) == to_json(after) {
        return true;
    }
    let prose =
        ["description", "title", "summary", "$comment", "updated", "last_updated", "updated_at"];
    if prose.contains(&key) {
        return before.as_str().is_some() && after.as_str().is_some();
    }
    let version = |value: &Value| semver::Version::parse(value.as_str()?).ok();
    key == "version" && matches!((version(before), version(after)), (Some(a), Some(b)) if a < b)
}

#[cfg(test)]
mod tests {
    use super::only_adds;

    #[test]
    fn additions_break_nobody() {
        let adds = |before: &str, after: &str| {
            only_adds("a.json", Some(before.as_bytes()), Some(after.as_bytes()))
        };
        assert!(adds(r#"{"a": {"b": 1}}"#, r#"{"a": {"c": 2, "b": 1}}"#));
        assert!(adds(
            r#"{"version": "1.9.0", "title": "x"}"#,
            r#"{"version": "1.10.0", "title": "y"}"#
        ));
        assert!(!adds(r#"{"version": "1.0.1"}"#, r#"{"version": "1.0.0"}"#));
        assert!(!adds(r#"{"required": ["a"]}"#, r#"{"required": ["a", "b"]}"#));
        assert!(!adds(r#"{"a": 1}"#, r#"{}"#) && !adds(r#"{"a": 1}"#, "{"));
        assert!(
            !only_adds("a.yaml", Some(b"a: 1"), None) && only_adds("a.md", Some(b"a"), Some(b"b"))
        );
    }
}
