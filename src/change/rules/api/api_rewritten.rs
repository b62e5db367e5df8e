//! An OpenAPI document is written differently.

use super::super::{Look, Rule};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("api-rewritten");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "document is written differently",
    since: "0.1.0",
    explain: Explain {
        what: "The text of an OpenAPI document changed, and nothing that callers rely on did.",
        why: "Nothing breaks; people read something else.",
        bad: "summary: Lists notes",
        good: "summary: Lists the notes of a user",
        fix: "Nothing.",
    },
    look: Look::Proof,
};
