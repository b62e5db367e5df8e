//! What a schema, a topic or an operation is made of: every place that says something about its documents,
//! through references over files, and which part of a document each place speaks of.

use std::collections::{BTreeSet, HashMap};

use crate::catalog::{Api, ApiPart, Catalog, ItemId, Operation, Topic};
use crate::document::{Data, Pointer, Value};

/// A place in a tree.
pub(super) type Place = (ItemId, Pointer);

/// Whom a place of an operation concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Side {
    /// What the consumer sends.
    Sent,
    /// What it is answered.
    Answered,
    /// Both, or neither: the call itself.
    Both,
}

/// A part of a document: reference tokens, [`ANY`] for any one, [`BELOW`] at the end for anything from there.
pub(super) type Path = Vec<String>;

/// Any one token.
const ANY: &str = "*";
/// Anything from there on.
const BELOW: &str = "**";

/// Paths to one place that are told apart; more are all taken for the whole document.
const MOST_PATHS: usize = 16;

/// The places of something.
#[derive(Debug, Default)]
pub(super) struct Reach {
    spots: HashMap<Place, Vec<(Side, Path)>>,
}

impl Reach {
    /// The parts of documents that are spoken of at a place, or around it; none when it is no part of this.
    /// What `required` lists no more is about that member; what it lists anew is about everybody.
    pub(super) fn at(&self, catalog: &Catalog, place: &Place, is_old: bool) -> Vec<(Side, Path)> {
        let (item, pointer) = place;
        let mut at = Some(pointer.clone());
        while let Some(here) = at {
            if let Some(spots) = self.spots.get(&(*item, here.clone())) {
                return match rest(pointer, &here).as_slice() {
                    // A definition that nothing here leads to.
                    [store, _, ..] if matches!(store.as_str(), "$defs" | "definitions") => {
                        Vec::new()
                    }
                    [keyword, _] if keyword == "required" && is_old => named(catalog, place, spots),
                    _ => spots.clone(),
                };
            }
            at = here.parent();
        }
        // The file as a whole.
        let is_here = |spot: &Place| spot.0 == *item;
        match pointer.is_root() && self.spots.keys().any(is_here) {
            true => vec![(Side::Both, Vec::new())],
            false => Vec::new(),
        }
    }

