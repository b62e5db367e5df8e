//! New values as text.

use serde_json::Value as Json;

use super::super::Data;
use super::super::scalar::{ambiguity, resolve};

/// How the JSON of a file is laid out.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// One step of indentation.
    pub step: String,
    pub line_break: &'static str,
    /// Whether lists of texts and numbers stand on one line.
    pub short_lists: bool,
}

/// A JSON string. JSON strings are YAML, too, but for characters that YAML does not print.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in Json::String(text.to_owned()).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

/// JSON over lines; the first line has no indentation, the others begin with `indent`.
pub(super) fn json(value: &Json, indent: &str, layout: &Layout) -> String {
    let Layout { step, line_break, short_lists } = layout;
    let inner = format!("{indent}{step}");
    let lines = |open: char, parts: Vec<String>, close: char| {
        let separator = format!(",{line_break}{inner}");
        format!("{open}{line_break}{inner}{}{line_break}{indent}{close}", parts.join(&separator))
    };
    match value {
        Json::Object(members) if !members.is_empty() => {
            let member = |(key, value): (&String, &Json)| {
                format!("{}: {}", quoted(key), json(value, &inner, layout))
            };
            lines('{', members.iter().map(member).collect(), '}')
        }
        Json::Array(items) if !items.is_empty() => {
            let is_short = *short_lists && items.iter().all(|i| !i.is_object() && !i.is_array());
            let parts: Vec<String> = items.iter().map(|i| json(i, &inner, layout)).collect();
            if is_short { format!("[{}]", parts.join(", ")) } else { lines('[', parts, ']') }
        }
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// JSON on one line, with spaces after colons and commas.
pub(super) fn json_line(value: &Json) -> String {
    match value {
        Json::Object(members) => {
            let member = |(k, v): (&String, &Json)| format!("{}: {}", quoted(k), json_line(v));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => {
            format!("[{}]", items.iter().map(json_line).collect::<Vec<_>>().join(", "))
        }
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// YAML on one line.
pub(super) fn yaml_line(value: &Json) -> String {
    match value {
        Json::Object(members) => {
            let member = |(k, v): (&String, &Json)| {
                format!("{}: {}", yaml_scalar(k, "", true), yaml_line(v))
            };
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => {
            format!("[{}]", items.iter().map(yaml_line).collect::<Vec<_>>().join(", "))
        }
        Json::String(text) => yaml_scalar(text, "", true),
        other => other.to_string(),
    }
}

/// How the YAML of a file is laid out.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    /// One step of indentation.
    pub step: usize,
    pub line_break: &'static str,
    /// Whether the dashes of a list stand deeper than the key that it belongs to.
    pub deep_dashes: bool,
}

/// A value as what follows `key:` or `- `: on the same line, or on lines of its own that begin with
/// `indent` spaces.
pub(super) fn yaml_after_key(value: &Json, indent: usize, blocks: &Blocks) -> String {
    match value {
        Json::Object(members) if !members.is_empty() => {
            let inner = indent + blocks.step;
            format!("{}{}", blocks.line_break, yaml_block(value, inner, blocks))
        }
        Json::Array(items) if !items.is_empty() => {
            let inner = if blocks.deep_dashes { indent + blocks.step } else { indent };
            format!("{}{}", blocks.line_break, yaml_block(value, inner, blocks))
        }
        Json::String(text) => format!(" {}", yaml_scalar(text, "", false)),
        other => format!(" {other}"),
    }
}

/// Lines of a collection, each with its indentation; no line break at the end.
fn yaml_block(value: &Json, indent: usize, blocks: &Blocks) -> String {
    let pad = " ".repeat(indent);
    let lines: Vec<String> = match value {
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| {
                let after = yaml_after_key(value, indent, blocks);
                format!("{pad}{}:{after}", yaml_scalar(key, "", false))
            })
            .collect(),
        Json::Array(items) => items
            .iter()
            .map(|item| format!("{pad}-{}", yaml_after_dash(item, indent, blocks)))
            .collect(),
        other => vec![format!("{pad}{}", yaml_line(other))],
    };
    lines.join(blocks.line_break)
}

/// A value as what follows the dash of a list item; the dash stands at `indent`.
pub(super) fn yaml_after_dash(value: &Json, indent: usize, blocks: &Blocks) -> String {
    let inner = indent + 2;
    match value {
        Json::Object(members) if !members.is_empty() => {
            format!(" {}", yaml_block(value, inner, blocks).trim_start())
        }
        Json::Array(items) if !items.is_empty() => {
            format!(" {}", yaml_block(value, inner, blocks).trim_start())
        }
        Json::String(text) => format!(" {}", yaml_scalar(text, "", false)),
        other => format!(" {other}"),
    }
}

/// A text as a scalar, in the quotes of `old` where there are some, and in quotes where it needs them.
pub(super) fn yaml_scalar(text: &str, old: &str, in_flow: bool) -> String {
    let is_simple = text.chars().all(|c| !c.is_control() && c != '\u{feff}');
    match old.chars().next() {
        Some('\'') if is_simple => format!("'{}'", text.replace('\'', "''")),
        Some('"') => quoted(text),
        _ if is_plain(text, in_flow) => text.to_owned(),
        _ => quoted(text),
    }
}

/// Whether every reader takes an unquoted text for this text.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let first = text.chars().next();
    let starts_well =
        first.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '/' | '.' | '$'));
    let is_fine = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                '_' | '-' | '.' | '/' | ' ' | '(' | ')' | '+' | '=' | '@' | ';' | '\'' | '$'
            )
            || (!in_flow && matches!(c, ',' | '`'))
            || (c.is_alphabetic() && !c.is_control())
    };
    starts_well
        && text.chars().all(is_fine)
        && !text.ends_with(' ')
        && ambiguity(text, false).is_none()
        && matches!(resolve(text), Ok(Data::String(_)))
}
