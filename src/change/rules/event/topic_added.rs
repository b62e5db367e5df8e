//! A topic is new.

use super::super::{Look, Rule};
use super::topic_removed;
use crate::catalog::Topic;
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("topic-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "topic is new",
    since: "0.1.0",
    explain: Explain {
        what: "The catalog has a topic that it did not have.",
        why: "Consumers may subscribe to it.",
        bad: "(nothing)",
        good: "- name: NOTE_CREATED",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for topic in &both.new.topics {
        let same = |topics: &[Topic]| -> Vec<Option<String>> {
            let same = topics.iter().filter(|t| t.name == topic.name);
            same.map(|t| t.version.clone()).collect()
        };
        let (before, after) = (same(&both.old.topics), same(&both.new.topics));
        // A version that takes the place of another is no new one.
        let is_known = before.contains(&topic.version) || !before.iter().all(|v| after.contains(v));
        let is_renamed = before.is_empty() && topic_removed::was_topic(both, topic).is_some();
        if topic.name.is_none() || is_known || is_renamed {
            continue;
        }
        let message = format!("topic `{}` is new", topic.full_name());
        let at = both.now(topic.item, &topic.name_at, Part::Value);
        found.push(both.change(Impact::Minor, CODE, message, at).labelled("new"));
    }
}
