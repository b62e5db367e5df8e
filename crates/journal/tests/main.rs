//! The tests of journals that start no process, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod crafted;
mod failing_disk;
mod journal;
mod limits;
