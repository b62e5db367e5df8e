//! What all faces share: checked writes with idempotency keys, pages, and the clock.

use std::fmt::Write as _;
use std::sync::Arc;

use contract_embed::{Mode, ResourceKind, schema};
use contract_routing::identity::Identity;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Blackboard, Budget, Error, Locks, Memory, Notes, Place, Routed, Spine, StoreError, Table,
    Tabular, Write,
};

/// The contracts that this code was written for.
const VERSION: &str = "1.0.0";

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything that is kept.
#[derive(Clone)]
pub struct Stores {
    routed: Arc<Routed>,
    clock: Clock,
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The records.
    pub items: Vec<Value>,
    /// Where the next page begins; nothing on the last one.
    pub next_cursor: Option<String>,
}

/// A record as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The record.
    pub record: Value,
    /// Whether an earlier request with this idempotency key wrote it.
    pub is_repeated: bool,
}

/// A request that is done once, however often it comes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Once<'k> {
    /// What the client calls it.
    pub(crate) key: Option<&'k str>,
    /// What it asks for: the same key with another request is a mistake.
    pub(crate) request: &'k Value,
}

impl Stores {
    /// Everything that is kept by these routes.
    pub fn new(routed: Arc<Routed>) -> Self {
        Stores { routed, clock: Arc::new(Timestamp::now) }
    }

    /// With another clock than that of the system.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The routes.
    pub fn routed(&self) -> &Routed {
        &self.routed
    }

    /// The record of what happened.
    pub fn spine(&self) -> Spine<'_> {
        Spine::new(self)
    }

    /// The memory of sessions.
    pub fn memory(&self) -> Memory<'_> {
        Memory::new(self)
    }

    /// What agents share in a run.
    pub fn blackboard(&self) -> Blackboard<'_> {
        Blackboard::new(self)
    }

    /// Notes.
    pub fn notes(&self) -> Notes<'_> {
        Notes::new(self)
    }

    /// Flows, graphs or overlays.
    pub fn tabular(&self, table: Table) -> Tabular<'_> {
        Tabular::new(self, table)
    }

    /// Strategy locks.
    pub fn locks(&self) -> Locks<'_> {
        Locks::new(self)
    }

    /// Budgets.
    pub fn budget(&self) -> Budget<'_> {
        Budget::new(self)
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(crate) fn place(
        &self,
        kind: ResourceKind,
        mode: Mode,
        tenant: &str,
    ) -> Result<Place, Error> {
        self.routed.place(kind, mode, tenant)
    }

    pub(crate) fn place_of(&self, kind: ResourceKind, who: &Identity) -> Result<Place, Error> {
        self.place(kind, who.mode, &who.tenant_id)
    }
}

/// Checks a value against a schema of the contracts.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), Error> {
    Ok(schema(name, VERSION)?.validate(value)?)
}

/// A partition: the parts are written so that no two lists of parts give one.
pub(crate) fn partition(parts: &[&str]) -> String {
    let mut out = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            out.push('/');
        }
        for byte in part.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                    out.push(char::from(byte));
                }
                // No part of an identity has a colon.
                _ => {
                    let _ = write!(out, ":{byte:02x}");
                }
            }
        }
    }
    out
}

/// The id of a record that people list, which idempotency keys and indexes are not.
pub(crate) fn record_id(id: &str) -> String {
    format!("r:{}", partition(&[id]))
}

/// Everything that a list of records comes after.
pub(crate) const RECORDS: &str = "r:";

