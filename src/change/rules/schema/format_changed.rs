//! A format is another.

use super::super::{Look, Rule};
use crate::change::Impact;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::change::words::shown;
use crate::document::Value;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("format-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "format was changed",
    since: "0.2.0",
    explain: Explain {
        what: "`format` is not what it was, or is new.",
        why: "A format says what a text means. Whether validators assert it or not, consumers parse by it.",
        bad: "\"format\": \"date\"\n→ \"format\": \"date-time\"",
        good: "\"format\": \"date\"",
        fix: "Add a new property with the new format, and deprecate the old one.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (old, new) = (pair.old.first("format"), pair.new.first("format"));
    let text = |value: &Option<(_, &Value)>| value.as_ref().map(|(_, v)| shown(v));
    let (impact, message) = match (text(&old), text(&new)) {
        (a, b) if a == b => return,
        (Some(a), Some(b)) => {
            (Impact::Major, format!("format of {} was {a} and is {b}", pair.subject()))
        }
        (None, Some(b)) => (Impact::Major, format!("{} has the format {b} now", pair.subject())),
        (Some(a), None) => {
            (Impact::Minor, format!("{} need not have the format {a} any more", pair.subject()))
        }
        (None, None) => return,
    };
    let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
    found.push(pair.propose((Nature::Fixed(impact), Edit::Whole), CODE, message, now, was));
}
