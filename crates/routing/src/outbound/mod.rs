//! Calls to the outside: only operations that a compiled OpenAPI document declares. What it does not declare is
//! refused before the rate limit, the cache or the network sees anything of it, and an event says so.
//!
//! How bytes travel is the business of a [`Transport`].

mod api;
mod client;
#[cfg(feature = "http")]
mod http;
mod limit;
mod path;
mod refused;

pub use api::{Api, Operation};
pub use client::{
    Call, Client, Events, Failed, Outgoing, RateLimit, Response, ResponseCache, Settings, Transport,
};
#[cfg(feature = "http")]
pub use http::{Http, OriginRefused};
pub use limit::{Bucket, Uncached};
pub use refused::{ApiError, Undeclared};
