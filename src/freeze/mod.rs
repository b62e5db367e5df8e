//! Freezes: byte-exact, indexed records of a tree. Data, verification and planning; nothing here touches
//! a disk. What is planned here, `edit` writes.

mod alone;
mod compare;
mod create;
mod defect;
mod format;
mod index;
mod legacy;
mod names;
mod restore;
mod signature;
mod verify;
mod version;

pub use alone::{defects_of, foreign, is_foreign};
pub use compare::{Difference, compare};
pub use create::{
    NewFile, Past, Publication, Refusal, Wish, plan_create, plan_import, plan_repair, rescue,
};
pub use defect::{Defect, DefectKind, Record};
pub use format::{
    Format, Freeze, FrozenArtifact, Imported, Recorded, Summary, decode, format_of, is_legacy,
    is_machinery, lines_of, root_of,
};
pub use index::with_lf;
pub use legacy::{Effort, How, Legacy, Recovered, legacy_facts};
pub use names::{FOLDER, Name, folder_of, freeze_name, index_name, signature_name};
pub use restore::{Blocked, Removal, RestorePlan, Wanted, Write, plan_restore};
pub use signature::{NAMESPACE, Signature, signed_bytes};
pub use verify::{examine, lasting, verify};
pub use version::{PRE_RELEASES, Version};

/// The journal of a restore, in the folder named [`WORK_PREFIX`].
pub const JOURNAL: &str = "journal.json";

/// How every file and folder begins that a command makes for its own work and removes at its end.
pub const WORK_PREFIX: &str = ".contract-guard";
