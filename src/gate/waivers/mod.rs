//! Findings accepted by name, for a reason, until a day: what `waivers.yaml` says, and which of it holds.
//!
//! Who has signed an entry is handed in; nothing here asks a key.

mod frozen;
mod hold;
mod read;

pub use hold::{
    Accepted, Terms, is_beyond_waiving, newest_freeze, waived_artifact, waived_content,
};
pub use read::{Waiver, Waivers};

/// Who accepted a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds (UTC), as `2026-12-31`.
    pub until: String,
}

/// What stands for the content of an artifact that is not there.
pub const ABSENT: &str = "absent";

/// What signatures of waivers are for, in the sense of `ssh-keygen -Y`.
pub const NAMESPACE: &str = "contract-guard-waiver";
