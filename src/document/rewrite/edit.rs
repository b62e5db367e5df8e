//! Changes as data: what a rule proposes and a command carries out.

use serde_json::Value as Json;

use super::{Rewrite, Spot, Unwritable, missing, no};
use crate::document::{Pointer, Span, parse, to_json};

/// One change of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Another value in the place of one.
    Set(Pointer, Json),
    /// A new member, before all others.
    First(Pointer, String, Json),
    /// A new member, after another.
    After(Pointer, String, (String, Json)),
    /// What is lacking of a value: members by key, items that no equal one is there of.
    Merge(Pointer, Json),
    /// Another key for a member.
    Rename(Pointer, String),
    /// A member or item less.
    Remove(Pointer),
    /// Other bytes, where there is no value to name.
    Bytes(Span, String),
}

impl Edit {
    /// Whether the edit speaks of bytes, which move when others are changed.
    pub fn is_bytes(&self) -> bool {
        matches!(self, Edit::Bytes(..))
    }
}

impl Rewrite {
    /// Carries an edit out, or changes nothing.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), Unwritable> {
        match edit {
            Edit::Set(at, value) => self.set(at, value),
            Edit::First(at, key, value) => self.insert(at, key, value, Spot::First),
            Edit::After(at, before, (key, value)) => {
                self.insert(at, key, value, Spot::After(before))
            }
            Edit::Merge(at, value) => self.merge(at, value),
            Edit::Rename(at, key) => self.rename(at, key),
            Edit::Remove(at) => self.remove(at),
            Edit::Bytes(span, text) => self.splice(*span, text),
        }
    }

    /// Adds what `wanted` has and the value at `at` lacks, and changes nothing that is there. Items of lists
    /// are added at the end unless an equal one is there; two of one name are refused.
    pub fn merge(&mut self, at: &Pointer, wanted: &Json) -> Result<(), Unwritable> {
        let there = self.value().at(at).map(to_json);
        match (wanted, there) {
            (_, None) => {
                let parent = at.parent().ok_or_else(|| missing(at))?;
                let key = at.tokens().last().map(std::borrow::Cow::into_owned).unwrap_or_default();
                self.insert(&parent, &key, wanted, Spot::Last)
            }
            // A key without a value is an empty collection to whoever wrote it.
            (Json::Object(_) | Json::Array(_), Some(Json::Null)) => self.set(at, wanted),
            (Json::Object(members), Some(Json::Object(_))) => {
                members.iter().try_for_each(|(key, value)| self.merge(&at.join(key), value))
            }
            (Json::Array(items), Some(Json::Array(there))) => {
                for item in items.iter().filter(|item| !there.contains(item)) {
                    if let Some(name) = name_of(item)
                        && there.iter().any(|other| name_of(other) == Some(name))
                    {
                        return Err(no(&format!("it has `{name}` already")));
                    }
                    self.push(at, item)?;
                }
                Ok(())
            }
            (wanted, Some(there)) if *wanted == there => Ok(()),
            (_, Some(_)) => Err(no(&format!("it has something else at `{at}` already"))),
        }
    }

    /// Other bytes; the document must be readable afterwards, and no worse than before.
    fn splice(&mut self, span: Span, text: &str) -> Result<(), Unwritable> {
        self.splice_all(&[(span, text)])
    }

    /// The same at several places at once. They may not overlap.
    pub fn splice_all(&mut self, edits: &[(Span, &str)]) -> Result<(), Unwritable> {
        let mut edits = edits.to_vec();
        edits.sort_by_key(|(span, _)| *span);
        let mut new = String::with_capacity(self.text.len());
        let mut at = 0;
        for (span, text) in edits {
            let range = span.range();
            let kept = self.text.get(at..range.start).ok_or_else(|| no("its places overlap"))?;
            new.push_str(kept);
            new.push_str(text);
            at = range.end;
        }
        new.push_str(self.text.get(at..).ok_or_else(|| no("it is shorter"))?);
        let document = parse(new.as_bytes(), self.syntax, &self.limits);
        let errors = document.errors.len();
        match document.value.filter(|_| errors <= self.errors) {
            Some(value) => {
                (self.text, self.value, self.errors) = (new, value, errors);
                Ok(())
            }
            None => Err(no("it cannot be read afterwards")),
        }
    }
}

/// What an item of a list is called.
fn name_of(item: &Json) -> Option<&str> {
    item.get("name").or_else(|| item.get("id")).and_then(Json::as_str)
}
