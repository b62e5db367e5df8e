//! The schema can be compiled again.

use super::super::{Look, Rule};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("schema-repaired");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "schema can be compiled again",
    since: "0.1.0",
    explain: Explain {
        what: "The old schema could not be compiled, the new one can.",
        why: "There was nothing to be compatible with.",
        bad: "{\"type\": \"strng\"}",
        good: "{\"type\": \"string\"}",
        fix: "Nothing: the repair is a patch.",
    },
    look: Look::Proof,
};
