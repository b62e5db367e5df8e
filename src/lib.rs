//! contract-guard turns contracts into law: it checks a contracts tree, proves what a change breaks,
//! freezes and restores it byte for byte, and gates the code that implements it.
//!
//! Data flows one way, floor by floor, and a floor names only what lies below it:
//!
//! ```text
//! source → tree → document → catalog → checks, change → gate → report
//! ```
//!
//! Two laws hold everywhere. Bad input is a [`finding::Finding`]; a broken world is an error. The verdict
//! is final before the first byte is printed. `docs/ARCHITECTURE.md` is the map; start reading at
//! [`cli::main`] or, for the facts about a tree, at [`catalog::build`].
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr
)]

pub mod audit;
pub mod catalog;
pub mod change;
pub mod checks;
pub mod cli;
pub mod consumer;
pub mod document;
pub mod edit;
pub mod finding;
pub mod freeze;
pub mod gate;
pub mod graph;
pub mod laws;
pub mod lsp;
pub mod migrate;
pub mod program;
pub mod release;
pub mod repair;
pub mod report;
pub mod scaffold;
pub mod source;
pub mod tree;
