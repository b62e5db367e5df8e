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
    since: "0.1.0",
    explain: Explain {
        what: "`format`, `contentEncoding`, `contentMediaType` or `contentSchema` is not what it was, or is new.",
        why: "A format says what a text means. Whether validators assert it or not, consumers parse by it.",
        bad: "\"format\": \"date\"\n→ \"format\": \"date-time\"",
        good: "\"format\": \"date\"",
        fix: "Add a new property with the new format, and deprecate the old one.",
    },
    look: Look::Schema(look),
};

/// Keywords that say what a text means.
const KEYWORDS: [&str; 4] = ["format", "contentEncoding", "contentMediaType", "contentSchema"];

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    for keyword in KEYWORDS {
        let (old, new) = (pair.old.first(keyword), pair.new.first(keyword));
        let text = |value: &Option<(_, &Value)>| value.as_ref().map(|(_, v)| shown(v));
        let of = pair.subject();
        let (impact, message) = match (text(&old), text(&new)) {
            (a, b) if a == b => continue,
            (Some(a), Some(b)) => (Impact::Major, format!("{keyword} of {of} was {a} and is {b}")),
            (None, Some(b)) => (Impact::Major, format!("{of} has the {keyword} {b} now")),
            (Some(a), None) => {
                (Impact::Minor, format!("{of} need not have the {keyword} {a} any more"))
            }
            (None, None) => continue,
        };
        let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
        found.push(pair.propose((Nature::Fixed(impact), Edit::Whole), CODE, message, now, was));
    }
}
