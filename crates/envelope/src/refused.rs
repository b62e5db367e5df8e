//! Why an event is none.

use std::fmt;

use contract_embed::{Band, Invalid, Obligation, Topic};

/// Why something is no event, or not one that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is no JSON.
    NotJson(String),
    /// An object has a key twice: readers would disagree about it.
    KeyTwice(String),
    /// A number that a double does not hold: its canonical form would be another number.
    Number(String),
    /// It is not as a schema of the contracts says: the envelope, its invariants, or the payload of the topic.
    Invalid(Invalid),
    /// The contracts lack a schema that is needed.
    NoSchema(String),
    /// The topic is not in the catalog.
    Topic(String),
    /// The band is lower than the topic allows.
    Band {
        /// The topic.
        topic: Topic,
        /// What it has.
        band: Band,
        /// The lowest that it may have.
        least: Band,
    },
    /// An obligation of its band or topic is not there.
    Obligation(Obligation),
    /// `undo_until` is there where nothing can be undone, or is not 15 minutes after `ts`.
    Undo(String),
    /// The payload is not what `hashes.payload_sha256` was made of.
    Hash,
    /// Nobody knows the key.
    UnknownKey(String),
    /// The key is that of another device.
    Device {
        /// The key.
        key_id: String,
        /// The device that the event names.
        device_id: String,
    },
    /// The signature does not fit.
    Signature,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NotJson(why) => write!(f, "the event is no JSON: {why}"),
            Refused::KeyTwice(key) => write!(f, "the event has the key `{key}` twice in an object"),
            Refused::Number(text) => {
                write!(f, "the number {text} is more exact than a double: write it as a string")
            }
            Refused::Invalid(invalid) => write!(f, "the event is {invalid}"),
            Refused::NoSchema(why) => write!(f, "the event cannot be checked: {why}"),
            Refused::Topic(topic) => write!(f, "events/topics.yaml has no topic `{topic}`"),
            Refused::Band { topic, band, least } => {
                write!(f, "an event of {topic} has at least band {least}, and this one has {band}")
            }
            Refused::Obligation(obligation) => {
                write!(f, "the band or the topic of the event demands the obligation {obligation}")
            }
            Refused::Undo(why) => write!(f, "`undo_until` is wrong: {why}"),
            Refused::Hash => {
                f.write_str("the payload is not what `hashes.payload_sha256` was made of")
            }
            Refused::UnknownKey(key) => write!(f, "no device is known with the key `{key}`"),
            Refused::Device { key_id, device_id } => {
                write!(f, "the key `{key_id}` is not one of the device `{device_id}`")
            }
            Refused::Signature => f.write_str("the signature does not fit the event"),
        }
    }
}

impl std::error::Error for Refused {}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Refused {
        Refused::Invalid(invalid)
    }
}
