//! Rules about what judges: waivers, and what a change loosens. The gate decides them, since it alone knows
//! both sides; here stand only their codes and explanations, so that `explain` knows them.

pub(crate) mod gate_weakened;
pub(crate) mod waiver_expired;
pub(crate) mod waiver_invalid;
pub(crate) mod waiver_stale;
pub(crate) mod waiver_unapproved;
pub(crate) mod waiver_unused;
