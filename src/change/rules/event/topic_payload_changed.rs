//! A payload breaks under the same version.

use super::super::{Look, Rule};
use crate::catalog::{Area, Topic};
use crate::change::effects::{Effect, effect};
use crate::change::pairs::Both;
use crate::change::rules::shown;
use crate::change::{Change, Impact};
use crate::document::{Part, Pointer};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("topic-payload-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "payload breaks under the same version",
    since: "0.1.0",
    explain: Explain {
        what: "The payload schema of a topic refuses what it accepted, and the version of the topic is what it was.",
        why: "A consumer that asks for that version gets something else.",
        bad: "NOTE_CREATED@1.0, title: optional\n→ NOTE_CREATED@1.0, title: required",
        good: "NOTE_CREATED@2.0, title: required",
        fix: "Give the topic a new major version, with a schema of its own.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for topic in &both.new.topics {
        let is_same = |old: &&Topic| old.name == topic.name && old.version == topic.version;
        let Some(old) = both.old.topics.iter().find(is_same) else { continue };
        let (Some(before), Some(after)) = (old.schema, topic.schema) else { continue };
        let top = Pointer::root();
        let bundles = (both.old.bundle(before, &top), both.new.bundle(after, &top));
        if bundles.0.is_ok() && bundles.0 == bundles.1 {
            continue;
        }
        let mode = both.options.mode(Area::Events);
        let (impact, what, witness) = match effect(&bundles.0, &bundles.1, mode, Vec::new()) {
            Effect::Breaks { witness, backward } => {
                let text = shown(&witness, backward);
                (Impact::Major, "breaks", Some(text))
            }
            Effect::Unproven { .. } => (Impact::Unproven, "may break", None),
            // What changed within one schema is said where it is.
            _ if both.old.path(before) == both.new.path(after) => continue,
            Effect::Wider(_) => (Impact::Minor, "has another, wider schema", None),
            _ => (Impact::Patch, "has another schema of the same documents", None),
        };
        let name = topic.full_name();
        let message = format!("payload of topic `{name}` {what} under the same version");
        let at = both.now(topic.item, &topic.at.join("version"), Part::Value);
        let was = both.was(before, &top, Part::Value);
        let mut change = both.change(impact, CODE, message, at).labelled("did not grow").was(was);
        change.finding.witness = witness;
        found.push(change.helped("give the topic a new major version"));
    }
}
