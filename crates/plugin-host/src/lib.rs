//! The host of plugins. A [`Host`] knows every plugin and its state, loads and starts plugins, and calls them; it
//! keeps running whatever they do. Each call goes through `contract_exec`: there is no other way to run a plugin, for
//! trusted ones neither. Its health can be asked at any time, over HTTP as well ([`router`]); who may ask is decided
//! elsewhere.
//!
//! A plugin is a program or a WebAssembly module. It gets `{"function": …, "arguments": …}` and gives a JSON value, in
//! the way that `contract_exec` describes. When it is loaded, its function `load` is called; it may say that something
//! is missing. FAILED is a plugin that was loaded and met a fault: it may be called, or started, again. UNAVAILABLE is
//! one that cannot be loaded until what is missing is provided.

mod call;
mod events;
mod health;
mod host;
mod http;
mod plugin;
mod reason;
mod registry;
mod snapshot;
mod states;

pub use call::{Call, CallResult, Refused};
pub use events::{Quiet, Sink};
pub use health::Answer;
pub use host::{Host, Skipped};
pub use http::router;
pub use plugin::{BadPlugin, Plugin, Source};
pub use registry::UnknownCalls;
pub use snapshot::Snapshot;
pub use states::Illegal;
