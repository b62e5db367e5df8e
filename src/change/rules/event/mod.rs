//! Rules about topics.

pub(in crate::change) mod obligation_changed;
pub(in crate::change) mod retention_changed;
pub(in crate::change) mod topic_added;
pub(in crate::change) mod topic_changed;
pub(in crate::change) mod topic_payload_changed;
pub(in crate::change) mod topic_removed;
pub(in crate::change) mod topic_version_changed;
