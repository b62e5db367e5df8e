//! Why texts are no policy.

use std::fmt;

/// What is wrong with the files of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyError {
    /// The contracts do not have a file.
    NoFile(String),
    /// A file is not written as such a file is.
    Unreadable {
        /// Which.
        file: &'static str,
        /// Why.
        why: String,
    },
    /// A name is given twice.
    Twice {
        /// What has it.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A name leads nowhere.
    Unknown {
        /// Where it stands.
        at: String,
        /// What it should name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A role inherits itself.
    Circle(String),
    /// The bands are not those that this program was built with.
    Bands(String),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PolicyError::NoFile(path) => write!(f, "the contracts have no `{path}`"),
            PolicyError::Unreadable { file, why } => write!(f, "`policy/{file}`: {why}"),
            PolicyError::Twice { what, name } => write!(f, "the {what} `{name}` is given twice"),
            PolicyError::Unknown { at, what, name } => {
                write!(f, "{at} names the {what} `{name}`, which there is not")
            }
            PolicyError::Circle(role) => write!(f, "the role `{role}` inherits itself"),
            PolicyError::Bands(why) => {
                write!(f, "`policy/bands.yaml` is not what this program was built with: {why}")
            }
        }
    }
}

impl std::error::Error for PolicyError {}
