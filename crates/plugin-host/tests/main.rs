//! The tests of hosts, as one program: linking one is quicker than linking many.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod api;
mod common;
mod start;
mod states;
mod survival;
