//! What operators are shown of the registry: each kind with its routes, or the word `missing` and what to add.

use std::fmt;

use contract_embed::{Mode, ResourceKind};
use serde::Serialize;

use super::{MissingRoute, Route};

/// One kind in one mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis<'r> {
    /// The kind.
    pub kind: ResourceKind,
    /// The mode.
    pub mode: Mode,
    /// Whether nothing starts without it.
    pub required: bool,
    /// The route of everybody.
    pub route: Option<&'r Route>,
    /// Those of tenants, by tenant.
    pub tenants: Vec<&'r Route>,
    /// The routes that it lacks.
    pub missing: Vec<MissingRoute>,
}

impl Diagnosis<'_> {
    /// Whether nobody, or not everybody who is served in the mode, has a route.
    pub fn is_missing(&self) -> bool {
        !self.missing.is_empty()
    }
}

impl fmt::Display for Diagnosis<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}:", self.kind, self.mode)?;
        for route in self.route.iter().chain(&self.tenants) {
            let target = &route.target;
            write!(f, " {} {} `{}`", route.backend, target.kind, target.name)?;
            if let Some(tenant) = &route.tenant_id {
                write!(f, " for `{tenant}`")?;
            }
            if let Some(label) = route.label.as_ref().filter(|label| label.visible) {
                write!(f, " ({})", label.text)?;
            }
            f.write_str(";")?;
        }
        self.missing.iter().try_for_each(|missing| write!(f, " missing: {missing}"))
    }
}
