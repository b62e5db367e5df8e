//! Tabular versions: flows, graphs and overlays, of which every save adds a version, and strategy locks, whose
//! snapshots are only added and are on the spine as well.

use contract_embed::{ResourceKind, SpineEventType};
use contract_routing::identity::Identity;
use serde_json::{Value, json};
use ulid::Ulid;
use uuid::Uuid;

use crate::face::{
    Once, RECORDS, check, commit_once, delete, latest, owner, page, partition, read, record_id,
};
use crate::{Emitter, Error, Page, Place, Stores, Write, Written};

/// What is saved in versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// `storage/saved_flow`
    Flows,
    /// `storage/saved_graph`
    Graphs,
    /// `storage/ui_overlay`
    Overlays,
}

impl Table {
    fn kind(self) -> ResourceKind {
        match self {
            Table::Flows => ResourceKind::FlowStore,
            Table::Graphs => ResourceKind::GraphStore,
            Table::Overlays => ResourceKind::OverlayStore,
        }
    }

    fn schema(self) -> &'static str {
        match self {
            Table::Flows => "storage/saved_flow",
            Table::Graphs => "storage/saved_graph",
            Table::Overlays => "storage/ui_overlay",
        }
    }

    /// What one of them is called.
    pub fn what(self) -> &'static str {
        match self {
            Table::Flows => "flow",
            Table::Graphs => "graph",
            Table::Overlays => "overlay",
        }
    }
}

/// Face of `flow_store`, `graph_store` or `overlay_store`.
#[derive(Clone, Copy)]
pub struct Tabular<'s> {
    stores: &'s Stores,
    table: Table,
}

impl<'s> Tabular<'s> {
    pub(crate) fn new(stores: &'s Stores, table: Table) -> Self {
        Tabular { stores, table }
    }

    fn place(&self, who: &Identity) -> Result<(Place, String), Error> {
        let place = self.stores.place_of(self.table.kind(), who)?;
        let (kind, mode) = (self.table.kind(), who.mode);
        let parts = [kind.as_str(), &who.tenant_id, mode.as_str(), &who.user_id];
        Ok((place, partition(&parts)))
    }

    /// Saves the first version: the body of `createFlow` and its like, to which id, scope, version and times are
    /// added.
    ///
    /// # Errors
    /// When it is not what its schema allows, or cannot be kept.
    pub async fn create(
        &self,
        who: &Identity,
        body: &Value,
        idempotency_key: Option<&str>,
    ) -> Result<Written, Error> {
        let (place, partition) = self.place(who)?;
        let (id, now) = (Ulid::generate().to_string(), self.stores.now().to_string());
        let record = self.record(who.scope(), &id, body, 1, (&now, &now))?;
        let once = Once { key: idempotency_key, request: body };
        let write = Write { id: record_id(&id), base: 0, body: Some(record) };
        commit_once(&place, &partition, once, (write, None), self.table.what()).await
    }

    /// Saves the version after `base`. Earlier ones stay readable.
    ///
    /// # Errors
    /// When there is no such record, or `base` is not its latest version.
    pub async fn save(
        &self,
        who: &Identity,
        id: &str,
        body: &Value,
        base: u64,
    ) -> Result<Value, Error> {
        let (place, partition) = self.place(who)?;
        let (_, before) = latest(&place, &partition, id, self.table.what()).await?;
        let created = before.get("created_at").and_then(Value::as_str).unwrap_or_default();
        let now = self.stores.now().to_string();
        let mut whole = body.as_object().cloned().unwrap_or_default();
        // What a save does not say stays as it is.
        for key in ["kind", "name"] {
            if let (false, Some(value)) = (whole.contains_key(key), before.get(key)) {
                whole.insert(key.to_owned(), value.clone());
            }
        }
        let body = Value::Object(whole);
        // It stays on the surface and in the project where it was made.
        let scope = before.get("scope").cloned().unwrap_or_default();
        let record = self.record(scope, id, &body, base.saturating_add(1), (created, &now))?;
        let once = Once { key: None, request: &body };
        let write = Write { id: record_id(id), base, body: Some(record) };
        let written =
            commit_once(&place, &partition, once, (write, None), self.table.what()).await?;
        Ok(written.record)
    }

