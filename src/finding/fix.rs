//! A repair that a rule knows.

use crate::document::Edit;
use crate::tree::ArtifactPath;

/// What would settle a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it says only what was meant anyway; what may be a decision is not safe.
    pub is_safe: bool,
    /// All of them, in this order, or none.
    pub edits: Vec<(ArtifactPath, Edit)>,
}

impl Fix {
    /// A repair that decides nothing.
    pub fn safe(path: &ArtifactPath, edit: Edit) -> Fix {
        Fix { is_safe: true, edits: vec![(path.clone(), edit)] }
    }

    /// A repair that may be a decision.
    pub fn risky(path: &ArtifactPath, edit: Edit) -> Fix {
        Fix { is_safe: false, ..Fix::safe(path, edit) }
    }

    /// And this edit, too.
    #[must_use]
    pub fn and(mut self, path: &ArtifactPath, edit: Edit) -> Fix {
        self.edits.push((path.clone(), edit));
        self
    }
}
