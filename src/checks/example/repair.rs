//! What would make a refused instance fit: another name for a key, a ULID where one is asked for. No rule of
//! its own.

use serde_json::Value as Json;
use ulid::Ulid;

use crate::catalog::{Catalog, ItemId, Violation};
use crate::document::{Edit, Pointer, Value, to_json};
use crate::finding::Fix;
use crate::tree::Digest;

/// Names that the first tool set wrote otherwise; `[renames]` of the configuration has more.
const RENAMES: [(&str, &str); 2] = [("doc_ref", "doc_id"), ("checksum", "sha256")];

/// The time of ULIDs that replace what was none: 2026-01-01.
const TIME: u64 = 1_767_225_600_000;

/// A repair of the instance at `at` of a file; `None` where none is known that settles something.
pub(in crate::checks) fn repair(
    catalog: &Catalog,
    schema: ItemId,
    (file, at): (ItemId, &Pointer),
    instance: &Value,
    violations: &[Violation],
) -> Option<Fix> {
    let (safe, risky): (Vec<_>, Vec<_>) =
        candidates(catalog, instance, violations).into_iter().partition(|c| c.is_safe);
    let chosen = if safe.is_empty() { risky } else { safe };
    let json = to_json(instance);
    let mut mended = json.clone();
    let mut edits = Vec::new();
    for candidate in &chosen {
        let mut tried = mended.clone();
        if candidate.apply(&mut tried).is_some() {
            mended = tried;
            edits.push(candidate.edit(at));
        }
    }
    let left = catalog.violations(schema, &mended)?;
    let is_better = !edits.is_empty() && left.len() < violations.len();
    let path = catalog.path(file);
    is_better.then(|| Fix {
        is_safe: chosen.iter().all(|c| c.is_safe),
        edits: edits.into_iter().map(|edit| (path.clone(), edit)).collect(),
    })
}

struct Candidate {
    /// The value, or the member that gets another key.
    at: Pointer,
    to: To,
    is_safe: bool,
}

enum To {
    Key(String),
    Text(String),
}

impl Candidate {
    fn edit(&self, base: &Pointer) -> Edit {
        let at = base.concat(&self.at);
        match &self.to {
            To::Key(key) => Edit::Rename(at, key.clone()),
            To::Text(text) => Edit::Set(at, Json::String(text.clone())),
        }
    }

    fn apply(&self, json: &mut Json) -> Option<()> {
        match &self.to {
            To::Text(text) => *json.pointer_mut(self.at.as_str())? = Json::String(text.clone()),
            To::Key(key) => {
                let object = json.pointer_mut(self.at.parent()?.as_str())?.as_object_mut()?;
                let value = object.remove(&*self.at.tokens().last()?)?;
                if object.insert(key.clone(), value).is_some() {
                    return None;
                }
            }
        }
        Some(())
    }
}

fn candidates(catalog: &Catalog, instance: &Value, violations: &[Violation]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for violation in violations {
        let here = &violation.instance;
        if let Some(missing) = &violation.missing {
            let there = instance.at(here).map(Value::members).unwrap_or_default();
            let known = there.iter().find(|m| means(catalog, &m.key, missing));
            found.extend(known.map(|m| rename(here.join(&m.key), missing, true)));
        } else if violation.is_key {
            let Some(key) = here.tokens().last() else { continue };
            found.extend(
                renames(catalog)
                    .filter(|(old, _)| *old == key)
                    .map(|(_, new)| rename(here.clone(), new, true)),
            );
            found.extend(
                misspelt(here, &key, violations).map(|name| rename(here.clone(), name, false)),
            );
        } else if let Some(text) = instance.at(here).and_then(Value::as_str)
            && wants_ulid(catalog, violation)
        {
            found.push(Candidate { at: here.clone(), to: To::Text(ulid_for(text)), is_safe: true });
        }
    }
    found
}

fn rename(at: Pointer, to: &str, is_safe: bool) -> Candidate {
    Candidate { at, to: To::Key(to.to_owned()), is_safe }
}

fn renames(catalog: &Catalog) -> impl Iterator<Item = (&str, &str)> {
    let own = catalog.renames.iter().map(|(old, new)| (old.as_str(), new.as_str()));
    own.chain(RENAMES)
}

fn means(catalog: &Catalog, old: &str, new: &str) -> bool {
    renames(catalog).any(|(o, n)| o == old && n == new)
}

/// The property that is missing beside an undeclared one that is spelled nearly like it.
fn misspelt<'v>(at: &Pointer, key: &str, violations: &'v [Violation]) -> Option<&'v str> {
    let parent = at.parent()?;
    let missing = violations.iter().filter(|v| v.instance == parent);
    let mut names = missing.filter_map(|v| v.missing.as_deref());
    names.find(|name| strsim::damerau_levenshtein(name, key) <= 2)
}

/// Whether the keyword that refuses a value is one that asks for a ULID.
fn wants_ulid(catalog: &Catalog, violation: &Violation) -> bool {
    let place = catalog.keyword_place(violation);
    let keyword = place.and_then(|(item, at)| catalog.value_at(item, &at)?.as_str());
    keyword.is_some_and(|text| text == "ulid" || text.contains("A-HJKMNP-TV-Z"))
}

/// The ULID that a text was meant to be; the same text becomes the same one everywhere.
fn ulid_for(text: &str) -> String {
    let upper = text.trim().to_ascii_uppercase();
    let is_one = |text: &str| Ulid::from_string(text).is_ok_and(|ulid| ulid.to_string() == text);
    // Crockford's base 32 reads these letters as the digits that they look like.
    let read = upper.replace('O', "0").replace(['I', 'L'], "1");
    if let Some(ulid) = [&upper, &read].into_iter().find(|text| is_one(text)) {
        return ulid.clone();
    }
    let hex = Digest::of(text.as_bytes()).hex();
    let random = hex.get(..20).and_then(|head| u128::from_str_radix(head, 16).ok());
    Ulid::from_parts(TIME, random.unwrap_or_default()).to_string()
}
