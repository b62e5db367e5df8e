//! Stores that tell of every operation: how many, how long, and as a part of which trace.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use contract_embed::{Metric, Span};
use contract_routing::Route;
use contract_stores::{Open, Record, StoreError, VersionedStore, Write};
use contract_supervisor::Log;
use serde_json::json;

use crate::metrics::Metrics;
use crate::trace;

/// Opens stores that tell.
pub(crate) struct Observing<O> {
    pub(crate) inner: O,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) log: Arc<Log>,
}

impl<O: Open> Open for Observing<O> {
    fn open(&self, route: &Route) -> Result<Arc<dyn VersionedStore>, StoreError> {
        Ok(Arc::new(Observed {
            store: self.inner.open(route)?,
            kind: route.resource_kind.as_str(),
            backend: route.backend.as_str(),
            metrics: Arc::clone(&self.metrics),
            log: Arc::clone(&self.log),
        }))
    }
}

struct Observed {
    store: Arc<dyn VersionedStore>,
    kind: &'static str,
    backend: &'static str,
    metrics: Arc<Metrics>,
    log: Arc<Log>,
}

impl std::fmt::Debug for Observed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.store.fmt(f)
    }
}

impl Observed {
    /// Does something and tells of it; `version` is that of the one record it was about.
    async fn told<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
        version: impl FnOnce(&T) -> Option<u64>,
    ) -> Result<T, StoreError> {
        let start = Instant::now();
        let done = work.await;
        let (took, outcome) = (start.elapsed(), if done.is_ok() { "ok" } else { "error" });
        let (kind, backend) = (("resource_kind", self.kind), ("backend", self.backend));
        let labels = [kind, backend, ("operation", operation), ("outcome", outcome)];
        self.metrics.count(Metric::RuntimeStoreOperationsTotal, &labels);
        let labels = [kind, backend, ("operation", operation)];
        self.metrics.took(Metric::RuntimeStoreOperationDurationSeconds, &labels, took);
        if matches!(done, Err(StoreError::Conflict { .. })) {
            self.metrics.count(Metric::RuntimeVersionConflictsTotal, &[kind]);
        }
        let span = if operation == "read" { Span::StoreRead } else { Span::StoreWrite };
        let version = done.as_ref().ok().and_then(version);
        trace::tell(&self.log, span, took, || {
            json!({
                "resource.kind": self.kind,
                "backend": self.backend,
                "record.version": version,
            })
        });
        done
    }
}

#[async_trait]
impl VersionedStore for Observed {
    async fn read(&self, partition: &str, id: &str) -> Result<Option<Record>, StoreError> {
        let version = |found: &Option<Record>| found.as_ref().map(|record| record.version);
        self.told("read", self.store.read(partition, id), version).await
    }

    async fn versions(
        &self,
        partition: &str,
        id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        self.told("read", self.store.versions(partition, id, after, limit), |_| None).await
    }

    async fn list(
        &self,
        partition: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        self.told("read", self.store.list(partition, after, limit), |_| None).await
    }

    async fn commit(&self, partition: &str, writes: &[Write]) -> Result<(), StoreError> {
        let is_delete = writes.iter().all(|write| write.body.is_none());
        let operation = if is_delete { "delete" } else { "write" };
        let version = writes.first().map(|write| write.base.saturating_add(1));
        self.told(operation, self.store.commit(partition, writes), |()| version).await
    }
}
