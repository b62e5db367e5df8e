//! What a topic says of itself beside its payload.

use std::collections::BTreeMap;

use super::super::tree::entry_changed::difference;
use super::super::{Look, Rule};
use crate::catalog::{Catalog, Topic};
use crate::change::Change;
use crate::change::pairs::Both;
use crate::document::Part;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("topic-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "topic says something else of itself",
    since: "0.3.0",
    explain: Explain {
        what: "A member of a topic is not what it was, such as its smallest band. Versions, payloads, retention and obligations have rules of their own.",
        why: "Who may read, keep or route an event hangs on it.",
        bad: "min_band: AMBER\n→ min_band: GREEN",
        good: "min_band: AMBER",
        fix: "Keep it, or release a major version of the topic.",
    },
    look: Look::Tree(look),
};

/// Members that other rules speak of.
const TOLD: [&str; 12] = [
    "name",
    "version",
    "schema",
    "schema_ref",
    "payload",
    "payload_schema",
    "retention",
    "obligations",
    "example",
    "examples",
    "x-stability",
    "x-stability-level",
];

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    let (before, after) = (topics(both.old), topics(both.new));
    for (name, old) in &before {
        let Some(new) = after.get(name) else { continue };
        let value =
            |catalog: &'_ Catalog, topic: &Topic| catalog.value_at(topic.item, &topic.at).cloned();
        let (Some(was), Some(is)) = (value(both.old, old), value(both.new, new)) else { continue };
        let mut members: Vec<&String> =
            was.members().iter().chain(is.members()).map(|m| &m.key).collect();
        members.sort();
        members.dedup();
        for member in members.into_iter().filter(|m| !TOLD.contains(&m.as_str())) {
            let Some((impact, what)) = difference(member, was.get(member), is.get(member)) else {
                continue;
            };
            let message = format!("`{member}` of topic `{name}` {what}");
            let at = both.now(new.item, &new.at.join(member), Part::Key);
            let place = both.was(old.item, &old.at.join(member), Part::Key);
            found.push(both.change(impact, CODE, message, at).labelled("it is").was(place));
        }
    }
}

fn topics(catalog: &Catalog) -> BTreeMap<String, &Topic> {
    catalog.topics.iter().map(|topic| (topic.full_name(), topic)).collect()
}
