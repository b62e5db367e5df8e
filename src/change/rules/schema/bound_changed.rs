//! A limit is another.

use super::super::{Look, Rule};
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::change::words::shown;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("bound-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "limit was changed",
    since: "0.1.0",
    explain: Explain {
        what: "A limit on numbers, lengths or counts is not what it was, is new, or is gone.",
        why: "Values between the old limit and the new one were valid and are not any more, or the other way round.",
        bad: "\"maxLength\": 100\n→ \"maxLength\": 10",
        good: "\"maxLength\": 100",
        fix: "Only loosen limits, or release a major version.",
    },
    look: Look::Schema(look),
};

const BOUNDS: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
];

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    for bound in BOUNDS {
        let (old, new) = (pair.old.first(bound), pair.new.first(bound));
        let message = match (&old, &new) {
            (Some((_, a)), Some((_, b))) if shown(a) == shown(b) => continue,
            (Some((_, a)), Some((_, b))) => {
                format!("`{bound}` of {} was {} and is {}", pair.subject(), shown(a), shown(b))
            }
            (None, Some((_, b))) => format!("`{bound}` of {} is {} now", pair.subject(), shown(b)),
            (Some((_, a)), None) => {
                format!("`{bound}` of {} was {} and is gone", pair.subject(), shown(a))
            }
            (None, None) => continue,
        };
        let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
        found.push(pair.propose((Nature::Either, Edit::Keyword(bound)), CODE, message, now, was));
    }
}
