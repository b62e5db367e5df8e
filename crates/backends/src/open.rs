//! From a route to its backend.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract_embed::Backend;
use contract_routing::Route;
use contract_stores::{Open, StoreError, VersionedStore};

/// The backends that this program was built with, and what they need to know.
pub struct Backends {
    #[cfg_attr(
        not(feature = "embedded"),
        expect(dead_code, reason = "the other backends have no files")
    )]
    data: PathBuf,
    #[cfg(feature = "embedded")]
    files: crate::embedded::Files,
    #[cfg(feature = "dynamodb")]
    dynamodb: Option<crate::DynamodbSettings>,
    #[cfg(feature = "firestore")]
    firestore: Option<crate::FirestoreSettings>,
    #[cfg(feature = "cosmos")]
    cosmos: Option<crate::CosmosSettings>,
}

impl Backends {
    /// `data` is the folder below which file databases lie.
    pub fn new(data: &Path) -> Self {
        Backends {
            data: data.to_owned(),
            #[cfg(feature = "embedded")]
            files: crate::embedded::Files::default(),
            #[cfg(feature = "dynamodb")]
            dynamodb: None,
            #[cfg(feature = "firestore")]
            firestore: None,
            #[cfg(feature = "cosmos")]
            cosmos: None,
        }
    }

    /// Says how DynamoDB is reached.
    #[cfg(feature = "dynamodb")]
    #[must_use]
    pub fn with_dynamodb(mut self, settings: crate::DynamodbSettings) -> Self {
        self.dynamodb = Some(settings);
        self
    }

    /// Says how Firestore is reached.
    #[cfg(feature = "firestore")]
    #[must_use]
    pub fn with_firestore(mut self, settings: crate::FirestoreSettings) -> Self {
        self.firestore = Some(settings);
        self
    }

    /// Says how Cosmos DB is reached.
    #[cfg(feature = "cosmos")]
    #[must_use]
    pub fn with_cosmos(mut self, settings: crate::CosmosSettings) -> Self {
        self.cosmos = Some(settings);
        self
    }

    /// Makes the table of a route to DynamoDB, where nobody else makes tables. One that is there stays as it is.
    ///
    /// # Errors
    /// When the route leads elsewhere, or DynamoDB does not make it.
    #[cfg(feature = "dynamodb")]
    pub async fn create_table(&self, route: &Route) -> Result<(), StoreError> {
        let settings = self.dynamodb.as_ref().filter(|_| route.backend == Backend::Dynamodb);
        let settings = settings.ok_or_else(|| not_set_up(route.backend.as_str()))?;
        crate::dynamodb::Table::new(settings, &route.target.name).create().await
    }
}

/// A route asks for something that nobody said how to reach.
#[cfg(any(feature = "cosmos", feature = "dynamodb", feature = "firestore"))]
fn not_set_up(backend: &'static str) -> StoreError {
    let why = "nobody said how it is reached: give its settings to the backends".to_owned();
    StoreError::Unavailable { backend, why }
}

#[cfg(any(feature = "cosmos", feature = "dynamodb", feature = "firestore"))]
fn kept<S, R: crate::rows::Rows>(
    settings: Option<&S>,
    route: &Route,
    make: impl Fn(&S, &str) -> R,
) -> Result<Arc<dyn VersionedStore>, StoreError> {
    let settings = settings.ok_or_else(|| not_set_up(R::NAME))?;
    Ok(Arc::new(crate::rows::Kept(make(settings, &route.target.name))))
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
            #[cfg(feature = "dynamodb")]
            Backend::Dynamodb => kept(self.dynamodb.as_ref(), route, crate::dynamodb::Table::new),
            #[cfg(feature = "firestore")]
            Backend::Firestore => {
                kept(self.firestore.as_ref(), route, crate::firestore::Collection::new)
            }
            #[cfg(feature = "cosmos")]
            Backend::CosmosDb => kept(self.cosmos.as_ref(), route, crate::cosmos::Container::new),
            #[allow(unreachable_patterns, reason = "with all features there is no other")]
            other => Err(not_built(other.as_str())),
        }
    }
}
