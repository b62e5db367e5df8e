//! The tests of embedded contracts, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod api;
mod contracts;
mod embedded;
