//! Is every instance of one JSON Schema an instance of another?
//!
//! [`includes`] answers with a proof, with a counter-example, or with the reason why there is neither:
//!
//! ```
//! use serde_json::json;
//! use subschema::{Options, Verdict, includes};
//!
//! let old = json!({"type": "object", "properties": {"name": {"type": "string"}}});
//! let new = json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}}});
//! let Ok(Verdict::Excluded(witness)) = includes(&old, &new, &Options::default()) else { panic!() };
//! assert_eq!(witness.at, "/name");
//! assert_eq!(includes(&new, &old, &Options::default()), Ok(Verdict::Included));
//! ```
//!
//! A proof is that of `jsonschema::canonical`: both schemas in a normal form, and their difference empty.
//! A counter-example leaves this crate only after the validator has accepted it under the old schema and
//! rejected it under the new one. Nothing is fetched, and the same question has the same answer: work is
//! counted in validations, not in time.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod automaton;
mod circle;
mod direct;
mod pattern;
mod prepare;
mod prove;
mod repair;
mod sample;
mod search;
mod shrink;
mod slice;
mod structure;
mod words;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Validator};
use serde_json::Value;

pub use pattern::ecma_dots;

use prove::Proof;

/// How to ask.
#[derive(Debug, Clone)]
pub struct Options {
    /// The dialect where a schema names none.
    pub draft: Draft,
    /// Whether `format` asserts.
    pub formats: bool,
    /// How many instances may be validated in the search for a counter-example.
    pub steps: u32,
    /// Documents to start the search from, such as the examples of the old schema.
    pub examples: Vec<Value>,
    /// Whether both schemas are known to be some: then they are compiled only where a document is asked about.
    pub trusted: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            draft: Draft::Draft202012,
            formats: true,
            steps: 6_000,
            examples: Vec::new(),
            trusted: false,
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Every instance of the old schema is an instance of the new one.
    Included,
    /// This one is not.
    Excluded(Witness),
    /// Neither was shown.
    Unproven {
        /// The keyword, or what else it is about, that stood in the way.
        construct: String,
        /// Why, one clause.
        reason: String,
    },
}

/// A document that was valid and no longer is. It has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// The document.
    pub instance: Value,
    /// JSON Pointer to what the new schema rejects in it.
    pub at: String,
    /// The keyword of the new schema that rejects it.
    pub keyword: String,
    /// JSON Pointer to that keyword in the new schema.
    pub schema_at: String,
    /// The property whose absence is the reason.
    pub missing: Option<String>,
}

