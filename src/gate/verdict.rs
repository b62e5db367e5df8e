//! From findings to a verdict, from a verdict to an exit code: one match.

use super::Item;
use crate::finding::Level;

/// Rules about damage to freezes. Their level cannot be lowered.
pub(super) const INTEGRITY: [&str; 5] = [
    "freeze-altered",
    "freeze-chain-broken",
    "freeze-index-mismatch",
    "freeze-latest-stale",
    "freeze-malformed",
];

/// Whether the level of a rule cannot be lowered: it speaks of damage, or guards the gate itself.
pub(super) fn is_fixed(code: &str) -> bool {
    INTEGRITY.contains(&code)
        || ["gate-weakened", "waiver-invalid", "waiver-unapproved"].contains(&code)
}

/// What a run concludes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing of level error.
    Pass,
    /// Something of level error.
    Fail,
    /// A freeze is not what it was.
    Integrity,
}

impl Verdict {
    /// Damage to a freeze outweighs everything: no other finding can be trusted to be the cause.
    pub(super) fn of(items: &[Item]) -> Verdict {
        let counts = |item: &&Item| item.level == Level::Error && item.waived.is_none();
        let errors = || items.iter().filter(counts);
        let is_damage = |item: &Item| INTEGRITY.contains(&item.finding.code.as_str());
        if errors().any(is_damage) {
            Verdict::Integrity
        } else if errors().next().is_some() {
            Verdict::Fail
        } else {
            Verdict::Pass
        }
    }

    /// The exit code: 0 pass, 1 fail, 4 integrity. Usage (2), no verdict (3) and busy (5) are errors,
    /// not outcomes.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Pass => 0,
            Verdict::Fail => 1,
            Verdict::Integrity => 4,
        }
    }

    /// As reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Integrity => "integrity",
        }
    }
}
