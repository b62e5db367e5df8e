//! Freezes: byte-exact, indexed records of a tree. Data and verification only; nothing here touches a
//! disk.

mod format;
mod verify;

pub use format::{Freeze, FrozenArtifact, decode, is_legacy, root_of};
pub use verify::{Defect, DefectKind, Record, verify};
