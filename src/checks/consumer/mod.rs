//! Rules about the files in which consumers say what they rely on.

pub(super) mod consumer_invalid;
