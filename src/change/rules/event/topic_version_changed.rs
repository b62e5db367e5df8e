//! A topic has another version.

use super::super::{Look, Rule};
use crate::catalog::Topic;
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("topic-version-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "topic has another version",
    since: "0.1.0",
    explain: Explain {
        what: "The version of a topic grew, or fell.",
        why: "Consumers choose events by `NAME@version`. A version that is gone is one that nobody sends.",
        bad: "version: \"1.0\"\n→ version: \"2.0\"",
        good: "version: \"1.1\"",
        fix: "Let the minor version grow for additions. For a new major version, keep the old entry beside it while anybody reads it.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for topic in &both.old.topics {
        let same = || both.new.topics.iter().filter(|t| t.name.is_some() && t.name == topic.name);
        if same().any(|t| t.version == topic.version) {
            continue;
        }
        let Some(now) = same().max_by_key(|t| numbers(t)) else { continue };
        let (old, new) = (numbers(topic), numbers(now));
        let name = topic.name.clone().unwrap_or_default();
        let text = |t: &Topic| t.version.clone().unwrap_or_else(|| "none".to_owned());
        let message = format!("version of topic `{name}` was {} and is {}", text(topic), text(now));
        let impact = match new > old && old.first() == new.first() {
            true => Impact::Minor,
            false => Impact::Major,
        };
        let at = both.now(now.item, &now.at.join("version"), Part::Value);
        let was = both.was(topic.item, &topic.at.join("version"), Part::Value);
        found.push(both.change(impact, CODE, message, at).labelled("it is").was(was));
    }
}

fn numbers(topic: &Topic) -> Vec<u64> {
    let text = topic.version.as_deref().unwrap_or_default();
    text.split('.').map(|n| n.parse().unwrap_or(0)).collect()
}
