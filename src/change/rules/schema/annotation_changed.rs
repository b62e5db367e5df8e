//! A description is another.

use super::super::{Look, Rule};
use crate::change::Impact;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::document::{Value, to_json};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("annotation-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "description was changed",
    since: "0.1.0",
    explain: Explain {
        what: "`title`, `description`, `examples`, `$comment`, `readOnly` or `writeOnly` is not what it was.",
        why: "Nothing that was valid is invalid; people read something else.",
        bad: "\"description\": \"Its name\"",
        good: "\"description\": \"Its name, as people know it\"",
        fix: "Nothing.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    for keyword in ["title", "description", "examples", "$comment", "readOnly", "writeOnly"] {
        let (old, new) = (pair.old.first(keyword), pair.new.first(keyword));
        let json = |v: &Option<(_, &Value)>| v.as_ref().map(|(_, v)| to_json(v));
        if json(&old) == json(&new) {
            continue;
        }
        let message = format!("`{keyword}` of {} was changed", pair.subject());
        let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
        found.push(pair.propose(
            (Nature::Fixed(Impact::Patch), Edit::Whole),
            CODE,
            message,
            now,
            was,
        ));
    }
}
