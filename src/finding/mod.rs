//! What a rule says: findings, the places they point to, and the codes that name rules.
//!
//! Plain data. No rule logic, no levels (the gate sets them), no rendering (the report does it).

mod code;
mod explain;
mod fingerprint;
mod fix;
mod level;

pub use code::Code;
pub use explain::Explain;
pub(crate) use explain::fixture;
pub use fingerprint::fingerprint;
pub use fix::Fix;
pub use level::Level;

pub use crate::document::Part;

use crate::document::{Pointer, Span};
use crate::tree::ArtifactPath;

/// A place in an artifact: symbolic first (a JSON Pointer), bytes last (filled in by the gate).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The artifact.
    pub artifact: ArtifactPath,
    /// The value inside it, as RFC 6901 names it.
    pub pointer: Pointer,
    /// Key or value.
    pub part: Part,
    /// Byte range. Rules that know only bytes (syntax) set it; for the others the gate does.
    pub span: Option<Span>,
}

impl Location {
    /// The value at `pointer`.
    pub fn value(artifact: &ArtifactPath, pointer: impl Into<Pointer>) -> Self {
        Location {
            artifact: artifact.clone(),
            pointer: pointer.into(),
            part: Part::Value,
            span: None,
        }
    }

    /// The key that leads to `pointer`.
    pub fn key(artifact: &ArtifactPath, pointer: impl Into<Pointer>) -> Self {
        Location { part: Part::Key, ..Location::value(artifact, pointer) }
    }

    /// A byte range, where no pointer exists.
    pub fn bytes(artifact: &ArtifactPath, span: Span) -> Self {
        Location { span: Some(span), ..Location::value(artifact, Pointer::root()) }
    }

    /// The artifact as a whole.
    pub fn file(artifact: &ArtifactPath) -> Self {
        Location::value(artifact, Pointer::root())
    }
}

/// A second place that explains the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What is to be seen there.
    pub label: String,
}

/// A document that shows what a finding says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The document, as JSON.
    pub document: String,
    /// What became of it, a clause that follows the document.
    pub fate: String,
}

/// The rule of a law that a finding belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawRule {
    /// The law.
    pub law: String,
    /// The rule within it.
    pub rule: String,
    /// The sentences of the written contract that it holds.
    pub sentences: Vec<String>,
    /// The level that the law gives it.
    pub level: Level,
}

/// One thing that a rule says. It cannot be built without a primary location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub code: Code,
    /// What is wrong, one sentence in the user's words: lower-case start, no final stop.
    pub message: String,
    /// Where.
    pub primary: Location,
    /// What stands at the primary location.
    pub label: String,
    /// Further places.
    pub related: Vec<Related>,
    /// Why it matters.
    pub note: Option<String>,
    /// What to do next.
    pub help: Option<String>,
    /// A document that shows it.
    pub witness: Option<Witness>,
    /// The rule of a law, where a law says it.
    pub law: Option<Box<LawRule>>,
    /// A repair, where the rule knows one.
    pub fix: Option<Box<Fix>>,
    /// The canonical values that make this finding the same one tomorrow.
    pub subject: Vec<String>,
}

impl Finding {
    /// A finding of `code` at `primary`.
    pub fn new(code: Code, message: impl Into<String>, primary: Location) -> Self {
        Finding {
            code,
            message: message.into(),
            primary,
            label: String::new(),
            related: Vec::new(),
            note: None,
            help: None,
            witness: None,
            law: None,
            fix: None,
            subject: Vec::new(),
        }
    }

    /// Says what stands at the primary location.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says why it matters.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says how to repair it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(Box::new(fix));
        self
    }

    /// Says what to do next, where nothing better is known.
    #[must_use]
    pub fn or_help(mut self, help: &str) -> Self {
        self.help.get_or_insert_with(|| help.to_owned());
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, location: Location, label: impl Into<String>) -> Self {
        self.related.push(Related { location, label: label.into() });
        self
    }

    /// Adds a value that tells this finding from others of the same rule at the same place.
    #[must_use]
    pub fn about(mut self, value: impl Into<String>) -> Self {
        self.subject.push(value.into());
        self
    }
}
