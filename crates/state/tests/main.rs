//! The tests of state files, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod messages;
mod self_healing;
