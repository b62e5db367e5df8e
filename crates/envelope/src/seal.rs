//! The two doors: a draft becomes an event that may leave, and bytes that enter become one. Nothing else makes an
//! envelope that anybody should believe.

use contract_embed::{Band, Obligation, VERSION};
use jiff::{Timestamp, Unit};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::canonical::payload_sha256;
use crate::check::{demanded, rules_hold, schemas_hold};
use crate::clock::{Clock, SystemClock};
use crate::draft::Draft;
use crate::envelope::{Device, Envelope, Hashes, Signature};
use crate::ids::Ids;
use crate::refused::Refused;
use crate::sign::{DeviceKey, KeyRing};
use crate::undo::undo_until;

/// The version of the envelope that is written.
const ENVELOPE: &str = "1.0.0";

/// Signs drafts for one device.
#[derive(Debug)]
pub struct Sealer<C = SystemClock> {
    key: DeviceKey,
    device: Device,
    ids: Ids,
    clock: C,
}

impl<C: Clock> Sealer<C> {
    /// With the key of the device, what is said of the device, and a clock.
    pub fn new(key: DeviceKey, platform: Option<&str>, trust: Option<&str>, clock: C) -> Sealer<C> {
        let device = Device {
            device_id: key.device_id().to_owned(),
            platform: platform.map(str::to_owned),
            trust: trust.map(str::to_owned),
        };
        Sealer { key, device, ids: Ids::new(), clock }
    }

    /// Makes an event of a draft: with an identifier, the time, hashes, the obligations of band and topic, and a
    /// signature.
    ///
    /// # Errors
    /// When it is not as the contracts say. Nothing is corrected beyond what is named above.
    pub fn seal<P: Serialize>(&self, draft: Draft<P>) -> Result<Envelope<P>, Refused> {
        let now = self.clock.now();
        let ts = now.round(Unit::Millisecond).map_err(|error| Refused::Undo(error.to_string()))?;
        let payload = serde_json::to_value(&draft.payload)
            .map_err(|error| Refused::NotJson(error.to_string()))?;
        let hashes = Hashes {
            payload_sha256: payload_sha256(&payload)?,
            previous_sha256: draft.previous_sha256.clone(),
        };
        let unsigned =
            Signature { alg: String::new(), key_id: String::new(), value: String::new() };
        let (draft, kept) = draft.split(payload);
        let mut event = Envelope {
            schema_version: ENVELOPE.to_owned(),
            id: self.ids.next(ts).to_string(),
            ts: ts.to_string(),
            ingest_ts: None,
            undo_until: until(&draft, ts),
            obligations: obligations(&draft),
            topic: draft.topic,
            actor: draft.actor,
            device: self.device.clone(),
            space_id: draft.space_id,
            band: draft.band,
            policy_version: VERSION.to_owned(),
            abac: draft.abac,
            mls_group: draft.mls_group,
            qos: draft.qos,
            hashes,
            redaction_applied: draft.redaction_applied,
            trace: draft.trace,
            idempotency_key: draft.idempotency_key,
            payload: draft.payload,
            signature: unsigned,
            x_extensions: draft.x_extensions,
        };
        self.sign(&mut event)?;
        Ok(event.with_payload(kept))
    }

    /// Signs an event again, after it was changed on the way.
    pub(crate) fn sign(&self, event: &mut Envelope<Value>) -> Result<(), Refused> {
        let value = to_value(event)?;
        event.signature = self.key.sign(&value)?;
        let value = to_value(event)?;
        schemas_hold(&value)?;
        rules_hold(event)
    }

    /// The device that signs.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }
}

/// Reads an event from bytes: one JSON object without a key twice, valid in every respect, and signed by a device
/// that is known.
///
/// # Errors
/// Why it is not.
pub fn read<P: DeserializeOwned>(bytes: &[u8], keys: &KeyRing) -> Result<Envelope<P>, Refused> {
    read_value(&crate::strict::parse(bytes)?, keys)
}

/// Reads an event from a value that was parsed elsewhere.
///
/// # Errors
/// As [`read`].
pub fn read_value<P: DeserializeOwned>(
    value: &Value,
    keys: &KeyRing,
) -> Result<Envelope<P>, Refused> {
    schemas_hold(value)?;
    let event: Envelope<Value> = from_value(value)?;
    rules_hold(&event)?;
    keys.verify(value, &event)?;
    let payload = from_value(&event.payload)?;
    Ok(event.with_payload(payload))
}

impl<P> Draft<P> {
    /// The same draft around a value, and the payload that it had.
    fn split(self, payload: Value) -> (Draft<Value>, P) {
        let draft = Draft {
            payload,
            topic: self.topic,
            actor: self.actor,
            space_id: self.space_id,
            band: self.band,
            is_undoable: self.is_undoable,
            abac: self.abac,
            mls_group: self.mls_group,
            qos: self.qos,
            previous_sha256: self.previous_sha256,
            obligations: self.obligations,
            redaction_applied: self.redaction_applied,
            trace: self.trace,
            idempotency_key: self.idempotency_key,
            x_extensions: self.x_extensions,
        };
        (draft, self.payload)
    }
}

impl<P> Envelope<P> {
    /// The same envelope around another form of the payload.
    fn with_payload<Q>(self, payload: Q) -> Envelope<Q> {
        Envelope {
            payload,
            schema_version: self.schema_version,
            id: self.id,
            ts: self.ts,
            ingest_ts: self.ingest_ts,
            topic: self.topic,
            actor: self.actor,
            device: self.device,
            space_id: self.space_id,
            band: self.band,
            undo_until: self.undo_until,
            policy_version: self.policy_version,
            abac: self.abac,
            mls_group: self.mls_group,
            qos: self.qos,
            hashes: self.hashes,
            obligations: self.obligations,
            redaction_applied: self.redaction_applied,
            trace: self.trace,
            idempotency_key: self.idempotency_key,
            signature: self.signature,
            x_extensions: self.x_extensions,
        }
    }
}

fn until(draft: &Draft<Value>, ts: Timestamp) -> Option<String> {
    let is_held = draft.band == Band::Amber && draft.is_undoable;
    is_held.then(|| undo_until(ts)).flatten().map(|until| until.to_string())
}

/// Those of band and topic, those of the draft, and redaction where it is still to be done; each once.
fn obligations(draft: &Draft<Value>) -> Vec<Obligation> {
    let demanded = demanded(draft.topic.topic, draft.band);
    let is_redacted = draft.redaction_applied == Some(true);
    let must_redact = draft.band.rank() >= Band::Amber.rank() && !is_redacted;
    let all = Obligation::ALL.iter().copied();
    all.filter(|one| {
        demanded.contains(one)
            || draft.obligations.contains(one)
            || (*one == Obligation::RedactPii && must_redact)
    })
    .collect()
}

pub(crate) fn to_value<P: Serialize>(event: &Envelope<P>) -> Result<Value, Refused> {
    serde_json::to_value(event).map_err(|error| Refused::NotJson(error.to_string()))
}

fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Refused> {
    T::deserialize(value).map_err(|error| Refused::NotJson(error.to_string()))
}
