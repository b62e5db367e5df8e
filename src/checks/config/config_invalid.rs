//! `contract-guard.toml` that does not parse or has a value that means nothing.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "configuration is wrong",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The configuration is no TOML, a value has the wrong type, names an unknown rule, or a path that does not exist.",
        why: "The gate would judge by other rules than were meant.",
        bad: "[levels]\nexample-invalid = \"fatal\"",
        good: "[levels]\nexample-invalid = \"error\"",
        fix: "Correct the value. `schemas/config.schema.json` says what is allowed.",
    },
    run: Run::Gate,
};

/// Its code.
pub(crate) const CODE: Code = Code("config-invalid");
