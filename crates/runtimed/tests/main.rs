//! The tests of the server, as one program: linking one is quicker than linking many.
#![expect(clippy::unwrap_used, reason = "a test stops")]

mod api;
mod configuration;
mod deferred;
mod events;
mod fuzz;
mod http;
mod process;
mod safety;
mod server;
mod setup;
mod spine;
mod start;
mod supervised;
