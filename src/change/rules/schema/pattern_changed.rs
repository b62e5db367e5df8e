//! A pattern is another.

use super::super::{Look, Rule};
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::change::words::shown;
use crate::document::Value;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("pattern-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "pattern was changed",
    since: "0.1.0",
    explain: Explain {
        what: "`pattern` is not what it was, is new, or is gone.",
        why: "Texts that the old pattern allowed and the new one does not were valid and are not any more.",
        bad: "\"pattern\": \"^[a-z]+$\"\n→ \"pattern\": \"^[a-z]{3}$\"",
        good: "\"pattern\": \"^[a-z]+$\"",
        fix: "Only loosen patterns, or release a major version.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (old, new) = (pair.old.first("pattern"), pair.new.first("pattern"));
    let text = |value: &Option<(_, &Value)>| value.as_ref().map(|(_, v)| shown(v));
    let message = match (text(&old), text(&new)) {
        (a, b) if a == b => return,
        (Some(a), Some(b)) => format!("pattern of {} was {a} and is {b}", pair.subject()),
        (None, Some(b)) => format!("{} must match {b} now", pair.subject()),
        (Some(a), None) => format!("{} need not match {a} any more", pair.subject()),
        (None, None) => return,
    };
    let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
    found.push(pair.propose((Nature::Either, Edit::Keyword("pattern")), CODE, message, now, was));
}
