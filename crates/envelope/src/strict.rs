//! Text to JSON values without ambiguity: an object with a key twice is refused, since two readers would see two
//! different events behind one signature.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::refused::Refused;

/// Marks the message of an error, since serde hands on nothing but text.
const TWICE: &str = "the key twice: ";

/// The value of a text.
pub(crate) fn parse(text: &[u8]) -> Result<Value, Refused> {
    let unique: Result<Unique, _> = serde_json::from_slice(text);
    if let Err(error) = unique {
        let said = error.to_string();
        let key = said.split_once(TWICE).and_then(|(_, rest)| rest.rsplit_once(" at line "));
        return Err(match key {
            Some((key, _)) => Refused::KeyTwice(key.to_owned()),
            None => Refused::NotJson(said),
        });
    }
    serde_json::from_slice(text).map_err(|error| Refused::NotJson(error.to_string()))
}

/// Reads a value for nothing but its keys.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_unit<E: Error>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
        while items.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unique, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            entries.next_value::<Unique>()?;
            if let Some(key) = keys.replace(key) {
                return Err(A::Error::custom(format!("{TWICE}{key}")));
            }
        }
        Ok(Unique)
    }
}
