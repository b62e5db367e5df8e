//! An invariant forbids less.

use super::super::{Look, Rule};
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("invariant-weakened");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "invariant forbids less than it did",
    since: "0.3.0",
    explain: Explain {
        what: "A schema of `invariants/` accepts documents that it rejected. The witness is one.",
        why: "An invariant is what no version may break; one that gives way guards nothing.",
        bad: "\"required\": [\"id\", \"band\"]\n→ \"required\": [\"id\"]",
        good: "\"required\": [\"id\", \"band\", \"signature\"]",
        fix: "Put back what it demanded. Invariants only grow.",
    },
    look: Look::Proof,
};

/// Says of a break of an invariant which invariant it is.
pub(in crate::change) fn name(change: &mut Change, invariant: &str) {
    if change.impact != Impact::Major {
        return;
    }
    let finding = &mut change.finding;
    finding.code = CODE;
    finding.message = format!("invariant `{invariant}` is weakened: {}", finding.message);
    finding.note = Some("an invariant holds in every version".to_owned());
    finding.help = Some("put back what it demanded; invariants only grow".to_owned());
}
