//! Where records are kept, one file for each backend. A route names the backend; nothing here chooses, and nothing
//! stands in for one that is missing. Only the file database is built unless a feature asks for more.

#[cfg(feature = "embedded")]
mod embedded;
mod open;

#[cfg(feature = "embedded")]
pub use embedded::Embedded;
pub use open::Backends;