/// A schema that is none. That is no verdict about the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The old one; a new one that can be compiled repairs it.
    Old(String),
    /// The new one.
    New(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Old(reason) => write!(f, "the old schema cannot be compiled: {reason}"),
            Error::New(reason) => write!(f, "the new schema cannot be compiled: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

/// The two schemas, ready to judge documents.
struct Judges {
    old: Rc<Validator>,
    new: Rc<Validator>,
    /// Validations that are left.
    left: u32,
}

impl Judges {
    fn of((old, new): (&Value, &Value), options: &Options) -> Result<Self, Error> {
        Ok(Judges {
            old: compile(old, options).map_err(Error::Old)?,
            new: compile(new, options).map_err(Error::New)?,
            left: options.steps,
        })
    }

    /// Whether a document is a witness; `None` when the budget is used up.
    fn is_witness(&mut self, instance: &Value) -> Option<bool> {
        self.left = self.left.checked_sub(1)?;
        Some(self.old.is_valid(instance) && !self.new.is_valid(instance))
    }
}

/// Whether every instance of `old` is an instance of `new`.
pub fn includes(old: &Value, new: &Value, options: &Options) -> Result<Verdict, Error> {
    let (old, new) = (&prepare::with_ecma_patterns(old), &prepare::with_ecma_patterns(new));
    let whole = (old, new);
    let judges = if options.trusted { None } else { Some(Judges::of(whole, options)?) };
    if old == new {
        return Ok(Verdict::Included);
    }
    let (old, new) = (&circle::without_own(old), &circle::without_own(new));
    let ready = prove::ready(old, new, options);
    if ready.as_ref().is_some_and(prove::Ready::is_same) {
        return Ok(Verdict::Included);
    }
    if circle::has_circle(old) || circle::has_circle(new) {
        return Ok(Verdict::Unproven {
            construct: "$ref".to_owned(),
            reason: "references go in a circle on one value".to_owned(),
        });
    }
    if ready.as_ref().is_some_and(prove::Ready::by_structure) {
        return Ok(Verdict::Included);
    }
    let mut judges = match judges {
        Some(judges) => judges,
        None => Judges::of(whole, options)?,
    };
    let others = search::others(old, new);
    if let Some(found) = search::at_once(old, new, &others, options, &mut judges) {
        let instance = shrink::shrink(found, &mut judges);
        return Ok(Verdict::Excluded(witness(instance, &judges)));
    }
    if let Some(open) = ready.as_ref().and_then(|ready| prove::one_by_one(ready, options)) {
        if open.is_empty() {
            return Ok(Verdict::Included);
        }
        if let Some(found) = search::around(old, &open, &others, options, &mut judges) {
            let instance = shrink::shrink(found, &mut judges);
            return Ok(Verdict::Excluded(witness(instance, &judges)));
        }
    }
    let (hint, construct, reason) = match prove::prove(ready.as_ref(), options) {
        Proof::Included => return Ok(Verdict::Included),
        Proof::Difference(schema) => (Some(schema), None, None),
        Proof::Unknown { construct, reason } => (None, Some(construct), Some(reason)),
    };
    if let Some(found) = search::search(old, new, hint.as_ref(), &others, options, &mut judges) {
        let instance = shrink::shrink(found, &mut judges);
        return Ok(Verdict::Excluded(witness(instance, &judges)));
    }
    Ok(Verdict::Unproven {
        construct: construct.unwrap_or_else(|| "the schema".to_owned()),
        reason: reason
            .unwrap_or_else(|| "no document was found that shows the difference".to_owned()),
    })
}

/// A schema, how it was compiled, and what came out.
type Compiled = (Value, Draft, bool, Rc<Validator>);

/// Most schemas that are kept compiled.
const MOST_KEPT: usize = 6;

thread_local! {
    /// Whoever asks about a schema asks again: the other way round, or with one thing changed in it.
    static KEPT: RefCell<VecDeque<Compiled>> = const { RefCell::new(VecDeque::new()) };
}

fn compile(schema: &Value, options: &Options) -> Result<Rc<Validator>, String> {
    let draft = prepare::draft(schema, options.draft);
    let formats = options.formats;
    let known = KEPT.with_borrow(|kept| {
        let mut same =
            kept.iter().filter(|(s, d, f, _)| *d == draft && *f == formats && s == schema);
        same.next().map(|(.., validator)| Rc::clone(validator))
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let validator = jsonschema::options()
        .with_draft(draft)
        .should_validate_formats(formats)
        .build(schema)
        .map_err(|error| error.to_string())?;
    let validator = Rc::new(validator);
    KEPT.with_borrow_mut(|kept| {
        kept.truncate(MOST_KEPT - 1);
        kept.push_front((schema.clone(), draft, formats, Rc::clone(&validator)));
    });
    Ok(validator)
}

fn witness(instance: Value, judges: &Judges) -> Witness {
    let mut found = Witness {
        at: String::new(),
        keyword: String::new(),
        schema_at: String::new(),
        missing: None,
        instance,
    };
    if let Some(error) = judges.new.iter_errors(&found.instance).next() {
        let path = error.schema_path().to_string();
        let keyword = path.rsplit('/').next().unwrap_or_default().to_owned();
        let missing = match error.kind() {
            ValidationErrorKind::Required { property } => property.as_str().map(str::to_owned),
            _ => None,
        };
        let at = error.instance_path().to_string();
        (found.at, found.keyword, found.schema_at, found.missing) = (at, keyword, path, missing);
    }
    found
}
