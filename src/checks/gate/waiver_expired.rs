//! Waiver has run out.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "waiver has run out",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "The day in `until` is over (UTC), so that the waiver accepts nothing any more.",
        why: "What was accepted for a time would stay for ever if nobody looked at it again.",
        bad: "until: 2020-01-31",
        good: "until: 2026-12-31",
        fix: "Mend what was waived and take the waiver out, or give a new one with a new day and new consent.",
    },
    run: Run::Gate,
};

/// Its code.
pub(crate) const CODE: Code = Code("waiver-expired");
