//! The schema is written differently.

use super::super::{Look, Rule};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("schema-rewritten");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "schema is written differently",
    since: "0.1.0",
    explain: Explain {
        what: "The text of the schema changed, and the documents that it accepts did not.",
        why: "It is safe: the proof compares meaning, not text.",
        bad: "{\"const\": 1}",
        good: "{\"enum\": [1]}",
        fix: "Nothing.",
    },
    look: Look::Proof,
};
