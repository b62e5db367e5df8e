//! Waiver was given for other content, or for a release that is out.
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Level};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "waiver was given for other content, or for a release that is out",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "The artifact is not what it was when the waiver was given, or a later freeze has it as it was.",
        why: "Consent was to one state of one file. Another state needs another look, and what a release has settled is no exception any more.",
        bad: "content: sha256:e3b0…   # the artifact has another digest now",
        good: "content: sha256:…   # the digest of the artifact as it is",
        fix: "Take the waiver out (`contract-guard waivers --prune`), or give a new one.",
    },
    run: Run::Gate,
};

/// Its code.
pub(crate) const CODE: Code = Code("waiver-stale");
