//! From a route to its backend.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract_embed::Backend;
use contract_routing::Route;
use contract_stores::{Open, StoreError, VersionedStore};

/// The backends that this program was built with, and what they need to know.
pub struct Backends {
    data: PathBuf,
    #[cfg(feature = "embedded")]
    files: crate::embedded::Files,
}

impl Backends {
    /// `data` is the folder below which file databases lie.
    pub fn new(data: &Path) -> Self {
        Backends {
            data: data.to_owned(),
            #[cfg(feature = "embedded")]
            files: crate::embedded::Files::default(),
        }
    }
}

/// A route asks for something that is not in this program.
fn not_built(backend: &'static str) -> StoreError {
    let why = format!("this program was built without the feature `{backend}`");
    StoreError::Unavailable { backend, why }
}

impl Open for Backends {
    fn open(&self, route: &Route) -> Result<Arc<dyn VersionedStore>, StoreError> {
        match route.backend {
            #[cfg(feature = "embedded")]
            Backend::Filesystem => self.files.open(&self.data, route),
            other => Err(not_built(other.as_str())),
        }
    }
}
