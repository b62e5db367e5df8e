//! Ed25519 (RFC 8032) over the canonical form of an envelope without its `signature`, with the key of a device.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde_json::Value;

use crate::canonical::canonical;
use crate::envelope::{Envelope, Signature};
use crate::refused::Refused;

/// The one algorithm of the contracts.
const ALGORITHM: &str = "Ed25519";

/// The key that a device signs with. Its secret is in no message.
pub struct DeviceKey {
    key_id: String,
    device_id: String,
    key: SigningKey,
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({} of {})", self.key_id, self.device_id)
    }
}

impl DeviceKey {
    /// From the seed of 32 bytes (RFC 8032, 5.1.5) that the device keeps.
    pub fn new(device_id: &str, key_id: &str, seed: &[u8; 32]) -> DeviceKey {
        let (device_id, key_id) = (device_id.to_owned(), key_id.to_owned());
        DeviceKey { key_id, device_id, key: SigningKey::from_bytes(seed) }
    }

    /// The device.
    pub fn device_id(&self) -> &str {
        &self.device_id
    }

    /// The public key, for the key ring of readers.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The id of the key.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    pub(crate) fn sign(&self, event: &Value) -> Result<Signature, Refused> {
        let signature = self.key.sign(&signed(event)?).to_bytes();
        Ok(Signature {
            alg: ALGORITHM.to_owned(),
            key_id: self.key_id.clone(),
            value: BASE64URL_NOPAD.encode(&signature),
        })
    }
}

/// A key that no signature should be believed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadKey {
    /// The bytes are no public key, or one that fits signatures of anybody.
    Weak(String),
    /// The id stands for another key already.
    Twice(String),
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadKey::Weak(id) => write!(f, "`{id}` is no usable public key of Ed25519"),
            BadKey::Twice(id) => write!(f, "two keys have the id `{id}`: rename one"),
        }
    }
}

impl std::error::Error for BadKey {}

/// The public keys of the devices that are known.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: BTreeMap<String, (String, VerifyingKey)>,
}

impl KeyRing {
    /// Nobody is known.
    pub fn new() -> KeyRing {
        KeyRing::default()
    }

    /// Adds a key of a device.
    ///
    /// # Errors
    /// When it proves nothing, or its id is taken.
    pub fn add(&mut self, device_id: &str, key_id: &str, public: &[u8; 32]) -> Result<(), BadKey> {
        let key = VerifyingKey::from_bytes(public).ok().filter(|key| !key.is_weak());
        let key = key.ok_or_else(|| BadKey::Weak(key_id.to_owned()))?;
        if self.keys.contains_key(key_id) {
            return Err(BadKey::Twice(key_id.to_owned()));
        }
        self.keys.insert(key_id.to_owned(), (device_id.to_owned(), key));
        Ok(())
    }

    /// Whether the signature of an event is that of its device.
    pub(crate) fn verify(&self, event: &Value, parsed: &Envelope<Value>) -> Result<(), Refused> {
        let Signature { alg, key_id, value } = &parsed.signature;
        let known = self.keys.get(key_id);
        let (device_id, key) = known.ok_or_else(|| Refused::UnknownKey(key_id.clone()))?;
        if *device_id != parsed.device.device_id {
            let (key_id, device_id) = (key_id.clone(), parsed.device.device_id.clone());
            return Err(Refused::Device { key_id, device_id });
        }
        let bytes = BASE64URL_NOPAD.decode(value.as_bytes()).map_err(|_| Refused::Signature)?;
        let signature = ed25519_dalek::Signature::from_slice(&bytes);
        let signature = signature.map_err(|_| Refused::Signature)?;
        if alg != ALGORITHM {
            return Err(Refused::Signature);
        }
        key.verify_strict(&signed(event)?, &signature).map_err(|_| Refused::Signature)
    }
}

/// What is signed: the canonical form of everything but the signature.
fn signed(event: &Value) -> Result<Vec<u8>, Refused> {
    let mut event = event.clone();
    if let Some(object) = event.as_object_mut() {
        object.remove("signature");
    }
    canonical(&event)
}
