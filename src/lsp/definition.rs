//! Go to definition: where what stands under the cursor leads.

use gen_lsp_types::{Location, Position};

use super::cursor;
use super::snapshot::Snapshot;
use crate::tree::ArtifactPath;

/// The place that the cursor's reference leads to.
pub(super) fn definition(
    snapshot: &Snapshot,
    path: &ArtifactPath,
    position: Position,
) -> Option<Location> {
    let lead = cursor::lead(snapshot, path, snapshot.offset(path, position)?)?;
    Some(snapshot.location(lead.item, &lead.pointer))
}
