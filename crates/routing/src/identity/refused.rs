//! Why a request is from nobody. No message holds a value of an identity, a token or a key.

use std::fmt;

use super::token::TokenRefused;

/// A part of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `tenant_id`.
    Tenant,
    /// `mode`.
    Mode,
    /// `user_id`.
    User,
    /// `surface_id`.
    Surface,
    /// `project_id`.
    Project,
}

impl Part {
    /// All of them.
    pub const ALL: &'static [Part] =
        &[Part::Tenant, Part::Mode, Part::User, Part::Surface, Part::Project];
}

/// Who says something of an identity, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// What the server knows of the connection.
    Binding,
    /// The verified token.
    Token,
    /// The directory of what belongs to a tenant.
    Directory,
    /// Headers and query.
    Request,
}

/// Two who do not agree on a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// The part.
    pub part: Part,
    /// The one whose word counts more.
    pub stronger: Origin,
    /// The other one.
    pub weaker: Origin,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is no token that proves who the user is.
    Unauthenticated(TokenRefused),
    /// Two do not agree. It was recorded.
    Mismatch(Mismatch),
    /// Two do not agree, and that could not be recorded.
    Unaudited {
        /// What does not agree.
        mismatch: Mismatch,
        /// Why it is not on record.
        why: String,
    },
    /// Nobody says a part that every identity has.
    Unknown(Part),
    /// A part is not written as the contracts say.
    Malformed(Part),
    /// Nobody could be asked what belongs to the tenant.
    Directory(String),
}

impl Refused {
    /// The code for programs, as the API has it in `code` of a problem.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::Unauthenticated(_) => "unauthenticated",
            Refused::Mismatch(_) => "identity_mismatch",
            Refused::Unaudited { .. } => "audit_unavailable",
            Refused::Unknown(_) => "identity_incomplete",
            Refused::Malformed(_) => "identity_malformed",
            Refused::Directory(_) => "directory_unavailable",
        }
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            Refused::Unauthenticated(_) => 401,
            Refused::Mismatch(_) => 403,
            Refused::Unknown(_) | Refused::Malformed(_) => 400,
            Refused::Unaudited { .. } | Refused::Directory(_) => 503,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Tenant => "tenant",
            Part::Mode => "mode",
            Part::User => "user",
            Part::Surface => "surface",
            Part::Project => "project",
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::Binding => "the server binding",
            Origin::Token => "the token",
            Origin::Directory => "the directory of the tenant",
            Origin::Request => "the request",
        })
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} of {} does not agree with {}", self.part, self.weaker, self.stronger)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Unauthenticated(why) => write!(f, "nobody is authenticated: {why}"),
            Refused::Mismatch(mismatch) => write!(f, "identity_mismatch: {mismatch}"),
            Refused::Unaudited { mismatch, why } => {
                write!(f, "{mismatch}, and the audit could not record it: {why}")
            }
            Refused::Unknown(part) => write!(f, "nothing says which {part} the request is from"),
            Refused::Malformed(part) => {
                write!(f, "the {part} is not written as storage/common.schema.json says")
            }
            Refused::Directory(why) => {
                write!(f, "nobody could be asked what belongs to the tenant: {why}")
            }
        }
    }
}

impl std::error::Error for Refused {}
