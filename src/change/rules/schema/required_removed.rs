//! Property may be left out now.

use super::super::{Look, Rule};
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("required-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "property may be left out now",
    since: "0.1.0",
    explain: Explain {
        what: "A required property became optional.",
        why: "Who writes gains freedom; who reads must expect that it is missing.",
        bad: "\"required\": [\"id\", \"title\"]\n→ \"required\": [\"id\"]",
        good: "\"required\": [\"id\", \"title\"]",
        fix: "Tell readers. Where old readers read new documents (mode forward or full) it breaks them.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (before, after) = (pair.old.names("required"), pair.new.names("required"));
    for (name, place) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        let message = format!("`{name}` may be left out of {} now", pair.subject());
        let place = Some(place.clone());
        found.push(pair.propose(
            (Nature::Widens, Edit::Keyword("required")),
            CODE,
            message,
            None,
            place,
        ));
    }
}
