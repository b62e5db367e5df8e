//! The tests of supervisors, as one program: linking one is quicker than linking many.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod common;
mod lifecycle;
mod shutdown;
mod single_instance;
mod worker_loop;
