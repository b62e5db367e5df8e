//! Rules about modules and their versions.

pub(in crate::change) mod bump_too_small;
pub(in crate::change) mod module_added;
pub(in crate::change) mod module_removed;
pub(in crate::change) mod version_lowered;
