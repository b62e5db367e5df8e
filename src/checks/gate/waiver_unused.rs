//! Waiver accepts nothing.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "waiver accepts nothing",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Nothing has the fingerprint that the waiver names.",
        why: "A waiver that waits for its finding excuses it before anybody has seen it.",
        bad: "waivers:\n  - fingerprint: 0123456789abcdef   # the finding is gone",
        good: "waivers: []",
        fix: "Take it out: `contract-guard waivers --prune`.",
    },
    run: Run::Gate,
};

/// Its code.
pub(crate) const CODE: Code = Code("waiver-unused");