    /// Whether anything was found.
    pub(super) fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }

    /// What a schema declares where a pointer leads nowhere; `None` when it leads somewhere, or into a part
    /// of which nothing is declared.
    pub(super) fn missing(&self, pointer: &Pointer, side: Side) -> Option<BTreeSet<String>> {
        let wanted: Path = pointer.tokens().map(std::borrow::Cow::into_owned).collect();
        let of_side =
            |(of, _): &&(Side, Path)| *of == side || *of == Side::Both || side == Side::Both;
        let all = || self.spots.values().flatten().filter(of_side).map(|(_, path)| path);
        let mut deepest = 0;
        for path in all() {
            let fits = common(path, &wanted);
            if fits == wanted.len() || path.get(fits).is_some_and(|token| token == BELOW) {
                return None;
            }
            if fits == path.len() {
                deepest = deepest.max(fits);
            }
        }
        let beside = all().filter(|path| path.len() > deepest && common(path, &wanted) == deepest);
        let names: BTreeSet<String> =
            beside.filter_map(|path| path.get(deepest).cloned()).collect();
        (!names.is_empty()).then_some(names)
    }

    /// Adds a schema and all that it leads to.
    pub(super) fn schema(&mut self, catalog: &Catalog, start: Place, side: Side) {
        let mut open = vec![(start, Path::new())];
        while let Some((place, path)) = open.pop() {
            let Some(path) = self.record(&place, side, path) else { continue };
            let (item, at) = &place;
            let statics = catalog.reference_at(*item, at).into_iter();
            for reference in statics.chain(catalog.references_of(*item, at)) {
                if let Some((item, at)) = reference.target.place() {
                    open.push(((item, at.clone()), path.clone()));
                }
            }
            let Some(value) = catalog.value_at(*item, at) else { continue };
            for (at, token) in below(value, at) {
                let mut path = path.clone();
                if let Some(token) = token.filter(|_| !is_below(&path)) {
                    path.push(token);
                }
                open.push(((*item, at), path));
            }
        }
    }

    /// Adds a topic, its payload, and the envelope that its events are carried in.
    pub(super) fn topic(&mut self, catalog: &Catalog, topic: &Topic) {
        self.add(&(topic.item, topic.at.clone()), Side::Both);
        if let Some(schema) = topic.schema {
            let part = topic.schema_ref.as_deref().and_then(|text| text.split_once('#'));
            let at = part.map_or_else(Pointer::root, |(_, fragment)| Pointer::from(fragment));
            let is_there = catalog.value_at(schema, &at).is_some();
            let at = if is_there { at } else { Pointer::root() };
            self.schema(catalog, (schema, at), Side::Both);
        }
    }

    /// Adds an operation with everything that is sent and answered.
    pub(super) fn operation(&mut self, catalog: &Catalog, operation: &Operation<'_>) {
        // Of a webhook the API is the caller.
        let (sent, answered) = match operation.sends {
            true => (Side::Answered, Side::Sent),
            false => (Side::Sent, Side::Answered),
        };
        self.add(&operation.part.place, Side::Both);
        for key in ["parameters", "servers"] {
            let (item, at) = &operation.shared.place;
            self.add(&(*item, at.join(key)), Side::Both);
        }
        for key in ["security", "servers"] {
            self.add(&(operation.document.place.0, Pointer::root().join(key)), Side::Both);
        }
        for document in &Api::of_document(catalog, operation.document.place.0).documents {
            let components = document.member(catalog, "components");
            let schemes = components.and_then(|c| c.member(catalog, "securitySchemes"));
            for (_, scheme) in schemes.map(|s| s.members(catalog)).unwrap_or_default() {
                self.add(&scheme.place, Side::Both);
            }
        }
        for parameter in operation.parameters.values() {
            self.whole(catalog, parameter);
        }
        if let Some(body) = operation.part.member(catalog, "requestBody") {
            self.body(catalog, &body, sent);
        }
        for response in operation.responses(catalog).values() {
            self.body(catalog, response, answered);
            response
                .headers(catalog)
                .values()
                .for_each(|header| self.header(catalog, header, answered));
        }
    }

    /// A parameter, no part of which has a name of its own.
    fn whole(&mut self, catalog: &Catalog, part: &ApiPart<'_>) {
        self.header(catalog, part, Side::Both);
    }

    fn header(&mut self, catalog: &Catalog, part: &ApiPart<'_>, side: Side) {
        self.add(&part.place, side);
        let mut inner = Reach::default();
        inner.body(catalog, part, side);
        inner.schema(catalog, (part.place.0, part.place.1.join("schema")), side);
        inner.spots.keys().for_each(|place| self.add(place, side));
    }

    fn body(&mut self, catalog: &Catalog, part: &ApiPart<'_>, side: Side) {
        self.add(&part.place, side);
        for content in part.contents(catalog).into_values() {
            self.add(&content.place, side);
            if content.value.get("schema").is_some() {
                self.schema(catalog, (content.place.0, content.place.1.join("schema")), side);
            }
        }
    }

    /// Adds a place that is about all of a document.
    fn add(&mut self, place: &Place, side: Side) {
        self.record(place, side, Path::new());
    }

    /// Notes that a place speaks of a part; `None` when that is known. What comes round, and what there is
    /// too much of, is noted as everything from there on.
    fn record(&mut self, place: &Place, side: Side, mut path: Path) -> Option<Path> {
        let known = self.spots.entry(place.clone()).or_default();
        let of_side = || known.iter().filter(|(of, _)| *of == side).map(|(_, path)| path);
        let is_inside = |outer: &Path| outer.len() < path.len() && path.starts_with(outer);
        if of_side().any(|outer| !is_below(outer) && is_inside(outer)) && !is_below(&path) {
            path.push(BELOW.to_owned());
        }
        if of_side().count() >= MOST_PATHS {
            path = vec![BELOW.to_owned()];
        }
        let covers = |outer: &Path| match outer.split_last() {
            Some((last, outer)) if last == BELOW => path.starts_with(outer),
            _ => *outer == path,
        };
        if of_side().any(covers) {
            return None;
        }
        known.push((side, path.clone()));
        Some(path)
    }
}

