//! A topic has other obligations.

use super::super::{Look, Rule};
use crate::catalog::Topic;
use crate::change::pairs::Both;
use crate::change::{Change, Impact};
use crate::document::Part;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("obligation-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "obligations were changed",
    since: "0.1.0",
    explain: Explain {
        what: "An obligation of a topic is gone, or new.",
        why: "Obligations say what must be done with an event. One that is dropped is protection that is gone; one that is new must be met by all.",
        bad: "obligations: [AUDIT_ACCESS]\n→ obligations: []",
        good: "obligations: [AUDIT_ACCESS]",
        fix: "Keep it, or release a major version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for topic in &both.new.topics {
        let is_same = |old: &&Topic| old.name.is_some() && old.name == topic.name;
        let Some(old) = both.old.topics.iter().find(is_same) else { continue };
        let lists = [
            (&old.obligations, &topic.obligations, Impact::Major, "dropped"),
            (&topic.obligations, &old.obligations, Impact::Minor, "taken on"),
        ];
        for (have, other, impact, what) in lists {
            for obligation in have.iter().filter(|o| !other.contains(o)) {
                let name = topic.full_name();
                let message = format!("obligation `{obligation}` of topic `{name}` was {what}");
                let at = both.now(topic.item, &topic.at.join("obligations"), Part::Value);
                let was = both.was(old.item, &old.at.join("obligations"), Part::Value);
                found.push(both.change(impact, CODE, message, at).labelled("these are").was(was));
            }
        }
    }
}
