//! A value of an enumeration is new.

use super::super::{Look, Rule};
use super::enum_value_removed::values;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::change::words::clipped;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("enum-value-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "value is allowed now",
    since: "0.1.0",
    explain: Explain {
        what: "`enum` or `const` allows a value that it did not allow.",
        why: "Who writes may use it; who reads with the old contract does not know it.",
        bad: "\"enum\": [\"final\"]",
        good: "\"enum\": [\"draft\", \"final\"]",
        fix: "Release it as a minor version. Where old readers read new documents, use mode full for that area.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (before, after) = (values(&pair.old), values(&pair.new));
    if before.is_empty() {
        return;
    }
    for (value, place) in after.iter().filter(|(v, _)| !before.iter().any(|(w, _)| w == v)) {
        let message = format!("{} may be {} now", pair.subject(), clipped(&value.to_string()));
        let place = Some(place.clone());
        found.push(pair.propose(
            (Nature::Widens, Edit::Keyword("enum")),
            CODE,
            message,
            place,
            None,
        ));
    }
}
