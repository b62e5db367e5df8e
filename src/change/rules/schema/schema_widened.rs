//! The schema accepts more documents.

use super::super::{Look, Rule};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("schema-widened");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "schema accepts more than it did",
    since: "0.1.0",
    explain: Explain {
        what: "Documents are valid that were not.",
        why: "Who reads must be ready for them.",
        bad: "{\"maxLength\": 10}",
        good: "{\"maxLength\": 100}",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Proof,
};
