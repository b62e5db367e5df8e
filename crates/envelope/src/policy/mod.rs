//! The policy of the contracts as a pure function: who, with which role, may do what with data of which band. What no
//! rule allows is denied, and so is what cannot be decided for want of an attribute.
//!
//! Roles give capabilities up to a band; rules only narrow that. Obligations are returned, not met.

mod decide;
mod error;
mod files;
mod load;

pub use decide::{Access, Decision, Denial};
pub use error::PolicyError;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use contract_embed::{Band, Obligation, file};

/// The files of a policy, as text.
#[derive(Debug, Clone, Copy)]
pub struct Files<'t> {
    /// `policy/rbac/roles.yaml`.
    pub roles: &'t str,
    /// `policy/rbac/bindings.yaml`.
    pub bindings: &'t str,
    /// `policy/abac/attributes.yaml`.
    pub attributes: &'t str,
    /// `policy/abac/rules.yaml`.
    pub rules: &'t str,
    /// `policy/bands.yaml`.
    pub bands: &'t str,
}

/// A policy whose names all lead somewhere.
#[derive(Debug, Clone)]
pub struct Policy {
    capabilities: BTreeSet<String>,
    roles: BTreeMap<String, Role>,
    bindings: Vec<Binding>,
    attributes: BTreeMap<String, BTreeSet<String>>,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Role {
    /// Its own and those of every role it inherits.
    capabilities: BTreeSet<String>,
    max_band: Band,
}

#[derive(Debug, Clone)]
struct Binding {
    subject: String,
    role: String,
    spaces: Vec<String>,
}

#[derive(Debug, Clone)]
struct Rule {
    id: String,
    allows: bool,
    bands: Option<Vec<Band>>,
    when: BTreeMap<String, BTreeSet<String>>,
    roles: Option<BTreeSet<String>>,
    obligations: Vec<Obligation>,
}

static EMBEDDED: LazyLock<Result<Policy, PolicyError>> = LazyLock::new(|| {
    let text = |path: &'static str| {
        file(path).map(|file| file.text).ok_or_else(|| PolicyError::NoFile(path.to_owned()))
    };
    Policy::load(&Files {
        roles: text("policy/rbac/roles.yaml")?,
        bindings: text("policy/rbac/bindings.yaml")?,
        attributes: text("policy/abac/attributes.yaml")?,
        rules: text("policy/abac/rules.yaml")?,
        bands: text("policy/bands.yaml")?,
    })
});

impl Policy {
    /// The policy of the frozen contracts.
    ///
    /// # Errors
    /// When it is no policy. Then nothing is allowed to anybody.
    pub fn embedded() -> Result<&'static Policy, &'static PolicyError> {
        EMBEDDED.as_ref()
    }

    /// The identifiers of the rules that allow something, in the order of the file.
    pub fn allow_rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter(|rule| rule.allows).map(|rule| rule.id.as_str())
    }

    /// The same policy without one rule.
    #[must_use]
    pub fn without(&self, rule: &str) -> Policy {
        let mut policy = self.clone();
        policy.rules.retain(|other| other.id != rule);
        policy
    }
}
