//! The tests of envelopes and the policy, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod common;
mod examples;
mod passing;
mod policy;
mod signature;
mod validation;
