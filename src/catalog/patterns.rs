//! One compiled regular expression for each pattern of the tree. The validator would compile a pattern
//! for every schema that reaches it, which took half of a run and a third of its memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use fancy_regex::{Regex, RegexBuilder};
use jsonschema::{Keyword, ValidationError};
use serde_json::Value as Json;

/// Backtracking steps of one match.
const BACKTRACK_LIMIT: usize = 100_000;
/// Bytes of one compiled pattern: a class of all letters, repeated 500 times, has three million.
const SIZE_LIMIT: usize = 1 << 22;

/// What a violation of a pattern says, before the pattern itself.
pub(super) const MISMATCH: &str = "pattern: ";
/// What it says when finding out took too many steps.
pub(super) const TOO_MANY_STEPS: &str = "pattern takes too many steps";

/// A keyword for instances of any lifetime.
type Anyone = dyn for<'i> Keyword<'i>;

/// The patterns of a tree.
#[derive(Clone, Default)]
pub(super) struct Patterns(Arc<Mutex<HashMap<String, Option<Arc<Regex>>>>>);

impl Patterns {
    /// The expression of a pattern, read as ECMA-262; `None` when it is none or too large.
    fn get(&self, pattern: &str) -> Option<Arc<Regex>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = known.get(pattern) {
            return regex.clone();
        }
        let regex = compile(pattern).map(Arc::new);
        known.insert(pattern.to_owned(), regex.clone());
        regex
    }

    /// The keyword `pattern`, for the validator.
    pub(super) fn keyword(&self, pattern: &Json) -> Result<Box<Anyone>, ValidationError<'static>> {
        // The meta-schema has seen to it that it is a text.
        let text = pattern.as_str().unwrap_or_default();
        match self.get(text) {
            Some(regex) => Ok(Box::new(Pattern { regex, text: text.to_owned() })),
            None => Err(ValidationError::schema(format!("{text:?} is not a \"regex\""))),
        }
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    let pattern = subschema::ecma_dots(pattern);
    let translated = jsonschema_regex::to_rust_regex(&pattern).ok()?;
    let mut builder = RegexBuilder::new(&translated);
    builder
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(SIZE_LIMIT)
        .delegate_dfa_size_limit(SIZE_LIMIT);
    builder.build().ok()
}

struct Pattern {
    regex: Arc<Regex>,
    text: String,
}

impl<'i> Keyword<'i> for Pattern {
    fn validate(&self, instance: &'i Json) -> Result<(), ValidationError<'i>> {
        let Some(text) = instance.as_str() else { return Ok(()) };
        match self.regex.is_match(text) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ValidationError::custom(format!("{MISMATCH}{}", self.text))),
            Err(_) => Err(ValidationError::custom(TOO_MANY_STEPS)),
        }
    }

    fn is_valid(&self, instance: &'i Json) -> bool {
        instance.as_str().is_none_or(|text| self.regex.is_match(text).unwrap_or(false))
    }
}
