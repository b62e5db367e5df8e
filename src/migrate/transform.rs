//! A transform: the steps that bring documents of a schema from one version to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The format of the file.
const FORMAT: &str = "contract-transform/1";

/// One step. Places are JSON Pointers into the document; a token `*` stands for every item or member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Op {
    /// A member gets another key.
    Rename {
        /// The object.
        at: String,
        /// The old key.
        from: String,
        /// The new key.
        to: String,
    },
    /// A value goes to another place; the objects on the way are made.
    Move {
        /// The old place.
        from: String,
        /// The new place.
        to: String,
    },
    /// A member that is missing gets this value.
    Default {
        /// The object.
        at: String,
        /// The key.
        key: String,
        /// The value.
        value: Json,
    },
    /// A number or a truth value becomes its text.
    Text {
        /// The value.
        at: String,
    },
    /// A value becomes a list of it.
    Wrap {
        /// The value.
        at: String,
    },
    /// A text becomes another.
    Map {
        /// The value.
        at: String,
        /// The new text of each old one.
        values: BTreeMap<String, Json>,
    },
    /// A value is taken out. Never derived: only people may decide that.
    Remove {
        /// The value.
        at: String,
    },
}

/// Something that no rule can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// The schema, as a path below the contracts.
    pub schema: String,
    /// Where in a document, a JSON Pointer.
    pub at: String,
    /// Why.
    pub why: String,
}

/// The steps of all schemas, from one version to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    format: String,
    /// The version of the documents.
    pub from: String,
    /// The version that they come to.
    pub to: String,
    /// Steps by schema, a path below the contracts.
    pub schemas: BTreeMap<String, Vec<Op>>,
    /// What is left for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_hand: Vec<ByHand>,
}

impl Transform {
    /// One without steps.
    pub fn new(from: &str, to: &str) -> Self {
        let (from, to) = (from.to_owned(), to.to_owned());
        Transform { format: FORMAT.to_owned(), from, to, ..Transform::default() }
    }

    /// Whether there is nothing to do and nothing to say.
    pub fn is_empty(&self) -> bool {
        self.schemas.is_empty() && self.by_hand.is_empty()
    }

    /// Reads a transform. The error is a clause for the user.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let transform: Transform =
            serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
        match transform.format.as_str() {
            FORMAT => Ok(transform),
            other => Err(format!("has the format `{other}`, not `{FORMAT}`")),
        }
    }

    /// The text of the file.
    pub fn encode(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        format!("{value:#}\n")
    }
}