    /// The latest version, or the one that is asked for. The store is asked every time.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(
        &self,
        who: &Identity,
        id: &str,
        version: Option<u64>,
    ) -> Result<Value, Error> {
        let (place, partition) = self.place(who)?;
        read(&place, &partition, id, version, self.table.what()).await
    }

    /// The latest versions of a user, by id.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn list(
        &self,
        who: &Identity,
        (surface, project): (Option<&str>, Option<&str>),
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, Error> {
        let (place, partition) = self.place(who)?;
        let is = |record: &Value, key: &str, wanted: Option<&str>| {
            let there = record.pointer(&format!("/scope/{key}")).and_then(Value::as_str);
            wanted.is_none_or(|wanted| there == Some(wanted))
        };
        let is_wanted =
            |record: &Value| is(record, "surface_id", surface) && is(record, "project_id", project);
        page(&place, &partition, RECORDS, cursor, limit, is_wanted).await
    }

    /// Deletes all versions.
    ///
    /// # Errors
    /// When there is no such record, or `base` is not its latest version.
    pub async fn delete(&self, who: &Identity, id: &str, base: u64) -> Result<(), Error> {
        let (place, partition) = self.place(who)?;
        latest(&place, &partition, id, self.table.what()).await?;
        delete(&place, &partition, (id, base), None, self.table.what()).await
    }

    /// A body with what only the server knows, whatever the body says of it.
    fn record(
        &self,
        scope: Value,
        id: &str,
        body: &Value,
        version: u64,
        (created, now): (&str, &str),
    ) -> Result<Value, Error> {
        let mut record = body.as_object().cloned().unwrap_or_default();
        record.insert("id".to_owned(), json!(id));
        record.insert("scope".to_owned(), scope);
        record.insert("version".to_owned(), json!(version));
        record.insert("created_at".to_owned(), json!(created));
        record.insert("updated_at".to_owned(), json!(now));
        let record = Value::Object(record);
        check(self.table.schema(), &record)?;
        Ok(record)
    }
}

/// Face of `strategy_lock_store`.
#[derive(Clone, Copy)]
pub struct Locks<'s> {
    stores: &'s Stores,
}

/// A change of a strategy lock.
#[derive(Debug, Clone)]
pub struct LockChange<'a> {
    /// The strategy.
    pub strategy: &'a str,
    /// Whether it is locked from now on.
    pub is_locked: bool,
    /// Why, as a `Reason` of the contracts.
    pub reason: &'a str,
    /// The approval that an unlock needs.
    pub approval_id: Option<&'a str>,
    /// The settings that it holds fast.
    pub settings: &'a Value,
    /// The run and the step that change it, for the spine.
    pub at: (&'a str, &'a str),
}

impl<'s> Locks<'s> {
    pub(crate) fn new(stores: &'s Stores) -> Self {
        Locks { stores }
    }

    fn place(&self, who: &Identity) -> Result<(Place, String), Error> {
        let place = self.stores.place_of(ResourceKind::StrategyLockStore, who)?;
        Ok((place, partition(&["locks", &who.tenant_id, who.mode.as_str()])))
    }

    /// The snapshot in force, or that of a version.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(
        &self,
        who: &Identity,
        strategy: &str,
        version: Option<u64>,
    ) -> Result<Value, Error> {
        let (place, partition) = self.place(who)?;
        read(&place, &partition, strategy, version, "strategy lock").await
    }

    /// Adds a snapshot, and its record on the spine. When the spine fails after the snapshot was written, the next
    /// change writes the record that is missing before anything else.
    ///
    /// # Errors
    /// When either has no route: then neither is written.
    pub async fn change(&self, who: &Identity, change: LockChange<'_>) -> Result<Value, Error> {
        let (place, partition) = self.place(who)?;
        self.stores.spine().is_there(who.mode, &who.tenant_id)?;
        let id = record_id(change.strategy);
        let before = place.store.read(&partition, &id).await?;
        let base = before.as_ref().map_or(0, |before| before.version);
        if let Some(before) = before.and_then(|before| before.body) {
            self.mirror(&before, change.at).await?;
        }
        let now = self.stores.now().to_string();
        let mut snapshot = json!({
            "id": Ulid::generate().to_string(),
            "scope": who.scope(),
            "strategy": change.strategy,
            "state": if change.is_locked { "locked" } else { "unlocked" },
            "reason": change.reason,
            "changed_by": who.user_id,
            "spine_event_id": Uuid::new_v4().to_string(),
            "json_blob": change.settings,
            "version": base + 1,
            "created_at": now,
            "updated_at": now,
        });
        if let (Some(approval), Some(fields)) = (change.approval_id, snapshot.as_object_mut()) {
            fields.insert("approval_id".to_owned(), json!(approval));
        }
        check("storage/strategy_lock", &snapshot)?;
        let once = Once { key: None, request: &Value::Null };
        let write = Write { id, base, body: Some(snapshot) };
        let written = commit_once(&place, &partition, once, (write, None), "strategy lock").await?;
        self.mirror(&written.record, change.at).await?;
        Ok(written.record)
    }

    /// Puts a snapshot on the spine, unless it is there.
    async fn mirror(&self, snapshot: &Value, (run, step): (&str, &str)) -> Result<(), Error> {
        let who = owner(snapshot)?;
        let event = json!({
            "event_id": snapshot.get("spine_event_id"),
            "surface_id": who.surface_id,
            "run_id": run,
            "step_id": step,
            "timestamp": snapshot.get("created_at"),
            "event_type": SpineEventType::StrategyLock,
            "source": "system",
            "payload": {
                "lock_id": snapshot.get("id"),
                "strategy": snapshot.get("strategy"),
                "state": snapshot.get("state"),
                "version": snapshot.get("version"),
            },
        });
        match self.stores.spine().append(Emitter::Identity(&who), &event).await {
            Ok(_) | Err(Error::Exists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
