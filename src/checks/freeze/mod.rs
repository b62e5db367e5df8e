//! The freezes below `_frozen/`: readable, unaltered, in an unbroken chain, with index and `latest`.

pub(crate) mod freeze_altered;
pub(super) mod freeze_chain_broken;
pub(super) mod freeze_index_mismatch;
pub(super) mod freeze_latest_stale;
pub(super) mod freeze_legacy;
pub(super) mod freeze_malformed;
mod records;
