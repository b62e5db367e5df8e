//! Three questions that have one answer each: which backend holds a kind of resource ([`registry`]), who a request is
//! from ([`identity`]), and what may be called outside ([`outbound`]).
//!
//! Nothing here has a default to fall back to, and no environment variable is read: what the configuration does not
//! say is an error that tells what to add. How backends store records is the business of other crates.

pub mod identity;
pub mod outbound;
pub mod registry;
pub mod required;

pub use registry::{Label, MissingRoute, MissingRoutes, Registry, RegistryError, Route, Target};
pub use required::required;
