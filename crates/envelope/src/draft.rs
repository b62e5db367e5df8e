//! What somebody wants to say, before it is an event. A [`Sealer`](crate::Sealer) makes one of it.

use std::collections::BTreeMap;

use contract_embed::{Band, Delivery, Obligation, Topic};
use serde_json::{Map, Value};

use crate::envelope::{Actor, Qos, TopicRef, Trace};

/// An event that nobody has signed.
#[derive(Debug, Clone)]
pub struct Draft<P> {
    pub(crate) topic: TopicRef,
    pub(crate) payload: P,
    pub(crate) actor: Actor,
    pub(crate) space_id: String,
    pub(crate) band: Band,
    pub(crate) is_undoable: bool,
    pub(crate) abac: Option<BTreeMap<String, String>>,
    pub(crate) mls_group: Option<String>,
    pub(crate) qos: Qos,
    pub(crate) previous_sha256: Option<String>,
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) redaction_applied: Option<bool>,
    pub(crate) trace: Option<Trace>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) x_extensions: Option<Map<String, Value>>,
}

impl<P> Draft<P> {
    /// A draft in the lowest band of its topic, delivered at least once with priority 4.
    pub fn new(topic: Topic, actor: Actor, space_id: &str, payload: P) -> Draft<P> {
        Draft {
            topic: topic.into(),
            payload,
            actor,
            space_id: space_id.to_owned(),
            band: topic.min_band(),
            is_undoable: true,
            abac: None,
            mls_group: None,
            qos: Qos { delivery: Delivery::AtLeastOnce, priority: 4, deadline_ms: None },
            previous_sha256: None,
            obligations: Vec::new(),
            redaction_applied: None,
            trace: None,
            idempotency_key: None,
            x_extensions: None,
        }
    }

    /// The band, and the encryption group that it needs from AMBER on (`mls:…`).
    #[must_use]
    pub fn band(mut self, band: Band, mls_group: Option<&str>) -> Self {
        (self.band, self.mls_group) = (band, mls_group.map(str::to_owned));
        self
    }

    /// Takes away the 15 minutes in which an AMBER event may be undone: what is on record stays there.
    #[must_use]
    pub fn irrevocable(mut self) -> Self {
        self.is_undoable = false;
        self
    }

    /// Attributes on which the policy decided.
    #[must_use]
    pub fn abac(mut self, name: &str, value: &str) -> Self {
        self.abac.get_or_insert_default().insert(name.to_owned(), value.to_owned());
        self
    }

    /// How it is delivered.
    #[must_use]
    pub fn qos(mut self, qos: Qos) -> Self {
        self.qos = qos;
        self
    }

    /// The payload hash of the event before it in the same stream.
    #[must_use]
    pub fn after(mut self, previous_sha256: &str) -> Self {
        self.previous_sha256 = Some(previous_sha256.to_owned());
        self
    }

    /// An obligation beside those of the band and the topic, which come by themselves.
    #[must_use]
    pub fn obligation(mut self, obligation: Obligation) -> Self {
        self.obligations.push(obligation);
        self
    }

    /// Says that the payload holds no personal data any more. Without this, an event from AMBER on carries
    /// REDACT_PII.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        self.redaction_applied = Some(true);
        self
    }

    /// The trace it belongs to.
    #[must_use]
    pub fn trace(mut self, trace: Trace) -> Self {
        self.trace = Some(trace);
        self
    }

    /// The key by which two deliveries are one event; 8 to 128 characters.
    #[must_use]
    pub fn idempotency_key(mut self, key: &str) -> Self {
        self.idempotency_key = Some(key.to_owned());
        self
    }

    /// Experiments; nothing may depend on them.
    #[must_use]
    pub fn extension(mut self, name: &str, value: Value) -> Self {
        self.x_extensions.get_or_insert_default().insert(name.to_owned(), value);
        self
    }
}
