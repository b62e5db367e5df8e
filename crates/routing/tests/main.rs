//! The tests of routes, identity and calls outside, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod identity;
mod missing;
mod refusal;
