//! Why there is no registry, or no route in it.

use std::fmt;

use contract_embed::{Invalid, Mode, NoSchema, ResourceKind};
use serde::Serialize;

use super::Route;

/// Why routes are no registry. Positions are those in the array `routes`, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryError {
    /// The contracts do not have the schema in our version.
    Schema(NoSchema),
    /// The configuration is not as its schema says.
    Configuration(Invalid),
    /// A route is not as its schema says.
    Invalid(usize, Invalid),
    /// A route is as its schema says, and still has another form than this code knows.
    Unreadable(usize, String),
    /// Two routes have one id.
    SameId {
        /// The position of the one.
        first: usize,
        /// The position of the other.
        second: usize,
        /// The id.
        id: String,
    },
    /// Two routes are for the same kind, mode and tenant.
    Twice {
        /// The id of the one.
        first: String,
        /// The position of the other.
        second: usize,
        /// The other.
        route: Box<Route>,
    },
    /// Two kinds would be in one place, where neither could keep its rules.
    Shared {
        /// The position of the one.
        first: usize,
        /// The position of the other.
        second: usize,
        /// The kinds.
        kinds: (ResourceKind, ResourceKind),
    },
}

/// There is no route, and so there is no place where anything may be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingRoute {
    /// What was to be stored or read.
    pub kind: ResourceKind,
    /// In which mode.
    pub mode: Mode,
    /// For whom; nothing is everybody in the mode.
    pub tenant: Option<String>,
}

/// Routes without which nothing starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRoutes {
    /// Each of them; never empty.
    pub missing: Vec<MissingRoute>,
}

impl MissingRoute {
    /// The code for programs, as the API has it in `code` of a problem.
    pub fn code(&self) -> &'static str {
        "route_missing"
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        503
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegistryError::Schema(why) => write!(f, "the routing registry cannot be read: {why}"),
            RegistryError::Configuration(why) => write!(f, "the runtime configuration is {why}"),
            RegistryError::Invalid(index, why) => write!(f, "`routes[{index}]` is {why}"),
            RegistryError::Unreadable(index, why) => {
                write!(f, "`routes[{index}]` cannot be read: {why}")
            }
            RegistryError::SameId { first, second, id } => write!(
                f,
                "`routes[{first}]` and `routes[{second}]` both have the id {id}: give one of them another"
            ),
            RegistryError::Twice { first, second, route } => {
                let (kind, mode) = (route.resource_kind, route.mode);
                write!(f, "`routes[{second}]` is for `{kind}` in mode `{mode}`")?;
                if let Some(tenant) = &route.tenant_id {
                    write!(f, " and tenant `{tenant}`")?;
                }
                write!(f, ", and so is route {first}: remove one of them")
            }
            RegistryError::Shared { first, second, kinds: (one, other) } => write!(
                f,
                "`routes[{first}]` puts `{one}` where `routes[{second}]` puts `{other}`: give one of them another target"
            ),
        }
    }
}

impl fmt::Display for MissingRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MissingRoute { kind, mode, tenant } = self;
        write!(f, "no route for `{kind}` in mode `{mode}`")?;
        if let Some(tenant) = tenant {
            write!(f, " for tenant `{tenant}`")?;
        }
        write!(
            f,
            "; add one to `routes` of the runtime configuration with \"resource_kind\": \"{kind}\", \"mode\": \"{mode}\""
        )?;
        match tenant {
            Some(tenant) => write!(f, ", and \"tenant_id\": \"{tenant}\" or none for everybody"),
            None => f.write_str(" and no \"tenant_id\""),
        }
    }
}

impl fmt::Display for MissingRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing starts: {} missing", count(self.missing.len()))?;
        self.missing.iter().try_for_each(|missing| write!(f, "\n{missing}"))
    }
}

fn count(routes: usize) -> String {
    if routes == 1 { "1 route is".to_owned() } else { format!("{routes} routes are") }
}

impl std::error::Error for RegistryError {}
impl std::error::Error for MissingRoute {}
impl std::error::Error for MissingRoutes {}
