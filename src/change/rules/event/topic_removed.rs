//! A topic is gone.

use super::super::{Look, Rule};
use crate::catalog::Topic;
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::Location;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("topic-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "topic is gone",
    since: "0.1.0",
    explain: Explain {
        what: "A topic of the old catalog has no version left in the new one.",
        why: "Consumers wait for events that nobody sends any more.",
        bad: "- name: NOTE_CREATED\n→ (nothing)",
        good: "- name: NOTE_CREATED\n  deprecated: true",
        fix: "Deprecate it first, and remove it with a major version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for topic in &both.old.topics {
        let is_same = |other: &&Topic| other.name == topic.name;
        if topic.name.is_none() || both.new.topics.iter().any(|t| is_same(&t)) {
            continue;
        }
        let is_new = |t: &&Topic| !both.old.topics.iter().any(|o| o.name == t.name);
        let twin = both.new.topics.iter().filter(is_new).find(|t| is_twin(topic, t));
        let name = topic.full_name();
        let message = match twin {
            Some(twin) => {
                format!("topic `{name}` is gone; it is probably `{}` now", twin.full_name())
            }
            None => format!("topic `{name}` is gone"),
        };
        let was = both.was(topic.item, &topic.name_at, Part::Value);
        let at = Location::file(&both.old.path(topic.item));
        let change = both.change(Impact::Major, CODE, message, at).labelled("missing here");
        found.push(change.was(was).helped("keep it until a major version"));
    }
}

fn is_twin(old: &Topic, new: &Topic) -> bool {
    old.schema_ref.is_some() && old.schema_ref == new.schema_ref
}

/// The removed topic that a new one probably was.
pub(super) fn was_topic<'c>(both: &Both<'c>, topic: &Topic) -> Option<&'c Topic> {
    let is_gone = |old: &&Topic| !both.new.topics.iter().any(|t| t.name == old.name);
    both.old.topics.iter().filter(is_gone).find(|old| is_twin(old, topic))
}
