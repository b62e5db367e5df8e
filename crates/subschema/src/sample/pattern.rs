//! Strings that match a regular expression, walked over its syntax tree.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::pattern::read;

/// Most strings made for one part of a pattern.
const MOST: usize = 12;

/// Longest repetition written out.
const LONGEST: u32 = 300;

/// Strings that match `pattern`, as far as Rust reads it as ECMA-262 does; with something around them where
/// it is not anchored. None when it cannot be read.
pub(super) fn strings(pattern: &str) -> Vec<String> {
    let Some(hir) = read(pattern) else { return around_looks(pattern) };
    let mut found = of(&hir);
    let around: Vec<String> = found
        .iter()
        .take(4)
        .flat_map(|text| {
            [format!("{text}x"), format!("x{text}"), format!("a{text}"), format!("{text}\n")]
        })
        .collect();
    found.extend(around);
    found
}

/// Strings of a pattern that looks around: those of what is left without that, as far as they match it.
fn around_looks(pattern: &str) -> Vec<String> {
    let Some(plain) = without_looks(pattern) else { return Vec::new() };
    let schema = serde_json::json!({"pattern": pattern});
    let Ok(validator) = jsonschema::validator_for(&schema) else { return Vec::new() };
    let mut found = strings(&plain);
    found.retain(|text| validator.is_valid(&serde_json::Value::from(text.as_str())));
    found
}

/// The pattern without its groups that look ahead or behind; `None` when it has none.
fn without_looks(pattern: &str) -> Option<String> {
    let (mut out, mut rest) = (String::new(), pattern);
    while let Some(at) = ["(?=", "(?!", "(?<=", "(?<!"].iter().filter_map(|g| rest.find(g)).min() {
        out.push_str(rest.get(..at)?);
        let mut depth = 0_usize;
        let mut escaped = false;
        let end = rest.get(at..)?.char_indices().find_map(|(i, c)| {
            match c {
                _ if escaped => {}
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            escaped = c == '\\' && !escaped;
            (depth == 0).then_some(at + i + 1)
        })?;
        rest = rest.get(end..)?;
    }
    out.push_str(rest);
    (out != pattern).then_some(out)
}

fn of(hir: &Hir) -> Vec<String> {
    let mut found = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => {
            vec![String::from_utf8_lossy(&literal.0).into_owned()]
        }
        HirKind::Class(class) => chars(class).into_iter().map(String::from).collect(),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().flat_map(of).collect(),
        HirKind::Repetition(repetition) => {
            let part = of(&repetition.sub);
            let most = repetition.max.unwrap_or(repetition.min.saturating_add(2));
            let counts = [repetition.min, repetition.min.saturating_add(1), most];
            let counts = counts.into_iter().filter(|n| *n <= most && *n <= LONGEST);
            counts
                .flat_map(|n| part.iter().take(4).map(move |text| text.repeat(n as usize)))
                .collect()
        }
        HirKind::Concat(parts) => concat(parts),
    };
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|text| seen.insert(text.clone()));
    found.truncate(MOST);
    found
}

/// The first of each part, then one part varied at a time.
fn concat(parts: &[Hir]) -> Vec<String> {
    let choices: Vec<Vec<String>> = parts.iter().map(of).collect();
    if choices.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let build = |varied: usize, with: &str| -> String {
        let texts = choices.iter().enumerate().map(|(n, choice)| {
            if n == varied { with } else { choice.first().map_or("", String::as_str) }
        });
        texts.collect()
    };
    let mut found = vec![build(usize::MAX, "")];
    for (n, choice) in choices.iter().enumerate() {
        found.extend(choice.iter().skip(1).take(3).map(|text| build(n, text)));
    }
    found
}

fn chars(class: &Class) -> Vec<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|r| (r.start(), r.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|r| (char::from(r.start()), char::from(r.end()))).collect()
        }
    };
    let is_in = |c: &char| ranges.iter().any(|(a, b)| (*a..=*b).contains(c));
    let mut found: Vec<char> =
        ['a', 'A', '0', 'b', 'z', '9', '_', '-', ' ', '.'].into_iter().filter(is_in).collect();
    found.extend(ranges.iter().take(4).flat_map(|(a, b)| [*a, *b]));
    found
}
