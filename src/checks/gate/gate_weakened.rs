//! Change loosens what it is judged by.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "change loosens what it is judged by",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Something that judges changes is looser than on the side that is compared with: a level was lowered, a limit raised, a law or one of its rules taken out or rewritten, an invariant weakened, a file hidden, the list of signers changed, an earlier edition chosen.",
        why: "A change that softens its own judge passes whatever it likes. The baseline's settings judge it all the same, and what it loosens is for somebody else to allow.",
        bad: "[levels]\nexample-invalid = \"off\"   # the baseline has no such line",
        good: "[levels]\nexample-without-schema = \"error\"   # stricter than before",
        fix: "Take it back. If it is meant, waive the finding and let those sign it whom the baseline allows: `contract-guard waive FINGERPRINT`, then `contract-guard waive --approve FINGERPRINT --key FILE`.",
    },
    run: Run::Gate,
};

/// Its code.
pub(crate) const CODE: Code = Code("gate-weakened");