/// What the schemas directly in a schema speak of: their places, and the token that leads to that part.
fn below(value: &Value, at: &Pointer) -> Vec<(Pointer, Option<String>)> {
    let mut found = Vec::new();
    for member in value.members() {
        let here = at.join(&member.key);
        let token = match member.key.as_str() {
            "items"
            | "prefixItems"
            | "additionalItems"
            | "unevaluatedItems"
            | "contains"
            | "additionalProperties"
            | "unevaluatedProperties" => Some(ANY.to_owned()),
            "allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "propertyNames"
            | "contentSchema" => None,
            "properties" | "patternProperties" | "dependentSchemas" | "dependencies" => {
                let named = member.value.members().iter().map(|inner| {
                    let token = match member.key.as_str() {
                        "properties" => Some(inner.key.clone()),
                        "patternProperties" => Some(ANY.to_owned()),
                        _ => None,
                    };
                    (here.join(&inner.key), token)
                });
                found.extend(named);
                continue;
            }
            _ => continue,
        };
        match member.value.items() {
            // What is open or closed is said of the whole, and declares nothing.
            [] if matches!(member.value.data, Data::Bool(_)) => {}
            [] => found.push((here, token)),
            items => found.extend((0..items.len()).map(|i| (here.index(i), token.clone()))),
        }
    }
    found
}

/// The tokens of `pointer` that follow `start`.
fn rest(pointer: &Pointer, start: &Pointer) -> Vec<String> {
    let count = start.tokens().count();
    pointer.tokens().skip(count).map(std::borrow::Cow::into_owned).collect()
}

/// Where `required` lists a name, it is about that member.
fn named(catalog: &Catalog, place: &Place, spots: &[(Side, Path)]) -> Vec<(Side, Path)> {
    let name = catalog.value_at(place.0, &place.1).and_then(Value::as_str);
    let Some(name) = name else { return spots.to_vec() };
    let member = |(side, path): &(Side, Path)| {
        let mut path = path.clone();
        if !is_below(&path) {
            path.push(name.to_owned());
        }
        (*side, path)
    };
    spots.iter().map(member).collect()
}

fn is_below(path: &Path) -> bool {
    path.last().is_some_and(|token| token == BELOW)
}

/// How many tokens of both lead to the same.
fn common(a: &[String], b: &[String]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b || *a == ANY || *b == ANY).count()
}

/// Whether what happens to one part is felt in the other: one is in the other, or around it.
pub(super) fn touches(changed: &[String], pointer: &Pointer) -> bool {
    let wanted: Path = pointer.tokens().map(std::borrow::Cow::into_owned).collect();
    let fits = common(changed, &wanted);
    fits == changed.len()
        || fits == wanted.len()
        || changed.get(fits).is_some_and(|token| token == BELOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        Pointer::from(text).tokens().map(std::borrow::Cow::into_owned).collect()
    }

    #[test]
    fn a_change_is_felt_by_parents_and_children() {
        let felt = |changed: &str, read: &str| touches(&path(changed), &Pointer::from(read));
        assert!(felt("/title", "/title"));
        assert!(felt("", "/title"));
        assert!(felt("/author/name", "/author"));
        assert!(felt("/author", "/author/name"));
        assert!(felt("/items/*/id", "/items/0/id"));
        assert!(felt("/items/*/id", "/items/*"));
        assert!(felt("/children/*/**", "/children/*/children/*/title"));
        assert!(!felt("/body", "/title"));
        assert!(!felt("/items/*/id", "/items/*/name"));
        assert!(!felt("/title", "/titles"));
    }
}
