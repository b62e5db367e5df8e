//! Neither proof nor counter-example.

use super::super::{Look, Rule};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("schema-unproven");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "neither safe nor broken for sure",
    since: "0.1.0",
    explain: Explain {
        what: "It was not possible to show that every document stays valid, nor to find one that does not.",
        why: "A gate that guesses is no gate.",
        bad: "a construct that the proof does not know",
        good: "the same demand in plainer words",
        fix: "Write the construct more plainly, or have a person settle it by a waiver.",
    },
    look: Look::Proof,
};
