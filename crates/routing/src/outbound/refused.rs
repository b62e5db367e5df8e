//! Why a document declares nothing, and why a call is none of those it declares.

use std::fmt;

/// Why an OpenAPI document cannot be compiled. Places are JSON Pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// It is no OpenAPI 3 document.
    NotOpenApi(String),
    /// It has fewer paths than it is known to have: it was cut off, or it is another one.
    TooFew {
        /// How many it has.
        found: usize,
        /// How many it must have.
        least: usize,
    },
    /// Something in it is not as OpenAPI says.
    Corrupt {
        /// Where.
        at: String,
        /// What.
        what: &'static str,
    },
}

/// Why a call is not one that the document declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undeclared {
    /// The text is no path: it names a host, holds a query, or is written so that servers could read it another way.
    NotAPath(&'static str),
    /// There is no such path.
    Path,
    /// The path has no such method. Those it has follow.
    Method(Vec<String>),
    /// The operation has no such query parameter, or not twice.
    Query(String),
    /// The operation needs a query parameter that is not there.
    QueryMissing(String),
    /// The operation takes no body, or needs one.
    Body(&'static str),
}

impl Undeclared {
    /// The kind for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Undeclared::NotAPath(_) => "not_a_path",
            Undeclared::Path => "path",
            Undeclared::Method(_) => "method",
            Undeclared::Query(_) => "query",
            Undeclared::QueryMissing(_) => "query_missing",
            Undeclared::Body(_) => "body",
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ApiError::NotOpenApi(why) => write!(f, "this is no OpenAPI 3 document: {why}"),
            ApiError::TooFew { found, least } => write!(
                f,
                "the OpenAPI document has {found} paths where at least {least} are known: get the whole one"
            ),
            ApiError::Corrupt { at, what } => write!(f, "the OpenAPI document at `{at}`: {what}"),
        }
    }
}

impl fmt::Display for Undeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undeclared::NotAPath(why) => write!(f, "this is no path of an API: {why}"),
            Undeclared::Path => f.write_str("the OpenAPI document declares no such path"),
            Undeclared::Method(has) => write!(
                f,
                "the OpenAPI document declares no such method for the path; it has {}",
                has.join(", ")
            ),
            Undeclared::Query(name) => write!(
                f,
                "the OpenAPI document does not declare the query parameter `{}` here, or not twice",
                name.escape_debug()
            ),
            Undeclared::QueryMissing(name) => {
                write!(f, "the OpenAPI document requires the query parameter `{name}` here")
            }
            Undeclared::Body(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ApiError {}
impl std::error::Error for Undeclared {}
