//! A default is another.

use super::super::{Look, Rule};
use crate::change::Impact;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::change::words::shown;
use crate::document::to_json;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("default-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "default was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The value that stands in when a member is left out is not what it was.",
        why: "The same document means something else, without anybody noticing.",
        bad: "\"default\": true\n→ \"default\": false",
        good: "\"default\": true",
        fix: "Keep it, or add a new property with the new default.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (old, new) = (pair.old.first("default"), pair.new.first("default"));
    let (impact, message) = match (&old, &new) {
        (Some((_, a)), Some((_, b))) if to_json(a) == to_json(b) => return,
        (Some((_, a)), Some((_, b))) => (
            Impact::Major,
            format!("default of {} was {} and is {}", pair.subject(), shown(a), shown(b)),
        ),
        (Some((_, a)), None) => {
            (Impact::Major, format!("default of {} was {} and is gone", pair.subject(), shown(a)))
        }
        (None, Some((_, b))) => {
            (Impact::Major, format!("default of {} is {} now", pair.subject(), shown(b)))
        }
        (None, None) => return,
    };
    let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
    found.push(pair.propose((Nature::Fixed(impact), Edit::Whole), CODE, message, now, was));
}
