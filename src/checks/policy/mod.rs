//! Policy files: bands, roles, capabilities, bindings, attributes and rules.

pub(super) mod duplicate_policy_name;
mod entries;
pub(super) mod policy_malformed;
pub(super) mod role_cycle;
pub(super) mod unknown_attribute;
pub(super) mod unknown_band;
pub(super) mod unknown_capability;
pub(super) mod unknown_role;
