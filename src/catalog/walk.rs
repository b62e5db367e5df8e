//! Walks a schema along its keywords: subschemas, identifiers, anchors and references, with the base
//! URI of each place (JSON Schema Core 2020-12 §§8–9). Data under `const`, `enum`, `default` and
//! `examples` is not walked.

use std::rc::Rc;

use jsonschema::Draft;

use super::dialect::{Holds, applicator};
use super::uri;
use crate::document::{Data, Pointer, Value};

/// The keyword that refers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefKind {
    /// `$ref`
    Static,
    /// `$dynamicRef`
    Dynamic,
    /// `$recursiveRef`
    Recursive,
}

impl RefKind {
    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            RefKind::Static => "$ref",
            RefKind::Dynamic => "$dynamicRef",
            RefKind::Recursive => "$recursiveRef",
        }
    }
}

/// A reference as it stands in a document.
#[derive(Debug, Clone)]
pub(super) struct FoundRef {
    pub kind: RefKind,
    /// The subschema that holds the keyword.
    pub holder: Pointer,
    pub text: String,
    pub base: String,
    /// The schemas around the holder, itself included, that apply to the same instance.
    pub in_place: Vec<Pointer>,
    /// The outermost schema from which applicators lead here: the root, or an entry of `$defs`.
    pub home: Pointer,
}

/// What one walk finds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Subschemas with their base URI.
    pub subschemas: Vec<(Pointer, String)>,
    /// Embedded `$id`s, resolved: (absolute URI, place).
    pub ids: Vec<(String, Pointer)>,
    /// Anchors: (base URI, name, place).
    pub anchors: Vec<(String, String, Pointer)>,
    pub refs: Vec<FoundRef>,
}

struct Frame<'v> {
    value: &'v Value,
    at: Pointer,
    base: String,
    in_place: Option<Rc<Around>>,
    home: Pointer,
}

/// A schema that applies to the same instance, and the one around it. Shared, because every subschema
/// of a deep schema has a long list of them.
struct Around {
    at: Pointer,
    outer: Option<Rc<Around>>,
}

/// The list, innermost first.
fn listed(mut around: Option<&Rc<Around>>) -> Vec<Pointer> {
    let mut found = Vec::new();
    while let Some(schema) = around {
        found.push(schema.at.clone());
        around = schema.outer.as_ref();
    }
    found
}

/// Walks `value`, which stands at `at` with base URI `base`.
pub(super) fn walk(value: &Value, at: Pointer, base: &str, draft: Draft, found: &mut Found) {
    let start = Frame { value, home: at.clone(), in_place: None, at, base: base.to_owned() };
    let mut stack = vec![start];
    while let Some(mut frame) = stack.pop() {
        let is_schema = frame.value.is_object() || matches!(frame.value.data, Data::Bool(_));
        if !is_schema {
            continue;
        }
        identify(&mut frame, draft, found);
        let around = Around { at: frame.at.clone(), outer: frame.in_place.take() };
        frame.in_place = Some(Rc::new(around));
        found.subschemas.push((frame.at.clone(), frame.base.clone()));
        for kind in [RefKind::Static, RefKind::Dynamic, RefKind::Recursive] {
            if let Some(text) = frame.value.str_at(kind.keyword()) {
                found.refs.push(FoundRef {
                    kind,
                    holder: frame.at.clone(),
                    text: text.to_owned(),
                    base: frame.base.clone(),
                    in_place: listed(frame.in_place.as_ref()),
                    home: frame.home.clone(),
                });
            }
        }
        for member in frame.value.members() {
            if let Some((holds, same_place)) = applicator(&member.key) {
                descend(&frame, &member.key, &member.value, holds, same_place, &mut stack);
            }
        }
    }
}

fn descend<'v>(
    frame: &Frame<'v>,
    keyword: &str,
    value: &'v Value,
    holds: Holds,
    same_place: bool,
    stack: &mut Vec<Frame<'v>>,
) {
    let at = frame.at.join(keyword);
    let is_store = matches!(keyword, "$defs" | "definitions");
    let mut push = |value: &'v Value, at: Pointer| {
        let in_place = frame.in_place.clone().filter(|_| same_place);
        let home = if is_store { at.clone() } else { frame.home.clone() };
        stack.push(Frame { value, at, base: frame.base.clone(), in_place, home });
    };
    match (holds, &value.data) {
        (Holds::Map, Data::Object(members)) => {
            for member in members.iter() {
                push(&member.value, at.join(&member.key));
            }
        }
        (Holds::Many | Holds::One, Data::Array(items)) => {
            for (i, item) in items.iter().enumerate() {
                push(item, at.index(i));
            }
        }
        (Holds::One, _) => push(value, at),
        _ => {}
    }
}

/// Reads `$id` (`id` in draft-04) and anchors; an embedded `$id` changes the base URI.
fn identify(frame: &mut Frame<'_>, draft: Draft, found: &mut Found) {
    let keyword = if draft == Draft::Draft4 { "id" } else { "$id" };
    let old = matches!(draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7);
    // Up to draft-07 a `$ref` hides everything beside it, `$id` included.
    let hidden = old && frame.value.get("$ref").is_some();
    if let Some(id) = frame.value.str_at(keyword).filter(|_| !hidden) {
        if let (true, Some(name)) = (old, id.strip_prefix('#')) {
            if !name.is_empty() {
                found.anchors.push((frame.base.clone(), name.to_owned(), frame.at.clone()));
            }
        } else if !frame.at.is_root()
            && let Some(absolute) = uri::resolve(&frame.base, id)
        {
            frame.base = uri::without_fragment(&absolute).to_owned();
            found.ids.push((frame.base.clone(), frame.at.clone()));
        }
    }
    for keyword in ["$anchor", "$dynamicAnchor"] {
        if let Some(name) = frame.value.str_at(keyword) {
            found.anchors.push((frame.base.clone(), name.to_owned(), frame.at.clone()));
        }
    }
}
