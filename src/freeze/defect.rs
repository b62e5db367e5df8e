//! What can be wrong with a freeze file.

use crate::tree::ArtifactPath;

/// What kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefectKind {
    /// It cannot be read.
    Malformed,
    /// It was written by the legacy tool.
    Legacy,
    /// Bytes or digests were changed.
    Altered,
    /// `seq` or `prev` is wrong.
    Chain,
    /// `latest` is not the newest.
    Latest,
    /// The digest index does not agree.
    Index,
}

/// One defect of a freeze file.
#[derive(Debug, Clone)]
pub struct Defect {
    /// Which kind.
    pub kind: DefectKind,
    /// The file.
    pub file: ArtifactPath,
    /// What is wrong, one sentence.
    pub message: String,
}

/// A file of `_frozen/`.
pub struct Record<'t> {
    /// Its path.
    pub path: ArtifactPath,
    /// Its bytes.
    pub bytes: &'t [u8],
}

/// A defect of a file.
pub(super) fn defect(kind: DefectKind, record: &Record<'_>, message: String) -> Defect {
    Defect { kind, file: record.path.clone(), message }
}
