//! Changes to a document as text: one value, one member, one item at a time, and every other byte stays as
//! it is. Comments, order of keys, quotes, indentation and line endings are the author's.
//!
//! Each change is tried on the text and read again: unless the result says exactly what was asked for,
//! nothing is changed and the caller is told. Nothing here knows what a contract is.

mod edit;
mod json;
mod render;
mod yaml;

pub use edit::Edit;

use std::fmt;
use std::ops::Range;

use serde_json::Value as Json;

use super::{Data, Limits, Pointer, Span, Syntax, Value, parse, to_json};

/// Why a text stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable(String);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a new member goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot<'k> {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// After this key; last, where there is none such.
    After(&'k str),
}

/// A replacement of bytes.
#[derive(Debug, Clone)]
struct Splice {
    range: Range<usize>,
    text: String,
}

/// A document that is being changed.
#[derive(Debug, Clone)]
pub struct Rewrite {
    text: String,
    syntax: Syntax,
    limits: Limits,
    value: Value,
    errors: usize,
}

impl Rewrite {
    /// A document to change. It must be readable.
    pub fn open(bytes: &[u8], syntax: Syntax, limits: &Limits) -> Result<Self, Unwritable> {
        let text = std::str::from_utf8(bytes).map_err(|_| no("it is not UTF-8"))?;
        let document = parse(bytes, syntax, limits);
        let errors = document.errors.len();
        let value = document.value.ok_or_else(|| no("it cannot be read"))?;
        Ok(Rewrite { text: text.to_owned(), syntax, limits: *limits, value, errors })
    }

    /// What it says now.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts another value in the place of one.
    pub fn set(&mut self, at: &Pointer, to: &Json) -> Result<(), Unwritable> {
        let mut wanted = to_json(&self.value);
        *slot(&mut wanted, at)? = to.clone();
        self.attempt(&wanted, self.setting(at, to))
    }

    /// Adds a member to an object.
    pub fn insert(
        &mut self,
        object: &Pointer,
        key: &str,
        value: &Json,
        spot: Spot<'_>,
    ) -> Result<(), Unwritable> {
        let mut wanted = to_json(&self.value);
        let Json::Object(members) = slot(&mut wanted, object)? else {
            return Err(no(&format!("`{object}` is no object")));
        };
        if members.insert(key.to_owned(), value.clone()).is_some() {
            return Err(no(&format!("`{object}` has a `{key}` already")));
        }
        let number = match (spot, self.value.at(object)) {
            (Spot::First, _) => 0,
            (Spot::After(key), Some(parent)) => {
                number_of(parent, key).map_or(usize::MAX, |number| number + 1)
            }
            _ => usize::MAX,
        };
        self.attempt(&wanted, self.inserting(object, key, value, number))
    }

    /// Adds an item to a list, before the one that has the number now.
    pub fn insert_item(
        &mut self,
        list: &Pointer,
        number: usize,
        value: &Json,
    ) -> Result<(), Unwritable> {
        let mut wanted = to_json(&self.value);
        let Json::Array(items) = slot(&mut wanted, list)? else {
            return Err(no(&format!("`{list}` is no list")));
        };
        let number = number.min(items.len());
        items.insert(number, value.clone());
        self.attempt(&wanted, self.adding(list, number, value))
    }

    /// Adds an item to the end of a list.
    pub fn push(&mut self, list: &Pointer, value: &Json) -> Result<(), Unwritable> {
        self.insert_item(list, usize::MAX, value)
    }

    /// Gives the member at a place another key, and leaves its value alone.
    pub fn rename(&mut self, at: &Pointer, key: &str) -> Result<(), Unwritable> {
        let (object, old) = split(at)?;
        let mut wanted = to_json(&self.value);
        let Json::Object(members) = slot(&mut wanted, &object)? else {
            return Err(no(&format!("`{object}` is no object")));
        };
        if members.contains_key(key) {
            return Err(no(&format!("`{object}` has a `{key}` already")));
        }
        let value = members.remove(&old).ok_or_else(|| missing(at))?;
        members.insert(key.to_owned(), value);
        let span = self.value.at(&object).and_then(|o| o.member(&old)).map(|m| m.key_span);
        let text = self.key_text(key, span);
        let splices = span.map(|span| Splice { range: span.range(), text });
        self.attempt(&wanted, splices.into_iter().collect())
    }

