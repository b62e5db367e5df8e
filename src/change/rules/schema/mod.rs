//! Rules about two versions of a schema.

pub(in crate::change) mod additional_properties_changed;
pub(in crate::change) mod annotation_changed;
pub(in crate::change) mod bound_changed;
pub(in crate::change) mod composition_changed;
pub(in crate::change) mod condition_changed;
pub(in crate::change) mod default_changed;
pub(in crate::change) mod deprecation_changed;
pub(in crate::change) mod discriminator_changed;
pub(in crate::change) mod enum_value_added;
pub(in crate::change) mod enum_value_removed;
pub(in crate::change) mod extension_changed;
pub(in crate::change) mod format_changed;
pub(in crate::change) mod invariant_weakened;
pub(in crate::change) mod pattern_changed;
pub(in crate::change) mod property_added;
pub(in crate::change) mod property_removed;
pub(in crate::change) mod property_renamed;
pub(in crate::change) mod required_added;
pub(in crate::change) mod required_removed;
pub(in crate::change) mod schema_narrowed;
pub(in crate::change) mod schema_repaired;
pub(in crate::change) mod schema_rewritten;
pub(in crate::change) mod schema_unproven;
pub(in crate::change) mod schema_widened;
pub(in crate::change) mod type_changed;
