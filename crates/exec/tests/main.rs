//! The tests of programs and modules, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod launching;
mod messages;
mod outcomes;
mod wasm;
