//! Why something was not kept or read.

use std::fmt;

use contract_embed::{Invalid, NoSchema};
use contract_routing::MissingRoute;

use crate::StoreError;

/// Why something was not kept or read. Nothing was written, except where a backend says that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The kind has no route.
    Missing(MissingRoute),
    /// The backend failed.
    Store(StoreError),
    /// The contracts have no such schema, or not in our version.
    Schema(NoSchema),
    /// The value is not what its schema allows.
    Invalid(Invalid),
    /// There is no such record in this scope.
    NotFound {
        /// What it is, such as `note`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A record with this id is there already.
    Exists {
        /// What it is.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The write was based on a version that is not the latest.
    Conflict {
        /// What it is.
        what: &'static str,
        /// Its id.
        id: String,
        /// The version that it was based on; 0 for none.
        base: u64,
    },
    /// A second request has the idempotency key of another one.
    OtherRequest,
    /// The value is larger than the route allows.
    TooLarge {
        /// Its size as compact JSON, in bytes.
        size: u64,
        /// The most, in bytes.
        most: u64,
    },
    /// The budget does not cover a charge.
    Overdrawn {
        /// What is left, in the currency of the charge.
        balance: String,
        /// The charge.
        amount: String,
    },
    /// A request that no schema describes and that makes no sense, such as a charge of less than nothing.
    Refused(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing(missing) => missing.fmt(f),
            Error::Store(error) => error.fmt(f),
            Error::Schema(error) => error.fmt(f),
            Error::Invalid(invalid) => invalid.fmt(f),
            Error::NotFound { what, id } => write!(f, "there is no {what} `{id}` in this scope"),
            Error::Exists { what, id } => write!(f, "the {what} `{id}` is there already"),
            Error::Conflict { what, id, base: 0 } => {
                write!(f, "the {what} `{id}` is there already: read it, and base the write on it")
            }
            Error::Conflict { what, id, base } => write!(
                f,
                "version {base} is not the latest of the {what} `{id}`: read it again, and base the write on that"
            ),
            Error::OtherRequest => {
                f.write_str("another request has this idempotency key: take a new key")
            }
            Error::TooLarge { size, most } => {
                write!(f, "the value has {size} bytes, the route allows {most}")
            }
            Error::Overdrawn { balance, amount } => {
                write!(f, "the budget has {balance} left, which does not cover {amount}")
            }
            Error::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}

impl From<MissingRoute> for Error {
    fn from(missing: MissingRoute) -> Self {
        Error::Missing(missing)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Error::Store(error)
    }
}

impl From<NoSchema> for Error {
    fn from(error: NoSchema) -> Self {
        Error::Schema(error)
    }
}

impl From<Invalid> for Error {
    fn from(error: Invalid) -> Self {
        Error::Invalid(error)
    }
}
