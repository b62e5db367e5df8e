//! What the tests share: a device, its clock, and events that it signs.

use std::cell::Cell;

use contract_embed::{Band, Topic, files};
use contract_envelope::{
    Actor, Clock, DeviceKey, Draft, Envelope, KeyRing, Refused, Sealer, canonical, payload_sha256,
    read_value,
};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(crate) const SEED: [u8; 32] = [3; 32];

pub(crate) struct Hand(pub(crate) Cell<Timestamp>);

impl Hand {
    pub(crate) fn new() -> Hand {
        Hand(Cell::new("2026-11-20T09:30:00Z".parse().unwrap()))
    }

    pub(crate) fn wait(&self, time: SignedDuration) {
        self.0.set(self.0.get() + time);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        self.0.get()
    }
}

pub(crate) fn key() -> DeviceKey {
    DeviceKey::new("laptop-7", "laptop-7-test", &SEED)
}

pub(crate) fn sealer() -> Sealer<Hand> {
    Sealer::new(key(), Some("linux"), Some("medium"), Hand::new())
}

pub(crate) fn keys() -> KeyRing {
    let mut keys = KeyRing::new();
    keys.add("laptop-7", "laptop-7-test", &key().public()).unwrap();
    keys
}

pub(crate) fn note() -> Value {
    json!({
        "note_id": "62f746b4-84e6-4ceb-95bd-447e7184d454",
        "user_id": "ada",
        "surface_id": "chat",
        "content_format": "text",
        "tags": [],
        "source": {"created_by": "user"},
        "version": 1,
        "created_at": "2026-11-20T14:29:00Z"
    })
}

pub(crate) fn draft(payload: Value) -> Draft<Value> {
    Draft::new(Topic::NoteCreated, Actor::user("ada"), "shared:household", payload)
}

pub(crate) fn event(band: Band) -> Envelope<Value> {
    let group = (band != Band::Green).then_some("mls:household");
    sealer().seal(draft(note()).band(band, group)).unwrap()
}

pub(crate) fn value(event: &Envelope<Value>) -> Value {
    serde_json::to_value(event).unwrap()
}

/// The value with the hash and the signature that fit it, so that nothing else can be why it is refused.
pub(crate) fn signed(mut event: Value) -> Value {
    if event.get("payload").is_some() && event["hashes"].get("payload_sha256").is_some() {
        event["hashes"]["payload_sha256"] = json!(payload_sha256(&event["payload"]).unwrap());
    }
    let Some(signature) = event.as_object_mut().and_then(|object| object.remove("signature"))
    else {
        return event;
    };
    let bytes = SigningKey::from_bytes(&SEED).sign(&canonical(&event).unwrap()).to_bytes();
    event["signature"] = signature;
    if event["signature"].get("value").is_some() {
        event["signature"]["value"] = json!(BASE64URL_NOPAD.encode(&bytes));
    }
    event
}

pub(crate) fn refused(event: &Value) -> Option<Refused> {
    read_value::<Value>(event, &keys()).err()
}

/// The examples of events: their names, their values, and whether they are valid.
pub(crate) fn examples() -> Vec<(&'static str, Value, bool)> {
    let all = files().iter().filter_map(|file| {
        let name = file.path.strip_prefix("events/examples/")?;
        let value = serde_json::from_str(file.text).unwrap();
        Some((name, value, !name.contains(".invalid.")))
    });
    all.collect()
}
