//! The stability of something is another.

use super::super::{Look, Rule};
use crate::catalog::{Operation, Stability, Topic, stability_mark};
use crate::change::api::ApiPair;
use crate::change::firmness::{Shift, operation_level, shifts};
use crate::change::pairs::Both;
use crate::change::words::shown;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("stability-lowered");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "stability was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The `x-stability` (or `x-stability-level`) of a schema, a property, a topic, an operation, a document or a module is lower than it was: from stable to beta, from beta to alpha, from alpha to draft. What says nothing is as firm as what it stands in, and stable where nobody says anything; what leads to a draft is as firm as the draft.",
        why: "Who relies on what was promised loses the promise; and what is a draft may break without a word, so that becoming one is a break by itself.",
        bad: "x-stability: stable\n→ x-stability: beta",
        good: "x-stability: stable",
        fix: "Only raise the stability.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    let pair = ApiPair::new(both);
    let mut told = Vec::new();
    for (old, new) in pair.common() {
        told.push(new.part.place.clone());
        let name = &new.name;
        if let Some(text) = unknown(new).filter(|text| unknown(old).as_ref() != Some(text)) {
            let message = format!("stability of `{name}` is `{text}`, which is no level");
            let places = (&new.part.place, Some(&old.part.place));
            found.push(pair.change((Impact::Major, CODE), message, places.0, places.1));
            continue;
        }
        let (was, is) = (operation_level(both.old, old), operation_level(both.new, new));
        if was != is {
            let (old, new) = (old.part.place.clone(), new.part.place.clone());
            let shift = Shift { was, is, old, new };
            found.push(shift.change(both, &format!("`{name}`"), CODE));
        }
    }
    for topic in &both.new.topics {
        let is_same = |old: &&Topic| old.name.is_some() && old.name == topic.name;
        let same: Vec<&Topic> = both.old.topics.iter().filter(is_same).collect();
        let version = same.iter().find(|old| old.version == topic.version).or(same.first());
        let Some(old) = version else { continue };
        let (was, is) = (both.old.stability_of_topic(old), both.new.stability_of_topic(topic));
        if was != is {
            let (old, new) = ((old.item, old.at.clone()), (topic.item, topic.at.clone()));
            let what = format!("topic `{}`", topic.full_name());
            found.push(Shift { was, is, old, new }.change(both, &what, CODE));
        }
    }
    for shift in shifts(both).into_iter().filter(|shift| !told.contains(&shift.new)) {
        let path = both.new.path(shift.new.0);
        let what = match shift.new.1.as_str() {
            "" => format!("`{path}`"),
            at => format!("`{path}#{at}`"),
        };
        found.push(shift.change(both, &what, CODE));
    }
}

/// What an operation says that is no level.
fn unknown(operation: &Operation<'_>) -> Option<String> {
    let (_, value) = stability_mark(operation.part.value)?;
    let is_level = value.as_str().and_then(Stability::parse).is_some();
    (!is_level).then(|| shown(value).trim_matches('"').to_owned())
}
