//! Redaction: what is left of an event when it is passed on. From AMBER on rules take personal data out; BLACK events
//! are not passed on at all. Nothing brings redacted data back.

use std::fmt;

use contract_embed::Band;
use serde_json::Value;

use crate::canonical::payload_sha256;
use crate::clock::Clock;
use crate::envelope::Envelope;
use crate::refused::Refused;
use crate::seal::{Sealer, to_value};

/// What stands where something was. It is written as identifiers are, so that a masked record is still one.
pub const MASK: &str = "redacted";

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The field goes away.
    Drop,
    /// The word [`MASK`] stands for the value.
    Mask,
}

/// Which fields a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Every field of this name in the actor and the payload, however deep.
    Named(String),
    /// A place of the envelope, as a JSON Pointer (RFC 6901); `*` is every item or field there.
    At(String),
}

/// What is redacted, in the order of the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<(Which, Action)>,
}

/// Why nothing is passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotShared {
    /// BLACK events are shared with nobody.
    Black,
    /// The redacted event is none any more.
    Refused(Refused),
}

impl fmt::Display for NotShared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotShared::Black => f.write_str("a BLACK event is shared with nobody"),
            NotShared::Refused(why) => write!(f, "redacted, it is no event any more: {why}"),
        }
    }
}

impl std::error::Error for NotShared {}

impl Rules {
    /// Nothing is redacted.
    pub fn new() -> Rules {
        Rules::default()
    }

    /// Users and what leads to them: identifiers of users, sessions and threads, and what people wrote as a reason.
    pub fn of_identities() -> Rules {
        let masked = ["user_id", "session_id", "thread_id"];
        let rules = Rules::new().with(Which::At("/idempotency_key".to_owned()), Action::Drop);
        let rules = rules.with(Which::At("/x_extensions".to_owned()), Action::Drop);
        masked
            .iter()
            .fold(rules, |rules, name| rules.with(Which::Named((*name).to_owned()), Action::Mask))
    }

    /// Adds a rule.
    #[must_use]
    pub fn with(mut self, which: Which, action: Action) -> Rules {
        self.rules.push((which, action));
        self
    }

    fn apply(&self, event: &mut Value) {
        for (which, action) in &self.rules {
            match which {
                Which::At(pointer) => {
                    let parts: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
                    at(event, &parts, *action);
                }
                Which::Named(name) => {
                    for place in ["actor", "payload"] {
                        if let Some(value) = event.get_mut(place) {
                            named(value, name, *action);
                        }
                    }
                }
            }
        }
    }

    /// What may be seen of an event in logs, metrics, traces and plugins: without its signature, which is that of the
    /// whole event. A GREEN event, and one that was redacted before, is seen as it is.
    ///
    /// # Errors
    /// [`NotShared::Black`].
    pub fn view(&self, event: &Envelope<Value>) -> Result<Value, NotShared> {
        let mut value = to_value(event).map_err(NotShared::Refused)?;
        if event.band == Band::Black {
            return Err(NotShared::Black);
        }
        if let Some(object) = value.as_object_mut() {
            object.remove("signature");
        }
        if is_open(event) {
            return Ok(value);
        }
        self.apply(&mut value);
        value["redaction_applied"] = Value::Bool(true);
        Ok(value)
    }

    /// The event as it is passed on: redacted, with the hash of what is left and the signature of the device that did
    /// it. It keeps its identifier and its obligations.
    ///
    /// # Errors
    /// When it is BLACK, or what is left is not as the contracts say.
    pub fn pass_on<C: Clock>(
        &self,
        event: &Envelope<Value>,
        sealer: &Sealer<C>,
    ) -> Result<Envelope<Value>, NotShared> {
        let mut value = self.view(event)?;
        if is_open(event) {
            return Ok(event.clone());
        }
        let unreadable = |error: serde_json::Error| Refused::NotJson(error.to_string());
        let refused = NotShared::Refused;
        value["signature"] =
            serde_json::to_value(&event.signature).map_err(|error| refused(unreadable(error)))?;
        let read: Result<Envelope<Value>, _> = serde_json::from_value(value);
        let mut passed = read.map_err(|error| refused(unreadable(error)))?;
        passed.device = sealer.device().clone();
        passed.hashes.payload_sha256 = payload_sha256(&passed.payload).map_err(refused)?;
        sealer.sign(&mut passed).map_err(refused)?;
        Ok(passed)
    }
}

/// Whether there is nothing to redact.
fn is_open(event: &Envelope<Value>) -> bool {
    event.band.rank() < Band::Amber.rank() || event.redaction_applied == Some(true)
}

fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn at(value: &mut Value, parts: &[String], action: Action) {
    let Some((part, rest)) = parts.split_first() else { return };
    if rest.is_empty() {
        return remove(value, part, action);
    }
    match value {
        Value::Object(fields) if part == "*" => {
            fields.values_mut().for_each(|field| at(field, rest, action));
        }
        Value::Array(items) if part == "*" => {
            items.iter_mut().for_each(|item| at(item, rest, action));
        }
        Value::Object(fields) => {
            if let Some(field) = fields.get_mut(part) {
                at(field, rest, action);
            }
        }
        Value::Array(items) => {
            if let Some(item) = part.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                at(item, rest, action);
            }
        }
        _ => {}
    }
}

fn remove(value: &mut Value, part: &str, action: Action) {
    let mask = || Value::String(MASK.to_owned());
    match (value, action) {
        (Value::Object(fields), Action::Drop) if part == "*" => fields.clear(),
        (Value::Object(fields), Action::Drop) => drop(fields.remove(part)),
        (Value::Object(fields), Action::Mask) => {
            let hit = fields.iter_mut().filter(|(name, _)| part == "*" || *name == part);
            hit.for_each(|(_, field)| *field = mask());
        }
        (Value::Array(items), Action::Drop) if part == "*" => items.clear(),
        (Value::Array(items), action) => {
            let is_hit = |index: usize| part == "*" || part.parse() == Ok(index);
            let mut index = 0;
            items.retain_mut(|item| {
                let hit = is_hit(index);
                index += 1;
                if hit && action == Action::Mask {
                    *item = mask();
                }
                !(hit && action == Action::Drop)
            });
        }
        _ => {}
    }
}

fn named(value: &mut Value, name: &str, action: Action) {
    remove_named(value, name, action);
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|field| named(field, name, action)),
        Value::Array(items) => items.iter_mut().for_each(|item| named(item, name, action)),
        _ => {}
    }
}

/// A name is never a wildcard here.
fn remove_named(value: &mut Value, name: &str, action: Action) {
    if value.get(name).is_some() {
        at(value, &[name.to_owned()], action);
    }
}
