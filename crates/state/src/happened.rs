//! What happened while a state was loaded: for the caller, for a log, and as the payload of STATE_FILE_HEALED.

use contract_embed::{HealedProblem, Topic};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Name;

/// Something that a load did or found, beside reading.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// A valid file was written in the place of what was, or was not, there.
    Healed(Healed),
    /// The default holds in memory, but the disk is as it was.
    Left(Left),
    /// Keys that were missing have their defaults; the places are JSON Pointers (RFC 6901).
    Filled {
        /// The file.
        file: Name,
        /// The keys.
        keys: Vec<String>,
    },
    /// The file was of an earlier version; a copy of it is kept.
    Migrated {
        /// The file.
        file: Name,
        /// Its `schema_version`.
        from: u64,
        /// The one that it has now.
        to: u64,
        /// The name of the copy, where one could be made.
        kept_as: Option<String>,
    },
    /// A later program wrote the file: it is read as far as this one knows it, and cannot be saved.
    Newer {
        /// The file.
        file: Name,
        /// Its `schema_version`.
        found: u64,
        /// The last one that is known.
        known: u64,
    },
}

/// A file that was made valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Healed {
    /// The file.
    pub file: Name,
    /// What was found.
    pub problem: HealedProblem,
    /// Where the old bytes are; there for what was corrupted.
    pub quarantined_as: Option<String>,
    /// What was wrong, and what to do about it.
    pub reason: String,
    /// When.
    pub healed_at: Timestamp,
}

/// A file that could not be made valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// The file.
    pub file: Name,
    /// What was wrong with it.
    pub problem: String,
    /// Where the old bytes are, when they could be set aside.
    pub quarantined_as: Option<String>,
    /// What kept it from being healed.
    pub why: String,
}

impl Happened {
    /// What events of a healed file are about.
    pub const TOPIC: Topic = Topic::StateFileHealed;

    /// The payload of STATE_FILE_HEALED. `None` for what healed nothing.
    pub fn payload(&self) -> Option<Value> {
        let Happened::Healed(healed) = self else { return None };
        let mut payload = json!({
            "file": healed.file.as_str(),
            "problem": healed.problem,
            "default_written": true,
            "reason": healed.reason,
            "healed_at": healed.healed_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        });
        if let (Some(name), Some(object)) = (&healed.quarantined_as, payload.as_object_mut()) {
            object.insert("quarantined_as".to_owned(), json!(name));
        }
        Some(payload)
    }
}

impl std::fmt::Display for Happened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Happened::Healed(healed) => write!(f, "`{}`: {}", healed.file, healed.reason),
            Happened::Left(left) => {
                write!(f, "`{}` is not healed: {}; {}", left.file, left.problem, left.why)
            }
            Happened::Filled { file, keys } => {
                write!(f, "`{file}`: defaults for {}", keys.join(", "))
            }
            Happened::Migrated { file, from, to, .. } => {
                write!(f, "`{file}`: schema_version {from} was migrated to {to}")
            }
            Happened::Newer { file, found, known } => write!(
                f,
                "`{file}` has schema_version {found}, this program knows {known}; it is not saved"
            ),
        }
    }
}
