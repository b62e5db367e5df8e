//! The tests of routes, identity and calls outside, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod http;
mod identity;
mod messages;
mod missing;
mod refusal;
mod tokens;
