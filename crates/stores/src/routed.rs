//! From a kind of resource to the backend that keeps it: the route decides, for every operation anew.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use contract_embed::{Mode, ResourceKind};
use contract_routing::{Registry, Route};

use crate::{Error, StoreError, VersionedStore};

/// Makes the store of a route.
pub trait Open: Send + Sync {
    /// Connects to the backend that a route names, and to no other.
    ///
    /// # Errors
    /// When this program was built without that backend, or it cannot be reached.
    fn open(&self, route: &Route) -> Result<Arc<dyn VersionedStore>, StoreError>;
}

/// Where records of a kind are kept.
#[derive(Debug, Clone)]
pub struct Place {
    /// The store.
    pub store: Arc<dyn VersionedStore>,
    /// The route that led to it.
    pub route: Route,
}

/// The stores of a registry, each opened when it is first needed.
pub struct Routed {
    registry: Arc<Registry>,
    opener: Box<dyn Open>,
    /// By the id of the route.
    opened: Mutex<BTreeMap<String, Arc<dyn VersionedStore>>>,
}

impl fmt::Debug for Routed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routed").field("registry", &self.registry).finish_non_exhaustive()
    }
}

impl Routed {
    /// The stores of a registry.
    pub fn new(registry: Arc<Registry>, opener: impl Open + 'static) -> Self {
        Routed { registry, opener: Box::new(opener), opened: Mutex::default() }
    }

    /// The routes.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Where a kind is kept.
    ///
    /// # Errors
    /// When it has no route, or its backend cannot be opened. There is no other place.
    pub fn place(&self, kind: ResourceKind, mode: Mode, tenant: &str) -> Result<Place, Error> {
        let route = self.registry.resolve(kind, mode, tenant)?.clone();
        // Opening a store twice could lock it out.
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match opened.get(&route.route_id) {
            Some(store) => Arc::clone(store),
            None => {
                let store = self.opener.open(&route)?;
                opened.insert(route.route_id.clone(), Arc::clone(&store));
                store
            }
        };
        Ok(Place { store, route })
    }
}
