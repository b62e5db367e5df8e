//! Property is required now.

use super::super::{Look, Rule};
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("required-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "property is required now",
    since: "0.1.0",
    explain: Explain {
        what: "A property that could be left out is required.",
        why: "Documents without it were valid and are not any more.",
        bad: "\"required\": [\"id\"]\n→ \"required\": [\"id\", \"title\"]",
        good: "\"required\": [\"id\"], \"properties\": {\"title\": {…}}",
        fix: "Leave it optional, or release a major version with a migration that fills it in.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (before, after) = (pair.old.names("required"), pair.new.names("required"));
    for (name, place) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let message = format!("`{name}` is required in {} now", pair.subject());
        let place = Some(place.clone());
        found.push(pair.propose(
            (Nature::Narrows, Edit::Keyword("required")),
            CODE,
            message,
            place,
            None,
        ));
    }
}
