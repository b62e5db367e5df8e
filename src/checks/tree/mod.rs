//! Entries of the source that did not become artifacts, and paths that not every system can hold.

pub(super) mod ignore_matches_nothing;
pub(super) mod symlink_outside_tree;
pub(super) mod unportable_path;
pub(super) mod unreadable_entry;
