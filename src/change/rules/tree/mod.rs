//! Rules about files and named entries that come, go and change.

pub(in crate::change) mod document_changed;
pub(in crate::change) mod document_unreadable;
pub(in crate::change) mod entry_added;
pub(in crate::change) mod entry_changed;
pub(in crate::change) mod entry_removed;
pub(in crate::change) mod identifier_changed;
pub(in crate::change) mod schema_added;
pub(in crate::change) mod schema_moved;
pub(in crate::change) mod schema_removed;
