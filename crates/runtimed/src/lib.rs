//! The runtime as a server. A request is matched with an operation of the frozen contracts, its version, its sender and
//! its parts are checked against them, and only then it is done; what the contracts do not describe is not served.
//!
//! [`App`] is everything that a request needs, [`http`] is the one way in, `api` does what each operation says, and
//! [`work`] is the process that the supervisor starts. What is kept where, who somebody is, and how plugins run is
//! decided in other crates.

mod access;
mod api;
mod app;
mod check;
mod clouds;
mod config;
mod events;
pub mod example;
pub mod http;
mod metrics;
mod observed;
mod policy;
mod safety;
mod trace;
pub mod tuning;
pub mod work;

pub use app::{App, StartError};
pub use config::{BadConfiguration, Clouds, Configuration, PluginProgram, Served, TokenKey};
pub use events::{Published, Publisher};
pub use safety::{Gate, Ruling};
