//! A tree from a freeze file. Nothing of a damaged freeze is used.

use std::path::Path;

use super::{Budget, CONFIG, Request, SourceError};
use crate::freeze::{DefectKind, Record, decode, verify};
use crate::tree::{Artifact, ArtifactPath, Tree};

/// Reads and verifies the freeze at `path`. The configuration is that of `base`: freezes hold contracts
/// only.
pub(super) fn read(request: &Request, path: &Path, budget: &Budget) -> Result<Tree, SourceError> {
    let io = |error| SourceError::Io { path: path.to_owned(), error };
    let fail = |reason: String, integrity| SourceError::Freeze {
        path: path.to_owned(),
        reason,
        integrity,
    };
    let size = std::fs::metadata(path).map_err(io)?.len();
    // Text escaped as JSON and bytes as base64 take more room than the files themselves.
    if size > budget.tree_bytes.saturating_mul(2) {
        return Err(super::dir::too_large(budget));
    }
    let bytes = std::fs::read(path).map_err(io)?;
    let freeze = decode(&bytes).map_err(|reason| fail(reason, false))?;
    let name = format!("freeze-{}.json", freeze.version);
    let record = Record { path: ArtifactPath::lossy(&name), bytes: &bytes };
    if let Some(defect) = verify(&[record]).into_iter().find(|d| d.kind == DefectKind::Altered) {
        return Err(fail(format!("is damaged: {}", defect.message), true));
    }
    let artifacts = freeze.artifacts.into_iter().map(|a| (a.path, Artifact::new(a.bytes)));
    let mut tree = Tree { artifacts: artifacts.collect(), ..Tree::default() };
    let is_below =
        |root: &str| tree.artifacts.keys().all(|p| p.as_str().starts_with(&format!("{root}/")));
    tree.root = ["contracts", request.root.as_str()]
        .into_iter()
        .find(|root| !root.is_empty() && is_below(root))
        .unwrap_or_default()
        .to_owned();
    if let Ok(bytes) = std::fs::read(request.base.join(CONFIG)) {
        tree.config = Some((ArtifactPath::lossy(CONFIG), Artifact::new(bytes)));
    }
    Ok(tree)
}
