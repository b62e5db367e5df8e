//! Findings accepted by name, for a reason, until a day.

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
