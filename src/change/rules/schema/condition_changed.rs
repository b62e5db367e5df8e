//! A condition was added, changed or dropped.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::super::{Look, Rule};
use crate::change::node::Node;
use crate::change::pairs::{Edit, Nature, Place, Proposal, SchemaPair};
use crate::change::words;
use crate::document::to_json;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("condition-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "`if`, `then` or `else` was changed",
    since: "0.3.0",
    explain: Explain {
        what: "A condition of a schema (`if` with `then` and `else`) is new, gone, or asks for something else. Conditions are told apart by their `if`, wherever they stand in `allOf`.",
        why: "What such a change does is seen by comparing the documents that are valid, which the proof does.",
        bad: "\"if\": {\"properties\": {\"band\": {\"const\": \"RED\"}}}, \"then\": {\"required\": [\"group\"]}\n→ \"then\": {\"required\": [\"group\", \"reason\"]}",
        good: "\"then\": {\"required\": [\"group\"]}",
        fix: "Only ask for less, or release a major version.",
    },
    look: Look::Schema(look),
};

/// The keywords of a condition.
const WORDS: [&str; 3] = ["if", "then", "else"];

/// A condition: where it stands, and its keywords alone.
type Condition = (Place, Map<String, Json>);

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (mut old, mut new) = (conditions(&pair.old), conditions(&pair.new));
    take_common(&mut old, &mut new, |a, b| a == b);
    let changed = take_common(&mut old, &mut new, |a, b| a.get("if") == b.get("if"));
    let all = changed.into_iter().map(|(a, b)| (Some(a), Some(b)));
    let gone = old.into_iter().map(|a| (Some(a), None));
    let fresh = new.into_iter().map(|b| (None, Some(b)));
    for (was, now) in all.chain(gone).chain(fresh) {
        let what = match (&was, &now) {
            (Some(_), None) => "is gone",
            (None, Some(_)) => "is new",
            _ => "asks for something else",
        };
        let named = was.as_ref().or(now.as_ref()).map(|(_, words)| on(words)).unwrap_or_default();
        let message = format!("condition{named} of {} {what}", pair.subject());
        let place = |side: &Option<Condition>| {
            side.as_ref().map(|((item, at), words)| {
                let word = WORDS.iter().find(|word| words.contains_key(**word)).unwrap_or(&"if");
                (*item, at.join(word))
            })
        };
        let (there, here) = (place(&was), place(&now));
        let edit = Edit::Condition(was.map(|(_, words)| words), now.map(|(_, words)| words));
        found.push(pair.propose((Nature::Either, edit), CODE, message, here, there));
    }
}

fn conditions(node: &Node<'_>) -> Vec<Condition> {
    let all = node.places.iter().filter_map(|(item, at)| {
        let value = node.catalog.value_at(*item, at)?;
        let words = WORDS.iter().filter_map(|w| Some(((*w).to_owned(), to_json(value.get(w)?))));
        let words: Map<String, Json> = words.collect();
        // Without `if` the others say nothing, and it says nothing without them.
        (words.contains_key("if") && words.len() > 1).then_some(((*item, at.clone()), words))
    });
    all.collect()
}

/// Takes out what both lists have, by `is_same`.
fn take_common(
    old: &mut Vec<Condition>,
    new: &mut Vec<Condition>,
    is_same: impl Fn(&Map<String, Json>, &Map<String, Json>) -> bool,
) -> Vec<(Condition, Condition)> {
    let mut taken = Vec::new();
    let mut left = Vec::new();
    for condition in old.drain(..) {
        match new.iter().position(|(_, other)| is_same(&condition.1, other)) {
            Some(twin) => taken.push((condition, new.remove(twin))),
            None => left.push(condition),
        }
    }
    *old = left;
    taken
}

/// What a condition hangs on, in words.
fn on(words: &Map<String, Json>) -> String {
    let members = words.get("if").and_then(|part| part.get("properties")).and_then(Json::as_object);
    let names: BTreeSet<&String> = members.into_iter().flat_map(Map::keys).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(" on {}", words::some(&names.into_iter().cloned().collect::<Vec<_>>()))
}
