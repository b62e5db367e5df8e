//! Waiver cannot be read or accepts what nobody may accept.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "waiver cannot be read or accepts what nobody may accept",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "An entry of `waivers.yaml` lacks a member, has one that means nothing, is for a finding that cannot be waived, or names another artifact than the finding does.",
        why: "A waiver that is not exact accepts nothing: neither patterns nor whole rules can be waived, nor damage to freezes, nor the twelve frozen names of the envelope.",
        bad: "waivers:\n  - fingerprint: \"*\"\n    reason: later",
        good: "waivers:\n  - fingerprint: 0123456789abcdef\n    code: property-removed\n    artifact: contracts/storage/schemas/note.schema.json\n    content: sha256:…\n    reason: nobody has ever written it\n    owner: ada\n    until: 2026-12-31",
        fix: "Let the tool write it: `contract-guard waive FINGERPRINT --reason TEXT --owner NAME --until DAY`.",
    },
    run: Run::Gate,
};

/// Its code.
pub(crate) const CODE: Code = Code("waiver-invalid");
