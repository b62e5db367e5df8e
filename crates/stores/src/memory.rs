//! The memory of a session: values by key, which stay until they are deleted or until a time that was set.

use contract_embed::{Band, ResourceKind};
use contract_routing::identity::Identity;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::face::{Once, check, commit_once, delete, partition, record_id};
use crate::{Error, Place, Stores, Write, Written};

const WHAT: &str = "key of the memory";

/// Face of `memory_store`.
#[derive(Clone, Copy)]
pub struct Memory<'s> {
    stores: &'s Stores,
}

/// Whose session.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    /// Who asks; a session belongs to a user in a project.
    pub who: &'a Identity,
    /// The session.
    pub id: &'a str,
}

/// A value to keep.
#[derive(Debug, Clone)]
pub struct MemoryWrite<'a> {
    /// Any JSON value.
    pub value: &'a Value,
    /// How sensitive it is.
    pub band: Band,
    /// How long it stays, in seconds; for ever when nothing is said.
    pub ttl_seconds: Option<u64>,
    /// The version that it is based on, 0 for a key that must not be there.
    pub base: u64,
    /// The idempotency key of the request.
    pub idempotency_key: Option<&'a str>,
}

impl<'s> Memory<'s> {
    pub(crate) fn new(stores: &'s Stores) -> Self {
        Memory { stores }
    }

    fn place(&self, session: Session<'_>) -> Result<(Place, String), Error> {
        let who = session.who;
        let place = self.stores.place_of(ResourceKind::MemoryStore, who)?;
        let project = who.project_id.as_deref().unwrap_or_default();
        let parts =
            ["memory", &who.tenant_id, who.mode.as_str(), &who.user_id, project, session.id];
        Ok((place, partition(&parts)))
    }

    /// The entry of a key.
    ///
    /// # Errors
    /// When there is none, or its time has passed.
    pub async fn get(&self, session: Session<'_>, key: &str) -> Result<Value, Error> {
        let (place, partition) = self.place(session)?;
        let found = place.store.read(&partition, &record_id(key)).await?;
        let entry = found.and_then(|found| found.body).filter(|entry| !self.is_over(entry));
        entry.ok_or_else(|| Error::NotFound { what: WHAT, id: key.to_owned() })
    }

    /// Writes the next version of a key.
    ///
    /// # Errors
    /// When it is based on another version than the latest.
    pub async fn set(
        &self,
        session: Session<'_>,
        key: &str,
        write: MemoryWrite<'_>,
    ) -> Result<Written, Error> {
        let (place, partition) = self.place(session)?;
        let found = place.store.read(&partition, &record_id(key)).await?;
        let latest = found.as_ref().map_or(0, |found| found.version);
        let there = found.and_then(|found| found.body).filter(|entry| !self.is_over(entry));
        // A key that is gone, or whose time has passed, is new for whoever writes it.
        let base = if there.is_none() && write.base == 0 { latest } else { write.base };
        let now = self.stores.now();
        let text = |entry: &Value| Some(entry.get("created_at")?.as_str()?.to_owned());
        let created = there.as_ref().and_then(text).unwrap_or_else(|| now.to_string());
        let mut entry = json!({
            "scope": session.who.scope(),
            "session_id": session.id,
            "key": key,
            "value": write.value,
            "band": write.band,
            "version": base.saturating_add(1),
            "created_at": created,
            "updated_at": now.to_string(),
        });
        if let (Some(ttl), Some(fields)) = (write.ttl_seconds, entry.as_object_mut()) {
            fields.insert("ttl_seconds".to_owned(), json!(ttl));
            fields.insert("expires_at".to_owned(), json!(until(now, ttl)?.to_string()));
        }
        check("storage/session_memory", &entry)?;
        let request = json!([key, write.value, write.band, write.ttl_seconds, write.base]);
        let once = Once { key: write.idempotency_key, request: &request };
        let next = Write { id: record_id(key), base, body: Some(entry) };
        commit_once(&place, &partition, once, (next, None), WHAT).await
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// When it is not there, or `base` is not its latest version.
    pub async fn delete(&self, session: Session<'_>, key: &str, base: u64) -> Result<(), Error> {
        self.get(session, key).await?;
        let (place, partition) = self.place(session)?;
        delete(&place, &partition, (key, base), None, WHAT).await
    }

    fn is_over(&self, entry: &Value) -> bool {
        let end = entry.get("expires_at").and_then(Value::as_str);
        let end = end.and_then(|end| end.parse::<Timestamp>().ok());
        end.is_some_and(|end| end <= self.stores.now())
    }
}

fn until(now: Timestamp, ttl: u64) -> Result<Timestamp, Error> {
    let seconds = i64::try_from(ttl).ok().map(SignedDuration::from_secs);
    let end = seconds.and_then(|ttl| now.checked_add(ttl).ok());
    end.ok_or_else(|| Error::Refused(format!("a time to live of {ttl} seconds has no end")))
}
