//! Keys of `contract-guard.toml`.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "key that the configuration does not know",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The configuration has a key that means nothing.",
        why: "Whoever wrote it believes that it does something.",
        bad: "[level]\nexample-invalid = \"error\"",
        good: "[levels]\nexample-invalid = \"error\"",
        fix: "Spell it as the reference does, or remove it.",
    },
    run: Run::Gate,
};

/// Its code.
pub(crate) const CODE: Code = Code("unknown-config-key");
