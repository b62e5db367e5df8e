//! Completion: targets of `$ref`, payload schemas of topics, names of topics. The place is told from the
//! line, because a document that is being written rarely parses.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, Position, Range, TextEdit,
};

use super::snapshot::Snapshot;
use crate::catalog::{Catalog, ItemId, Kind};
use crate::document::{Pointer, Span, Syntax};
use crate::tree::ArtifactPath;

/// Candidates that are told at once.
const MOST: usize = 2000;

/// Characters after which an editor asks.
pub(super) const TRIGGERS: [&str; 4] = ["\"", "/", "#", "$"];

/// Keys whose values are known.
const KEYS: [&str; 3] = ["$ref", "schema_ref", "topic"];

/// What can stand at a place.
pub(super) fn completion(
    snapshot: &Snapshot,
    path: &ArtifactPath,
    position: Position,
) -> Option<CompletionList> {
    let text = snapshot.text(path)?;
    let offset = text.offset(position);
    let (start, line) = text.line_around(offset);
    let item = snapshot.catalog.find(path)?;
    let spot =
        spot(line, offset - start).or_else(|| listed_topic(snapshot, item, line, offset, start))?;
    let facts = snapshot.facts_around(path);
    let (catalog, item) = (&*facts, facts.find(path)?);
    let mut candidates = match spot.key {
        "$ref" => references(catalog, item),
        "schema_ref" => schemas(catalog, item),
        "topic" => topics(catalog, item),
        _ => Vec::new(),
    };
    let is_incomplete = candidates.len() > MOST;
    if is_incomplete {
        candidates.retain(|candidate| candidate.text.contains(spot.partial));
        candidates.truncate(MOST);
    }
    let span = Span::new(start + spot.start, start + spot.end);
    let range = text.range(span);
    let quote = quote(spot.is_quoted, path);
    let items = candidates.into_iter().map(|candidate| told(candidate, range, quote)).collect();
    Some(CompletionList { is_incomplete, items, ..CompletionList::default() })
}

/// YAML takes `#` after a space for a comment, and JSON knows no text without quotes.
fn quote(is_quoted: bool, path: &ArtifactPath) -> &'static str {
    match Syntax::of_extension(&path.extension()) {
        Some(_) if !is_quoted => "\"",
        _ => "",
    }
}

/// A value that is being written.
struct Spot<'l> {
    key: &'static str,
    /// What is written of it.
    partial: &'l str,
    /// What is replaced, in bytes of the line.
    start: usize,
    end: usize,
    is_quoted: bool,
}

/// The value of a known key that ends at a byte of a line.
fn spot(line: &str, cursor: usize) -> Option<Spot<'_>> {
    let before = line.get(..cursor)?;
    let found = KEYS.iter().filter_map(|key| Some((before.rfind(key)?, *key)));
    let (at, key) = found.max()?;
    let is_start = before.get(..at)?.chars().next_back().is_none_or(|c| " \t\"'{,-".contains(c));
    let rest = before.get(at + key.len()..)?;
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix(':').filter(|_| is_start)?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    let partial = quote.map_or(rest, |quote| rest.strip_prefix(quote).unwrap_or(rest));
    if !partial.chars().all(is_inside) {
        return None;
    }
    let after = line.get(cursor..)?;
    let length = after.find(|c| !is_inside(c)).unwrap_or(after.len());
    // What follows belongs to the value only where it ends like one.
    let ends = after.get(length..)?.chars().next();
    let is_own = quote.map_or(ends.is_none_or(|c| " \t,}]".contains(c)), |q| ends == Some(q));
    let end = if is_own { cursor + length } else { cursor };
    Some(Spot { key, partial, start: cursor - partial.len(), end, is_quoted: quote.is_some() })
}

/// Whether a character can stand within a reference or a name.
fn is_inside(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '"' | '\'' | ',' | '{' | '}' | '[' | ']')
}

/// A text within the list by which an envelope admits topics.
fn listed_topic<'l>(
    snapshot: &Snapshot,
    item: ItemId,
    line: &'l str,
    offset: usize,
    start: usize,
) -> Option<Spot<'l>> {
    let module = snapshot.catalog.item(item)?.module.as_deref();
    let mut lists = snapshot.catalog.topic_lists(module).into_iter().filter(|l| l.item == item);
    lists.find(|list| {
        let span = snapshot.span(item, &list.at, crate::document::Part::Value);
        span.is_some_and(|s| (s.start as usize) < offset && offset < s.end as usize)
    })?;
    let cursor = offset - start;
    let (_, partial) = line.get(..cursor)?.rsplit_once('"')?;
    let rest = line.get(cursor..)?;
    let length =
        rest.find('"').filter(|n| rest.get(..*n).is_some_and(|r| r.chars().all(is_inside)))?;
    let is_text = partial.chars().all(is_inside);
    let (begin, end) = (cursor - partial.len(), cursor + length);
    is_text.then_some(Spot { key: "topic", partial, start: begin, end, is_quoted: true })
}

