//! Waiver came with the change that it excuses.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "waiver came with the change that it excuses",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The baseline does not have the waiver, and it lacks the signatures of people whom the baseline allows.",
        why: "Who makes a change cannot excuse it alone.",
        bad: "waivers:\n  - fingerprint: 0123456789abcdef   # added by the change, nobody signed it",
        good: "waivers:\n  - fingerprint: 0123456789abcdef\n    signatures:\n      - |\n        -----BEGIN SSH SIGNATURE-----",
        fix: "Let a signer of `security/allowed_signers` approve it: `contract-guard waive --approve FINGERPRINT --key FILE`. How many must is `[waivers] approvals` of the baseline.",
    },
    run: Run::Gate,
};

/// Its code.
pub(crate) const CODE: Code = Code("waiver-unapproved");
