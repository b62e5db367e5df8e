//! The event spine: records are appended, read and replayed. There is no call that changes or removes one.

use contract_embed::{Mode, ResourceKind, SpineEventType};
use contract_routing::identity::Identity;
use serde_json::{Map, Value, json};

use crate::face::{check, partition};
use crate::{Error, MOST_PER_PAGE, Page, Place, StoreError, Stores, Write};

/// The one log of a spine; its versions are the records, in order.
const LOG: &str = "log";

/// How often a record is put at the end, when others come first.
const TRIES: usize = 64;

/// Face of `event_spine`.
#[derive(Clone, Copy)]
pub struct Spine<'s> {
    stores: &'s Stores,
}

/// On whose behalf a record is appended.
#[derive(Debug, Clone, Copy)]
pub enum Emitter<'i> {
    /// Somebody who was authenticated.
    Identity(&'i Identity),
    /// The runtime itself, which has no user.
    Runtime {
        /// The tenant.
        tenant: &'i str,
        /// The mode.
        mode: Mode,
    },
}

/// Which records are wanted; what is not said is every one.
#[derive(Debug, Clone, Default)]
pub struct SpineFilter {
    /// Of this type.
    pub event_type: Option<SpineEventType>,
    /// Of this run.
    pub run_id: Option<String>,
    /// From this time on.
    pub since: Option<jiff::Timestamp>,
}

impl Emitter<'_> {
    fn owner(&self) -> (Mode, &str) {
        match self {
            Emitter::Identity(who) => (who.mode, &who.tenant_id),
            Emitter::Runtime { tenant, mode } => (*mode, tenant),
        }
    }
}

impl<'s> Spine<'s> {
    pub(crate) fn new(stores: &'s Stores) -> Self {
        Spine { stores }
    }

    fn place(&self, mode: Mode, tenant: &str) -> Result<(Place, String), Error> {
        let place = self.stores.place(ResourceKind::EventSpine, mode, tenant)?;
        Ok((place, partition(&["spine", tenant, mode.as_str()])))
    }

    /// Whether records can be appended at all.
    ///
    /// # Errors
    /// When the spine has no route or cannot be opened.
    pub fn is_there(&self, mode: Mode, tenant: &str) -> Result<(), Error> {
        self.place(mode, tenant).map(drop)
    }

    /// Appends an event: the body of `appendSpineEvent`, to which tenant, mode, user and route are added. Returns
    /// the record.
    ///
    /// # Errors
    /// [`Error::Exists`] when its `event_id` is on the spine. When it cannot be kept, it is nowhere: there is no
    /// other path for it.
    pub async fn append(&self, emitter: Emitter<'_>, event: &Value) -> Result<Value, Error> {
        let (mode, tenant) = emitter.owner();
        let record = record(emitter, event);
        check("storage/event_spine_record", &record)?;
        let (place, partition) = self.place(mode, tenant)?;
        let id = record.get("event_id").and_then(Value::as_str).unwrap_or_default();
        let marker = format!("e:{id}");
        for _ in 0..TRIES {
            if place.store.read(&partition, &marker).await?.is_some() {
                return Err(Error::Exists { what: "event", id: id.to_owned() });
            }
            let last = place.store.read(&partition, LOG).await?.map_or(0, |last| last.version);
            let at = json!({"position": last + 1});
            let writes = [
                Write { id: LOG.to_owned(), base: last, body: Some(record.clone()) },
                Write { id: marker.clone(), base: 0, body: Some(at) },
            ];
            match place.store.commit(&partition, &writes).await {
                Ok(()) => return Ok(record),
                // Another record came first; this one comes after it.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict { what: "event", id: id.to_owned(), base: 0 })
    }

    /// A record by its `event_id`.
    ///
    /// # Errors
    /// When there is none in this tenant and mode.
    pub async fn get(&self, mode: Mode, tenant: &str, id: &str) -> Result<Value, Error> {
        let (place, partition) = self.place(mode, tenant)?;
        let gone = || Error::NotFound { what: "event", id: id.to_owned() };
        let marker = place.store.read(&partition, &format!("e:{id}")).await?;
        let at = marker.and_then(|m| m.body?.get("position")?.as_u64()).ok_or_else(gone)?;
        let found = place.store.read_version(&partition, LOG, at).await?;
        found.and_then(|record| record.body).ok_or_else(gone)
    }

    /// The records in the order in which they were appended. The cursor is the position of the last one.
    ///
    /// # Errors
    /// When the cursor is none of ours, or the spine cannot be read.
    pub async fn list(
        &self,
        mode: Mode,
        tenant: &str,
        filter: &SpineFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, Error> {
        let (place, partition) = self.place(mode, tenant)?;
        let bad = || Error::Refused("the cursor is not one of `next_cursor`".to_owned());
        let mut after = match cursor {
            Some(text) => text.parse::<u64>().map_err(|_| bad())?,
            None => 0,
        };
        let limit = limit.clamp(1, MOST_PER_PAGE);
        let mut items = Vec::new();
        let mut last = after;
        loop {
            let found = place.store.versions(&partition, LOG, after, MOST_PER_PAGE).await?;
            let is_last = found.len() < MOST_PER_PAGE;
            for record in found {
                after = record.version;
                let Some(body) = record.body.filter(|body| filter.has(body)) else { continue };
                if items.len() == limit {
                    return Ok(Page { items, next_cursor: Some(last.to_string()) });
                }
                items.push(body);
                last = after;
            }
            if is_last {
                return Ok(Page { items, next_cursor: None });
            }
        }
    }
}

/// What the server knows is not taken from the event.
fn record(emitter: Emitter<'_>, event: &Value) -> Value {
    let (mode, tenant) = emitter.owner();
    let mut record = event.as_object().cloned().unwrap_or_else(Map::new);
    record.insert("tenant_id".to_owned(), json!(tenant));
    record.insert("mode".to_owned(), json!(mode));
    record.insert("route".to_owned(), json!(ResourceKind::EventSpine));
    if let Emitter::Identity(who) = emitter {
        record.insert("user_id".to_owned(), json!(who.user_id));
    } else {
        record.shift_remove("user_id");
    }
    Value::Object(record)
}

impl SpineFilter {
    fn has(&self, record: &Value) -> bool {
        let text = |key: &str| record.get(key).and_then(Value::as_str);
        let time = || text("timestamp").and_then(|at| at.parse::<jiff::Timestamp>().ok());
        self.event_type.is_none_or(|wanted| text("event_type") == Some(wanted.as_str()))
            && self.run_id.as_deref().is_none_or(|wanted| text("run_id") == Some(wanted))
            && self.since.is_none_or(|since| time().is_some_and(|at| at >= since))
    }
}
