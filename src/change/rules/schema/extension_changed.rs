//! An `x-` keyword is another.

use super::super::{Look, Rule};
use crate::catalog::STABILITY_KEYS;
use crate::change::Impact;
use crate::change::node::Node;
use crate::change::pairs::{Edit, Nature, Place, Proposal, SchemaPair};
use crate::change::words::shown;
use crate::document::{Value, to_json};
use crate::finding::{Code, Explain};
use std::collections::BTreeMap;

pub(in crate::change) const CODE: Code = Code("extension-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "extension keyword was changed",
    since: "0.1.0",
    explain: Explain {
        what: "A keyword that begins with `x-` is not what it was, or is gone.",
        why: "Extensions carry meaning for the tools and services that read them.",
        bad: "\"x-retention\": \"90d\"\n→ \"x-retention\": \"7d\"",
        good: "\"x-retention\": \"90d\"",
        fix: "Keep it, or release a major version.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (before, after) = (extensions(&pair.old), extensions(&pair.new));
    for (name, (place, value)) in &before {
        let now = after.get(name);
        let message = match now {
            Some((_, new)) if to_json(new) == to_json(value) => continue,
            Some((_, new)) => {
                format!("`{name}` of {} was {} and is {}", pair.subject(), shown(value), shown(new))
            }
            None => format!("`{name}` of {} was {} and is gone", pair.subject(), shown(value)),
        };
        // Part of a mark, which has a rule of its own.
        let is_mark = matches!(name.as_str(), "x-deprecated-since" | "x-remove-in");
        let impact = if is_mark { Impact::Minor } else { Impact::Major };
        let (now, was) = (now.map(|(place, _)| place.clone()), Some(place.clone()));
        found.push(pair.propose((Nature::Fixed(impact), Edit::Whole), CODE, message, now, was));
    }
}

fn extensions<'c>(node: &Node<'c>) -> BTreeMap<String, (Place, &'c Value)> {
    let mut found = BTreeMap::new();
    for (item, at) in &node.places {
        let members = node.catalog.value_at(*item, at).map(Value::members).unwrap_or_default();
        for member in members.iter().filter(|m| is_own(&m.key)) {
            let place = (*item, at.join(&member.key));
            found.entry(member.key.clone()).or_insert((place, &member.value));
        }
    }
    found
}

/// What is said of stability has a rule of its own.
fn is_own(key: &str) -> bool {
    key.starts_with("x-") && !STABILITY_KEYS.contains(&key)
}