struct Candidate {
    text: String,
    detail: Option<String>,
    kind: CompletionItemKind,
    /// What comes first: the own file, other files, places in them.
    rank: u8,
}

/// What a reference of a file can lead to.
fn references(catalog: &Catalog, from: ItemId) -> Vec<Candidate> {
    let is_api = catalog.item(from).is_some_and(|item| item.kind == Kind::OpenApi);
    let mut found = Vec::new();
    for (id, item) in catalog.items.iter().enumerate() {
        let can_be = item.kind.is_schema() || (is_api && item.kind == Kind::OpenApi);
        if !can_be && id != from {
            continue;
        }
        if id != from && item.kind != Kind::OpenApi {
            found.push(candidate(catalog, from, id, &Pointer::root(), 1));
        }
        let rank = if id == from { 0 } else { 2 };
        let places = catalog.definitions(id);
        found.extend(places.iter().map(|at| candidate(catalog, from, id, at, rank)));
    }
    found
}

fn candidate(catalog: &Catalog, from: ItemId, to: ItemId, at: &Pointer, rank: u8) -> Candidate {
    let value = catalog.value_at(to, at);
    let about = value.and_then(|v| v.str_at("title").or_else(|| v.str_at("description")));
    Candidate {
        text: catalog.mention(from, to, at),
        detail: about.map(str::to_owned),
        kind: if rank == 1 { CompletionItemKind::File } else { CompletionItemKind::Reference },
        rank,
    }
}

/// The schemas that a topic can carry: by path from the catalog of topics.
fn schemas(catalog: &Catalog, from: ItemId) -> Vec<Candidate> {
    let schemas = catalog.of_kind(Kind::Schema);
    schemas.map(|(id, _)| candidate(catalog, from, id, &Pointer::root(), 1)).collect()
}

/// The topics of the tree, as the envelope around a file writes them.
fn topics(catalog: &Catalog, from: ItemId) -> Vec<Candidate> {
    let module = catalog.item(from).and_then(|item| item.module.as_deref());
    let lists = catalog.topic_lists(module);
    let is_versioned = !lists.is_empty() && lists.iter().all(|list| list.versioned);
    let named = catalog.topics.iter().filter(|topic| topic.name.is_some());
    let mut found: Vec<Candidate> = named
        .map(|topic| {
            let value = catalog.value_at(topic.item, &topic.at);
            let bare = topic.name.clone().unwrap_or_default();
            Candidate {
                text: if is_versioned { topic.full_name() } else { bare },
                detail: value.and_then(|v| v.str_at("description")).map(str::to_owned),
                kind: CompletionItemKind::Event,
                rank: 0,
            }
        })
        .collect();
    found.sort_by(|a, b| a.text.cmp(&b.text));
    found.dedup_by(|a, b| a.text == b.text);
    found
}

fn told(candidate: Candidate, range: Range, quote: &str) -> CompletionItem {
    let new_text = format!("{quote}{}{quote}", candidate.text);
    CompletionItem {
        sort_text: Some(format!("{}{}", candidate.rank, candidate.text)),
        // Editors compare this with the replaced text, quotes and all.
        filter_text: Some(new_text.clone()),
        kind: Some(candidate.kind),
        detail: candidate.detail,
        text_edit: Some(TextEdit { range, new_text }.into()),
        label: candidate.text,
        ..CompletionItem::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor is at `|`; what is replaced is given back.
    fn at(line: &str) -> Option<(&'static str, String, bool)> {
        let cursor = line.find('|').unwrap();
        let line = line.replace('|', "");
        let spot = spot(&line, cursor)?;
        Some((spot.key, line.get(spot.start..spot.end)?.to_owned(), spot.is_quoted))
    }

    #[test]
    fn sees_the_value_that_is_written() {
        let reference = |text: &str, quoted| Some(("$ref", text.to_owned(), quoted));
        assert_eq!(at(r#"{"$ref": "|"}"#), reference("", true));
        assert_eq!(at(r#"{"$ref":"../x#/a|b"}"#), reference("../x#/ab", true));
        assert_eq!(at(r#"{"$ref": "a|, "type": 1}"#), reference("a", true));
        assert_eq!(at("  $ref: ../x|"), reference("../x", false));
        assert_eq!(at("- $ref: '|'"), reference("", true));
        assert_eq!(at("{$ref: x|, a: 1}"), reference("x", false));
        assert_eq!(at(r#""topic": "N|OTE""#), Some(("topic", "NOTE".to_owned(), true)));
        assert_eq!(at("  schema_ref: |"), Some(("schema_ref", String::new(), false)));
    }

    #[test]
    fn sees_none_elsewhere() {
        for line in [
            r#"{"$ref|": "x"}"#,
            r#"{"$ref": "x"|}"#,
            r#"{"$ref": "x", "title": "|"}"#,
            r#"{"my$ref": "|"}"#,
            "topics: |",
            "|",
            "a $ref b|",
        ] {
            assert_eq!(at(line), None, "{line}");
        }
    }
}
