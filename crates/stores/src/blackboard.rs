//! The blackboard of a run: values by key that agents share. A write names the version that it is based on, and one
//! that comes too late is refused.

use contract_embed::ResourceKind;
use contract_routing::identity::Identity;
use serde_json::{Value, json};

use crate::face::{Once, RECORDS, check, commit_once, page, partition, read, record_id};
use crate::{Error, Page, Place, Stores, Write, Written};

const WHAT: &str = "key of the blackboard";

/// Face of `blackboard_store`.
#[derive(Clone, Copy)]
pub struct Blackboard<'s> {
    stores: &'s Stores,
}

/// Whose run.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Who asks.
    pub who: &'a Identity,
    /// The project.
    pub project_id: &'a str,
    /// The run.
    pub run_id: &'a str,
}

impl<'s> Blackboard<'s> {
    pub(crate) fn new(stores: &'s Stores) -> Self {
        Blackboard { stores }
    }

    fn place(&self, run: Run<'_>) -> Result<(Place, String), Error> {
        let place = self.stores.place_of(ResourceKind::BlackboardStore, run.who)?;
        let (tenant, mode) = (&run.who.tenant_id, run.who.mode.as_str());
        Ok((place, partition(&["blackboard", tenant, mode, run.project_id, run.run_id])))
    }

    /// The latest versions of the keys of a run.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn list(
        &self,
        run: Run<'_>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, Error> {
        let (place, partition) = self.place(run)?;
        page(&place, &partition, RECORDS, cursor, limit, |_| true).await
    }

    /// The entry of a key: the latest, or that of a version.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(
        &self,
        run: Run<'_>,
        key: &str,
        version: Option<u64>,
    ) -> Result<Value, Error> {
        let (place, partition) = self.place(run)?;
        read(&place, &partition, key, version, WHAT).await
    }

    /// Writes the version after `base`; 0 is for a key that must not be there. `author` is an `Author` of the
    /// contracts.
    ///
    /// # Errors
    /// When another writer came first, or the value is larger than the route allows.
    pub async fn write(
        &self,
        run: Run<'_>,
        (key, value): (&str, &Value),
        base: u64,
        author: &Value,
        idempotency_key: Option<&str>,
    ) -> Result<Written, Error> {
        let (place, partition) = self.place(run)?;
        let size = value.to_string().len() as u64;
        if let Some(most) = place.route.max_value_bytes.filter(|most| size > *most) {
            return Err(Error::TooLarge { size, most });
        }
        let now = self.stores.now().to_string();
        let first = match base {
            0 => None,
            _ => place.store.read_version(&partition, &record_id(key), 1).await?,
        };
        let created =
            first.and_then(|first| Some(first.body?.get("created_at")?.as_str()?.to_owned()));
        let entry = json!({
            "tenant_id": run.who.tenant_id,
            "mode": run.who.mode,
            "project_id": run.project_id,
            "run_id": run.run_id,
            "key": key,
            "value": value,
            "version": base.saturating_add(1),
            "base_version": base,
            "size_bytes": size,
            "written_by": author,
            "created_at": created.unwrap_or_else(|| now.clone()),
            "updated_at": now,
        });
        check("storage/blackboard_entry", &entry)?;
        let request = json!([key, value, base]);
        let once = Once { key: idempotency_key, request: &request };
        let write = Write { id: record_id(key), base, body: Some(entry) };
        commit_once(&place, &partition, once, (write, None), WHAT).await
    }
}
