//! Where records are kept, one file for each backend. A route names the backend; nothing here chooses, and nothing
//! stands in for one that is missing. Only the file database is built unless a feature asks for more.

#[cfg(feature = "cosmos")]
mod cosmos;
#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "embedded")]
mod embedded;
#[cfg(feature = "firestore")]
mod firestore;
#[cfg(any(feature = "cosmos", feature = "dynamodb", feature = "firestore"))]
mod http;
mod open;
#[cfg(any(feature = "cosmos", feature = "firestore"))]
mod rest;
#[cfg(any(feature = "cosmos", feature = "dynamodb", feature = "firestore"))]
mod rows;

#[cfg(feature = "cosmos")]
pub use cosmos::CosmosSettings;
#[cfg(feature = "dynamodb")]
pub use dynamodb::DynamodbSettings;
#[cfg(feature = "embedded")]
pub use embedded::Embedded;
#[cfg(feature = "firestore")]
pub use firestore::{AccessToken, FirestoreSettings};
pub use open::Backends;
