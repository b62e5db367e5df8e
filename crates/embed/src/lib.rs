//! The frozen contracts in code: every schema with its validator, and enums for the words that contracts fix.
//!
//! The build reads the newest freeze of `contracts/` and fails when the files beside it are not what it holds, so
//! that no program is built from contracts that nobody released. Nothing here reads a file at run time.

pub mod api;
mod observability;
mod schema;
mod words;

pub use schema::{Invalid, NoSchema, Schema, file, schema, schemas};
pub use words::UnknownWord;

use observability::{LogFacts, MetricFacts, SpanFacts};
use words::words;

/// A frozen file.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// From the contracts root, such as `storage/schemas/note.schema.json`.
    pub path: &'static str,
    /// What it is, such as `schema`, `example`, `openapi`.
    pub kind: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// What the catalog says of a topic.
#[derive(Debug)]
struct TopicFacts {
    topic: Topic,
    name: &'static str,
    version: &'static str,
    schema: &'static str,
    retention: &'static str,
    obligations: &'static [Obligation],
    min_band: Band,
}

/// What the policy says of a band.
#[derive(Debug)]
struct BandFacts {
    band: Band,
    rank: u8,
    obligations: &'static [Obligation],
}

include!(concat!(env!("OUT_DIR"), "/contracts.rs"));

/// The files, in the order of their paths.
pub fn files() -> &'static [File] {
    FILES
}

impl Topic {
    fn facts(self) -> Option<&'static TopicFacts> {
        TOPICS.iter().find(|facts| facts.topic == self)
    }

    /// The name without the version: `NOTE_CREATED`.
    pub fn name(self) -> &'static str {
        self.facts().map_or("", |facts| facts.name)
    }

    /// The version, such as `1.0`.
    pub fn version(self) -> &'static str {
        self.facts().map_or("", |facts| facts.version)
    }

    /// The path of the schema of its payload.
    pub fn schema_path(self) -> &'static str {
        self.facts().map_or("", |facts| facts.schema)
    }

    /// How long events are kept, an ISO 8601 duration such as `P90D`.
    pub fn retention(self) -> &'static str {
        self.facts().map_or("", |facts| facts.retention)
    }

    /// What every event of it must carry.
    pub fn obligations(self) -> &'static [Obligation] {
        self.facts().map_or(&[], |facts| facts.obligations)
    }

    /// The lowest band that its events may have.
    pub fn min_band(self) -> Band {
        self.facts().map_or(Band::Black, |facts| facts.min_band)
    }
}

impl Band {
    fn facts(self) -> Option<&'static BandFacts> {
        BANDS.iter().find(|facts| facts.band == self)
    }

    /// The higher, the more sensitive.
    pub fn rank(self) -> u8 {
        self.facts().map_or(u8::MAX, |facts| facts.rank)
    }

    /// What every event of it must carry.
    pub fn obligations(self) -> &'static [Obligation] {
        self.facts().map_or(&[], |facts| facts.obligations)
    }
}
