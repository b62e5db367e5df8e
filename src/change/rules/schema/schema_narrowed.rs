//! The schema refuses documents that it accepted.

use super::super::{Look, Rule};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("schema-narrowed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "schema refuses what it accepted",
    since: "0.1.0",
    explain: Explain {
        what: "A document that had to stay valid is not valid any more; the witness is one.",
        why: "Whoever has such documents cannot read them any more, or cannot be read.",
        bad: "\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"integer\"}]\n→ \"anyOf\": [{\"type\": \"string\"}]",
        good: "\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"integer\"}]",
        fix: "Accept the witness again, or release a major version with a migration.",
    },
    look: Look::Proof,
};