fn digest(text: &str) -> String {
    let mut out = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Commits the next version of a record with what goes with it, and remembers under its idempotency key that this was
/// done. `what` is for errors.
pub(crate) async fn commit_once(
    place: &Place,
    partition: &str,
    once: Once<'_>,
    (write, also): (Write, Option<Write>),
    what: &'static str,
) -> Result<Written, Error> {
    let record = write.body.clone().unwrap_or_default();
    let (id, base, version) = (write.id.clone(), write.base, write.base.saturating_add(1));
    let mut writes = vec![write];
    writes.extend(also);
    let key = once.key.map(|key| format!("i:{}", digest(key)));
    if let Some(key) = &key {
        let asked = digest(&once.request.to_string());
        if let Some(before) = repeated(place, partition, key, &asked).await? {
            return Ok(before);
        }
        let body = json!({"id": id, "version": version, "request": asked});
        writes.push(Write { id: key.clone(), base: 0, body: Some(body) });
    }
    match place.store.commit(partition, &writes).await {
        Ok(()) => Ok(Written { record, is_repeated: false }),
        Err(StoreError::Conflict { .. }) => {
            // The same request may have come twice at once.
            if let Some(key) = &key {
                let asked = digest(&once.request.to_string());
                if let Some(before) = repeated(place, partition, key, &asked).await? {
                    return Ok(before);
                }
            }
            let id = id.strip_prefix(RECORDS).unwrap_or(&id).to_owned();
            Err(Error::Conflict { what, id, base })
        }
        Err(error) => Err(error.into()),
    }
}

/// What an earlier request with this key has written.
async fn repeated(
    place: &Place,
    partition: &str,
    key: &str,
    asked: &str,
) -> Result<Option<Written>, Error> {
    let Some(body) = place.store.read(partition, key).await?.and_then(|found| found.body) else {
        return Ok(None);
    };
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("request") != asked {
        return Err(Error::OtherRequest);
    }
    let version = body.get("version").and_then(Value::as_u64).unwrap_or_default();
    let written = place.store.read_version(partition, text("id"), version).await?;
    match written.and_then(|found| found.body) {
        Some(record) => Ok(Some(Written { record, is_repeated: true })),
        None => Err(Error::OtherRequest),
    }
}

/// The latest body of a record that is there.
pub(crate) async fn latest(
    place: &Place,
    partition: &str,
    id: &str,
    what: &'static str,
) -> Result<(u64, Value), Error> {
    let found = place.store.read(partition, &record_id(id)).await?;
    let gone = || Error::NotFound { what, id: id.to_owned() };
    let found = found.ok_or_else(gone)?;
    Ok((found.version, found.body.ok_or_else(gone)?))
}

/// The body of a record: the latest, or that of a version.
pub(crate) async fn read(
    place: &Place,
    partition: &str,
    id: &str,
    version: Option<u64>,
    what: &'static str,
) -> Result<Value, Error> {
    let Some(version) = version else {
        return latest(place, partition, id, what).await.map(|(_, body)| body);
    };
    let found = place.store.read_version(partition, &record_id(id), version).await?;
    let gone = || Error::NotFound { what, id: format!("{id} in version {version}") };
    found.and_then(|found| found.body).ok_or_else(gone)
}

/// Deletes a record that is there, and based on a version, with what goes with it.
pub(crate) async fn delete(
    place: &Place,
    partition: &str,
    (id, base): (&str, u64),
    also: Option<Write>,
    what: &'static str,
) -> Result<(), Error> {
    let mut writes = vec![Write { id: record_id(id), base, body: None }];
    writes.extend(also);
    place.store.commit(partition, &writes).await.map_err(|error| match error {
        StoreError::Conflict { .. } => Error::Conflict { what, id: id.to_owned(), base },
        error => error.into(),
    })
}

/// A page of what has ids that begin with a prefix, in the order of the ids, of those that `is_wanted`. The cursor is
/// the rest of the last id.
pub(crate) async fn page(
    place: &Place,
    partition: &str,
    prefix: &str,
    cursor: Option<&str>,
    limit: usize,
    is_wanted: impl Fn(&Value) -> bool,
) -> Result<Page, Error> {
    let mut after = format!("{prefix}{}", crate::face::partition(&[cursor.unwrap_or_default()]));
    let limit = limit.clamp(1, crate::MOST_PER_PAGE);
    let mut items = Vec::new();
    let mut last = None;
    loop {
        let found = place.store.list(partition, &after, crate::MOST_PER_PAGE).await?;
        let is_last = found.len() < crate::MOST_PER_PAGE;
        for record in found {
            let Some(id) = record.id.strip_prefix(prefix) else {
                return Ok(Page { items, next_cursor: None });
            };
            if let Some(body) = record.body.filter(&is_wanted) {
                if items.len() == limit {
                    return Ok(Page { items, next_cursor: last });
                }
                items.push(body);
                last = Some(id.to_owned());
            }
            after.clone_from(&record.id);
        }
        if is_last {
            return Ok(Page { items, next_cursor: None });
        }
    }
}

/// Whose record it is: what somebody wrote is told in their name, also when somebody else tells it.
pub(crate) fn owner(record: &Value) -> Result<Identity, Error> {
    let text = |key: &str| record.pointer(&format!("/scope/{key}")).and_then(Value::as_str);
    let part = |key: &str| text(key).unwrap_or_default();
    let mode = part("mode").parse();
    let mode: Mode = mode.map_err(|_| Error::Refused("a record has no mode".to_owned()))?;
    Identity::of_server(
        part("tenant_id"),
        mode,
        part("user_id"),
        part("surface_id"),
        text("project_id"),
    )
    .map_err(|error| Error::Refused(format!("a record has no scope: {error}")))
}