    /// Takes a member or an item away.
    pub fn remove(&mut self, at: &Pointer) -> Result<(), Unwritable> {
        let (parent, last) = split(at)?;
        let mut wanted = to_json(&self.value);
        let gone = match slot(&mut wanted, &parent)? {
            Json::Object(members) => members.shift_remove(&last).is_some(),
            Json::Array(items) => {
                let number = super::pointer::array_index(&last).filter(|i| *i < items.len());
                number.map(|i| items.remove(i)).is_some()
            }
            _ => false,
        };
        if !gone {
            return Err(missing(at));
        }
        self.attempt(&wanted, self.removing(&parent, &last))
    }

    /// Tries texts until one says what is wanted.
    fn attempt(&mut self, wanted: &Json, splices: Vec<Splice>) -> Result<(), Unwritable> {
        for Splice { range, text } in splices {
            let (Some(head), Some(tail)) =
                (self.text.get(..range.start), self.text.get(range.end..))
            else {
                continue;
            };
            let text = format!("{head}{text}{tail}");
            let document = parse(text.as_bytes(), self.syntax, &self.limits);
            let errors = document.errors.len();
            if let Some(value) = document.value
                && errors <= self.errors
                && to_json(&value) == *wanted
            {
                (self.text, self.value, self.errors) = (text, value, errors);
                return Ok(());
            }
        }
        Err(no("its form does not allow this change to be made without touching more"))
    }

    fn setting(&self, at: &Pointer, to: &Json) -> Vec<Splice> {
        match self.syntax {
            Syntax::Yaml => yaml::Page::of(self).setting(at, to),
            _ => json::Page::of(self).setting(at, to),
        }
    }

    fn inserting(&self, object: &Pointer, key: &str, to: &Json, number: usize) -> Vec<Splice> {
        match self.syntax {
            Syntax::Yaml => yaml::Page::of(self).inserting(object, key, to, number),
            _ => json::Page::of(self).inserting(object, key, to, number),
        }
    }

    fn adding(&self, list: &Pointer, number: usize, to: &Json) -> Vec<Splice> {
        match self.syntax {
            Syntax::Yaml => yaml::Page::of(self).adding(list, number, to),
            _ => json::Page::of(self).adding(list, number, to),
        }
    }

    fn removing(&self, parent: &Pointer, last: &str) -> Vec<Splice> {
        match self.syntax {
            Syntax::Yaml => yaml::Page::of(self).removing(parent, last),
            _ => json::Page::of(self).removing(parent, last),
        }
    }

    /// A key as it stands in the text, in the quotes of the one that it replaces.
    fn key_text(&self, key: &str, old: Option<Span>) -> String {
        let old = old.and_then(|span| self.text.get(span.range())).unwrap_or_default();
        match self.syntax {
            Syntax::Yaml => render::yaml_scalar(key, old, false),
            _ => render::quoted(key),
        }
    }

    /// The line break of the file.
    fn line_break(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text.get(..at).is_some_and(|t| t.ends_with('\r')) => "\r\n",
            _ => "\n",
        }
    }
}

/// What a change does to lists of values: children of an object or list, with the bytes of each.
fn children(value: &Value) -> Vec<Range<usize>> {
    match &value.data {
        Data::Object(members) => members
            .iter()
            .map(|m| m.key_span.range().start..m.value.span.range().end.max(m.key_span.range().end))
            .collect(),
        Data::Array(items) => items.iter().map(|item| item.span.range()).collect(),
        _ => Vec::new(),
    }
}

/// The number of a child by the last token of its pointer.
fn number_of(value: &Value, last: &str) -> Option<usize> {
    match &value.data {
        Data::Object(members) => members.iter().rposition(|m| m.key == last),
        Data::Array(_) => super::pointer::array_index(last),
        _ => None,
    }
}

fn no(why: &str) -> Unwritable {
    Unwritable(why.to_owned())
}

fn missing(at: &Pointer) -> Unwritable {
    no(&format!("there is nothing at `{at}`"))
}

fn slot<'j>(root: &'j mut Json, at: &Pointer) -> Result<&'j mut Json, Unwritable> {
    root.pointer_mut(at.as_str()).ok_or_else(|| missing(at))
}

/// A pointer's parent and its last token.
fn split(at: &Pointer) -> Result<(Pointer, String), Unwritable> {
    let last = at.tokens().last().map(std::borrow::Cow::into_owned);
    at.parent().zip(last).ok_or_else(|| no("the whole document cannot be changed at once"))
}

#[cfg(test)]
mod tests;
