//! An object is open or closed in another way.

use super::super::{Look, Rule};
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::change::words::shown;
use crate::document::Value;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("additional-properties-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "undeclared properties are treated in another way",
    since: "0.1.0",
    explain: Explain {
        what: "`additionalProperties` or `unevaluatedProperties` is not what it was.",
        why: "Closing an object makes documents with further members invalid.",
        bad: "\"additionalProperties\": true\n→ \"additionalProperties\": false",
        good: "\"additionalProperties\": true",
        fix: "Keep it open, or release a major version.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    for keyword in ["additionalProperties", "unevaluatedProperties"] {
        let (old, new) = (pair.old.first(keyword), pair.new.first(keyword));
        let text = |value: &Option<(_, &Value)>| value.as_ref().map(|(_, v)| shown(v));
        let (before, after) = (text(&old), text(&new));
        // Schemas on both sides are compared by themselves.
        let is_schema = |v: &Option<(_, &Value)>| v.as_ref().is_some_and(|(_, v)| v.is_object());
        if before == after || is_schema(&old) && is_schema(&new) {
            continue;
        }
        let words = |text: Option<String>| text.unwrap_or_else(|| "absent".to_owned());
        let (before, after) = (words(before), words(after));
        let message = format!("`{keyword}` of {} was {before} and is {after}", pair.subject());
        let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
        found.push(pair.propose((Nature::Either, Edit::Keyword(keyword)), CODE, message, now, was));
    }
}
