//! The envelope as a type. What it may hold is decided by the schemas, not here.

use std::collections::BTreeMap;
use std::fmt;

use contract_embed::{ActorKind, Band, Delivery, Obligation, Topic};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::refused::Refused;

/// An event: what every event carries, around a payload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope<P = Value> {
    /// The version of the envelope.
    pub schema_version: String,
    /// A ULID, or a UUID in lower case.
    pub id: String,
    /// When it happened, RFC 3339 in UTC.
    pub ts: String,
    /// When the runtime took it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingest_ts: Option<String>,
    /// What it is about.
    pub topic: TopicRef,
    /// Who did it.
    pub actor: Actor,
    /// The device it came from.
    pub device: Device,
    /// The space it belongs to.
    pub space_id: String,
    /// How sensitive it is.
    pub band: Band,
    /// Until when it may be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_until: Option<String>,
    /// The policy that was in force.
    pub policy_version: String,
    /// Attributes on which the policy decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abac: Option<BTreeMap<String, String>>,
    /// The encryption group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mls_group: Option<String>,
    /// How it is delivered.
    pub qos: Qos,
    /// What the content hashes to.
    pub hashes: Hashes,
    /// What whoever handles it must do.
    pub obligations: Vec<Obligation>,
    /// Whether personal data has been redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redaction_applied: Option<bool>,
    /// The trace it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// Two events with one key are one event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The content, as the topic says.
    pub payload: P,
    /// The signature of the device.
    pub signature: Signature,
    /// Experiments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_extensions: Option<Map<String, Value>>,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// What acts.
    pub kind: ActorKind,
    /// The user, or the one an agent acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The agent, service or plugin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The capabilities that were used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<String>>,
}

/// The device an event came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// The device.
    pub device_id: String,
    /// Its platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// How far it is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust: Option<String>,
}

/// How an event is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Qos {
    /// At most once or at least once.
    pub delivery: Delivery,
    /// From 0 to 9, the most urgent.
    pub priority: u8,
    /// Time until it should be handled, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
}

/// What the content hashes to, SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hashes {
    /// Of the payload in its canonical form.
    pub payload_sha256: String,
    /// Of the event before it in the same stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_sha256: Option<String>,
}

/// The trace of an event, as in W3C Trace Context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The trace.
    pub trace_id: String,
    /// The span.
    pub span_id: String,
    /// The span around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_span_id: Option<String>,
}

/// The signature of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The algorithm.
    pub alg: String,
    /// The key of the device.
    pub key_id: String,
    /// Over the envelope without this object, base64url without padding.
    pub value: String,
}

/// A topic as an event names it: with its version or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicRef {
    /// The topic.
    pub topic: Topic,
    /// Whether the event names the version.
    pub is_versioned: bool,
}

/// What two deliveries of one event have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DedupKey<'e> {
    /// The idempotency key, in its space.
    Key {
        /// The space.
        space_id: &'e str,
        /// The key.
        key: &'e str,
    },
    /// The identifier of the event.
    Id(&'e str),
}

impl<P> Envelope<P> {
    /// What tells whether this event was seen before: its idempotency key, or else its identifier.
    pub fn dedup_key(&self) -> DedupKey<'_> {
        match &self.idempotency_key {
            Some(key) => DedupKey::Key { space_id: &self.space_id, key },
            None => DedupKey::Id(&self.id),
        }
    }
}

impl Actor {
    /// A user.
    pub fn user(user_id: &str) -> Actor {
        let user_id = Some(user_id.to_owned());
        Actor { kind: ActorKind::User, user_id, agent_id: None, capabilities: None }
    }

    /// An agent, a service or a plugin, for a user or for nobody.
    pub fn other(kind: ActorKind, agent_id: &str, user_id: Option<&str>) -> Actor {
        let user_id = user_id.map(str::to_owned);
        Actor { kind, user_id, agent_id: Some(agent_id.to_owned()), capabilities: None }
    }
}

impl TopicRef {
    /// The topic of a name with or without a version. Without one it is the highest version of the catalog.
    ///
    /// # Errors
    /// When the catalog does not have it.
    pub fn find(text: &str) -> Result<TopicRef, Refused> {
        if let Ok(topic) = text.parse() {
            return Ok(TopicRef { topic, is_versioned: true });
        }
        let named = Topic::ALL.iter().filter(|topic| topic.name() == text);
        let topic = named.max_by_key(|topic| crate::publish::numbers(topic.version()));
        let topic = topic.ok_or_else(|| Refused::Topic(text.to_owned()))?;
        Ok(TopicRef { topic: *topic, is_versioned: false })
    }
}

impl From<Topic> for TopicRef {
    fn from(topic: Topic) -> TopicRef {
        TopicRef { topic, is_versioned: true }
    }
}

impl fmt::Display for TopicRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_versioned { self.topic.as_str() } else { self.topic.name() })
    }
}

impl Serialize for TopicRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TopicRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        TopicRef::find(&text).map_err(serde::de::Error::custom)
    }
}
