//! What belongs to a tenant: its surfaces and projects. Servers ask their own records; this says what they answer.

use std::collections::{BTreeMap, BTreeSet};

use contract_embed::Mode;

use super::scope::Identity;

/// Nobody could be asked, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(pub String);

/// Knows what belongs to whom. Tenant, mode and user of the identity are settled when it is asked.
pub trait Directory {
    /// Whether the surface of the identity is one of its tenant in its mode.
    ///
    /// # Errors
    /// When nobody could be asked. The request is refused.
    fn has_surface(&self, identity: &Identity) -> Result<bool, Unavailable>;

    /// Whether the project is one of the tenant in the mode, on the surface of the identity.
    ///
    /// # Errors
    /// When nobody could be asked. The request is refused.
    fn has_project(&self, identity: &Identity, project: &str) -> Result<bool, Unavailable>;
}

impl<D: Directory + ?Sized> Directory for &D {
    fn has_surface(&self, identity: &Identity) -> Result<bool, Unavailable> {
        (**self).has_surface(identity)
    }

    fn has_project(&self, identity: &Identity, project: &str) -> Result<bool, Unavailable> {
        (**self).has_project(identity, project)
    }
}

/// The projects of each surface of each tenant in a mode.
type Surfaces = BTreeMap<String, BTreeSet<String>>;

/// A directory that was read from the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    tenants: BTreeMap<(String, Mode), Surfaces>,
}

impl Members {
    /// Nobody has anything.
    pub fn new() -> Members {
        Members::default()
    }

    /// Adds a surface with its projects.
    #[must_use]
    pub fn with(mut self, tenant: &str, mode: Mode, surface: &str, projects: &[&str]) -> Members {
        let of = self.tenants.entry((tenant.to_owned(), mode)).or_default();
        let known = of.entry(surface.to_owned()).or_default();
        known.extend(projects.iter().map(|project| (*project).to_owned()));
        self
    }

    fn projects(&self, identity: &Identity) -> Option<&BTreeSet<String>> {
        let surfaces = self.tenants.get(&(identity.tenant_id.clone(), identity.mode))?;
        surfaces.get(&identity.surface_id)
    }
}

impl Directory for Members {
    fn has_surface(&self, identity: &Identity) -> Result<bool, Unavailable> {
        Ok(self.projects(identity).is_some())
    }

    fn has_project(&self, identity: &Identity, project: &str) -> Result<bool, Unavailable> {
        Ok(self.projects(identity).is_some_and(|projects| projects.contains(project)))
    }
}
