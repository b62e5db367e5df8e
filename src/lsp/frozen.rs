//! What the checks say about freezes, remembered: a freeze holds a whole tree, takes long to verify, and
//! does not change while somebody types.

use crate::catalog::{Catalog, Kind};
use crate::checks::{self, Check};
use crate::finding::Finding;
use crate::tree::{Artifact, ArtifactPath};

/// The freezes of the last look and what was found in them.
#[derive(Debug, Default)]
pub(super) struct Frozen {
    files: Vec<(ArtifactPath, Artifact)>,
    findings: Vec<Finding>,
}

/// Whether a check looks at freezes and nothing else.
pub(super) fn is_about_freezes(check: &Check) -> bool {
    check.code.as_str().starts_with("freeze-")
}

impl Frozen {
    /// The findings about the freezes of a tree.
    pub(super) fn findings(&mut self, catalog: &Catalog) -> &[Finding] {
        let files = catalog.of_kind(Kind::Freeze).filter_map(|(_, item)| {
            Some((item.path.clone(), catalog.tree.artifacts.get(&item.path)?.clone()))
        });
        let files: Vec<_> = files.collect();
        let is_same = |((path, one), (other, two)): (&(_, Artifact), &(_, Artifact))| {
            path == other && one.bytes == two.bytes
        };
        if files.len() != self.files.len() || !files.iter().zip(&self.files).all(is_same) {
            self.findings = checks::run(catalog, is_about_freezes);
            self.files = files;
        }
        &self.findings
    }
}
