//! How texts are put together, and what paths come to.

use std::collections::BTreeSet;

/// Stands for what is not known within a composed text.
pub const UNKNOWN: char = '\u{0}';

/// A text that code makes. It may have [`UNKNOWN`] parts.
pub type Composed = String;

/// How many values of one expression are looked at.
pub(super) const VALUES: usize = 6;

pub(super) fn unknown() -> Vec<Composed> {
    vec![UNKNOWN.to_string()]
}

pub(super) fn product(
    parts: impl Iterator<Item = Vec<Composed>>,
    separator: &str,
) -> Vec<Composed> {
    let mut all: Vec<Composed> = Vec::new();
    for (at, part) in parts.enumerate() {
        if at == 0 {
            all = part;
            continue;
        }
        let pairs = all.iter().flat_map(|a| part.iter().map(move |b| format!("{a}{separator}{b}")));
        all = pairs.take(VALUES).collect();
    }
    all
}

pub(super) fn joined(parts: impl IntoIterator<Item = Vec<Composed>>) -> Vec<Composed> {
    let mut all: Vec<Composed> = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at == 0 {
            all = part;
            continue;
        }
        let pairs = all.iter().flat_map(|a| part.iter().map(move |b| join(a, b)));
        all = pairs.take(VALUES).collect();
    }
    all
}

fn join(a: &str, b: &str) -> Composed {
    if a.is_empty() || b.starts_with('/') {
        return b.to_owned();
    }
    format!("{}/{b}", a.trim_end_matches('/'))
}

/// The folder of a path.
pub(super) fn parent(path: &str) -> Composed {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some((folder, _)) => folder.to_owned(),
        None if path.contains(UNKNOWN) => UNKNOWN.to_string(),
        None => String::new(),
    }
}

/// One kind of separator, no `.`, no `..` that can be resolved.
pub(super) fn normal(path: &str) -> Composed {
    let path = path.replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    for (at, segment) in path.split('/').enumerate() {
        match segment {
            "" if at == 0 => segments.push(""),
            "" | "." => {}
            ".." if segments.last().is_some_and(|s| *s != ".." && !s.contains(UNKNOWN)) => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    segments.join("/")
}

/// Values as paths, each once.
pub(super) fn paths(values: &[Composed]) -> Vec<Composed> {
    let paths: BTreeSet<Composed> = values.iter().map(|value| normal(value)).collect();
    paths.into_iter().collect()
}
