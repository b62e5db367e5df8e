//! The routing registry: the routes of the runtime configuration, and the one way from a resource kind to a backend.
//! It selects; it connects to nothing.

mod diagnosis;
mod error;

use std::collections::{BTreeMap, BTreeSet};

use contract_embed::{Backend, Mode, ResourceKind, schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use diagnosis::Diagnosis;
pub use error::{MissingRoute, MissingRoutes, RegistryError};

/// The contracts that this code was written for.
const VERSION: &str = "1.0.0";

/// Which backend holds a resource kind in a mode, as `storage/route` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// A ULID.
    pub route_id: String,
    /// What is stored there.
    pub resource_kind: ResourceKind,
    /// In which mode.
    pub mode: Mode,
    /// For whom; nothing is everybody in the mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Where.
    pub backend: Backend,
    /// What the backend calls the place.
    pub target: Target,
    /// The largest value of one key, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value_bytes: Option<u64>,
    /// What users see wherever the route is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
}

/// What a backend calls a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The word of the backend, such as `table`.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// A text that users see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The text.
    pub text: String,
    /// Whether it is shown.
    pub visible: bool,
}

/// The routes of one kind in one mode.
#[derive(Debug, Clone, Default)]
struct Slot {
    everybody: Option<Route>,
    tenants: BTreeMap<String, Route>,
}

/// The routes, each found by what it is for.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    slots: BTreeMap<(ResourceKind, Mode), Slot>,
}

impl Registry {
    /// The registry of a runtime configuration.
    ///
    /// # Errors
    /// [`RegistryError::Configuration`] when it is no `storage/runtime_configuration`; those of [`Registry::new`].
    pub fn from_configuration(configuration: &Value) -> Result<Registry, RegistryError> {
        let of = schema("storage/runtime_configuration", VERSION).map_err(RegistryError::Schema)?;
        of.validate(configuration).map_err(RegistryError::Configuration)?;
        let routes = configuration.get("routes").and_then(Value::as_array);
        Registry::new(routes.map_or(&[], Vec::as_slice))
    }

    /// The registry of the array `routes`.
    ///
    /// # Errors
    /// When an entry is no `storage/route`, when two are for the same or have one id, and when one place would hold
    /// two kinds.
    pub fn new(routes: &[Value]) -> Result<Registry, RegistryError> {
        let of = schema("storage/route", VERSION).map_err(RegistryError::Schema)?;
        let mut registry = Registry::default();
        let mut ids = BTreeMap::new();
        let mut places = BTreeMap::new();
        for (index, value) in routes.iter().enumerate() {
            of.validate(value).map_err(|why| RegistryError::Invalid(index, why))?;
            let read = Route::deserialize(value);
            let route = read.map_err(|why| RegistryError::Unreadable(index, why.to_string()))?;
            if let Some(first) = ids.insert(route.route_id.clone(), index) {
                return Err(RegistryError::SameId { first, second: index, id: route.route_id });
            }
            let place = (route.backend.as_str(), route.target.clone());
            let (first, kind) = *places.entry(place).or_insert((index, route.resource_kind));
            if kind != route.resource_kind {
                let kinds = (kind, route.resource_kind);
                return Err(RegistryError::Shared { first, second: index, kinds });
            }
            registry.add(index, route)?;
        }
        Ok(registry)
    }

    fn add(&mut self, index: usize, route: Route) -> Result<(), RegistryError> {
        let slot = self.slots.entry((route.resource_kind, route.mode)).or_default();
        let before = match &route.tenant_id {
            None => slot.everybody.as_ref(),
            Some(tenant) => slot.tenants.get(tenant),
        };
        if let Some(before) = before {
            let first = before.route_id.clone();
            return Err(RegistryError::Twice { first, second: index, route: Box::new(route) });
        }
        match route.tenant_id.clone() {
            None => slot.everybody = Some(route),
            Some(tenant) => drop(slot.tenants.insert(tenant, route)),
        }
        Ok(())
    }

    /// The route of a kind for a tenant in a mode: its own one, or else that of everybody in the mode.
    ///
    /// # Errors
    /// When there is none. Nothing is stored anywhere else instead.
    pub fn resolve(
        &self,
        kind: ResourceKind,
        mode: Mode,
        tenant: &str,
    ) -> Result<&Route, MissingRoute> {
        let slot = self.slots.get(&(kind, mode));
        let route = slot.and_then(|slot| slot.tenants.get(tenant).or(slot.everybody.as_ref()));
        route.ok_or_else(|| MissingRoute { kind, mode, tenant: Some(tenant.to_owned()) })
    }

    /// Whether these kinds have routes, to be asked before anything starts. A mode with a route for everybody needs
    /// one for everybody of each kind; in a mode that serves named tenants alone each of them needs every kind.
    ///
    /// # Errors
    /// Every route that is missing.
    pub fn require(&self, kinds: &[ResourceKind], mode: Mode) -> Result<(), MissingRoutes> {
        let in_mode = || self.slots.iter().filter(move |((_, of), _)| *of == mode);
        let serves_everybody = in_mode().any(|(_, slot)| slot.everybody.is_some());
        let tenants: BTreeSet<&str> =
            in_mode().flat_map(|(_, slot)| slot.tenants.keys().map(String::as_str)).collect();
        let mut missing = Vec::new();
        for kind in kinds.iter().copied() {
            let slot = self.slots.get(&(kind, mode));
            if slot.is_some_and(|slot| slot.everybody.is_some()) {
                continue;
            }
            if serves_everybody || tenants.is_empty() {
                missing.push(MissingRoute { kind, mode, tenant: None });
                continue;
            }
            let has = |tenant: &str| slot.is_some_and(|slot| slot.tenants.contains_key(tenant));
            let without = tenants.iter().filter(|tenant| !has(tenant));
            missing.extend(without.map(|tenant| MissingRoute {
                kind,
                mode,
                tenant: Some((*tenant).to_owned()),
            }));
        }
        if missing.is_empty() { Ok(()) } else { Err(MissingRoutes { missing }) }
    }

    /// What [`required`](crate::required()) says of a mode, asked of [`Registry::require`].
    ///
    /// # Errors
    /// Every route that is missing.
    pub fn require_all(&self, mode: Mode) -> Result<(), MissingRoutes> {
        self.require(crate::required(mode), mode)
    }

    /// Every kind with its routes in a mode, or that it has none, in the order of the contracts.
    pub fn diagnostics(&self, mode: Mode) -> Vec<Diagnosis<'_>> {
        let missing = self.require(ResourceKind::ALL, mode).err();
        let missing: &[MissingRoute] = missing.as_ref().map_or(&[], |missing| &missing.missing);
        let of = |kind: ResourceKind| {
            let slot = self.slots.get(&(kind, mode));
            Diagnosis {
                kind,
                mode,
                required: crate::required(mode).contains(&kind),
                route: slot.and_then(|slot| slot.everybody.as_ref()),
                tenants: slot.map(|s| s.tenants.values().collect()).unwrap_or_default(),
                missing: missing.iter().filter(|m| m.kind == kind).cloned().collect(),
            }
        };
        ResourceKind::ALL.iter().copied().map(of).collect()
    }

    /// All routes, by kind and mode, that of everybody before those of tenants.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.slots.values().flat_map(|slot| slot.everybody.iter().chain(slot.tenants.values()))
    }
}
