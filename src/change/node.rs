//! A schema node as users think of it: all places that hold for one value, through `$ref` and `allOf`.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, ItemId};
use crate::document::{Data, Member, Pointer, Value, to_json};

/// A place in one of the trees.
pub(super) type Place = (ItemId, Pointer);

/// A value of a keyword, with the place of the keyword.
pub(super) type Said<'c> = (Place, &'c Value);

/// What stands for each other in two nodes.
pub(super) type Unlike<'c> = (Option<Said<'c>>, Option<Said<'c>>);

/// Whether two values are the same, whatever the order of alternatives at their top.
fn is_same(a: &Value, b: &Value) -> bool {
    let sorted = |value: &Value| {
        let mut texts: Vec<String> = value.items().iter().map(|v| to_json(v).to_string()).collect();
        texts.sort();
        texts
    };
    to_json(a) == to_json(b) || (!a.items().is_empty() && sorted(a) == sorted(b))
}

/// A schema node: a place, and all places that hold for the same value with it, through `$ref` and `allOf`.
pub(super) struct Node<'c> {
    pub catalog: &'c Catalog,
    pub places: Vec<Place>,
    /// A mark of properties that are not looked at: `readOnly`, `writeOnly`.
    pub hidden: Option<&'static str>,
}

impl<'c> Node<'c> {
    pub(super) fn of(catalog: &'c Catalog, place: Place) -> Node<'c> {
        let mut places = vec![place];
        let mut next = 0;
        while let Some((item, at)) = places.get(next).cloned() {
            next += 1;
            let mut further = Vec::new();
            if let Some((item, at)) = catalog.reference_at(item, &at).and_then(|r| r.target.place())
            {
                further.push((item, at.clone()));
            }
            let parts = catalog.value_at(item, &at).and_then(|v| v.get("allOf"));
            let count = parts.map_or(0, |parts| parts.items().len());
            further.extend((0..count).map(|i| (item, at.join("allOf").index(i))));
            further.retain(|place| !places.contains(place));
            places.extend(further);
        }
        Node { catalog, places, hidden: None }
    }

    /// The place that the node begins at.
    pub(super) fn place(&self) -> Place {
        self.places.first().cloned().unwrap_or((ItemId::MAX, Pointer::root()))
    }

    /// The values of a keyword, with the places of the keyword.
    pub(super) fn all(&self, keyword: &str) -> Vec<(Place, &'c Value)> {
        let value = |(item, at): &Place| {
            let value = self.catalog.value_at(*item, at)?.get(keyword)?;
            Some(((*item, at.join(keyword)), value))
        };
        self.places.iter().filter_map(value).collect()
    }

    /// The first value of a keyword.
    pub(super) fn first(&self, keyword: &str) -> Option<(Place, &'c Value)> {
        self.all(keyword).into_iter().next()
    }

    /// The values of a keyword that another node does not have in the same words, whatever their order: those
    /// that go together, by their number, then what only one of them has.
    pub(super) fn unlike(&self, other: &Node<'c>, keyword: &str) -> Vec<Unlike<'c>> {
        let (mut old, mut new) = (self.all(keyword), other.all(keyword));
        old.retain(|(_, a)| match new.iter().position(|(_, b)| is_same(a, b)) {
            Some(twin) => {
                new.remove(twin);
                false
            }
            None => true,
        });
        let most = old.len().max(new.len());
        let (mut old, mut new) = (old.into_iter(), new.into_iter());
        (0..most).map(|_| (old.next(), new.next())).collect()
    }

    /// The properties of the node, by name.
    pub(super) fn properties(&self) -> BTreeMap<String, Place> {
        let mut found = BTreeMap::new();
        for ((item, at), value) in self.all("properties") {
            let is_hidden = |member: &&Member| {
                let marked =
                    |mark| member.value.get(mark).is_some_and(|v| v.data == Data::Bool(true));
                self.hidden.is_some_and(marked)
            };
            for member in value.members().iter().filter(|m| !is_hidden(m)) {
                found.entry(member.key.clone()).or_insert((item, at.join(&member.key)));
            }
        }
        found
    }

    /// The properties that the node or an alternative in it declares, by name.
    pub(super) fn declared(&self) -> BTreeMap<String, Place> {
        let mut found = BTreeMap::new();
        let mut seen: BTreeSet<Place> = BTreeSet::new();
        let mut open = vec![self.place()];
        while let Some(place) = open.pop() {
            if !seen.insert(place.clone()) {
                continue;
            }
            let node = Node { hidden: self.hidden, ..Node::of(self.catalog, place) };
            for (name, place) in node.properties() {
                found.entry(name).or_insert(place);
            }
            seen.extend(node.places.iter().skip(1).cloned());
            open.extend(node.alternatives());
        }
        found
    }

    /// The same, with those that have no part in a request or an answer.
    pub(super) fn declared_at_all(&self) -> BTreeMap<String, Place> {
        Node { catalog: self.catalog, places: self.places.clone(), hidden: None }.declared()
    }

    /// Schemas that hold for the same value, but not always.
    fn alternatives(&self) -> Vec<Place> {
        let mut found = Vec::new();
        for keyword in ["anyOf", "oneOf"] {
            for ((item, at), value) in self.all(keyword) {
                found.extend((0..value.items().len()).map(|i| (item, at.index(i))));
            }
        }
        // What a condition mentions in its `if` it does not declare.
        for keyword in ["then", "else"] {
            found.extend(self.all(keyword).into_iter().map(|(place, _)| place));
        }
        for ((item, at), value) in self.all("dependentSchemas") {
            found.extend(value.members().iter().map(|m| (item, at.join(&m.key))));
        }
        found
    }

    /// Names that a keyword lists, in any of the places.
    pub(super) fn names(&self, keyword: &str) -> BTreeMap<String, Place> {
        let mut found = BTreeMap::new();
        for ((item, at), value) in self.all(keyword) {
            for (i, name) in value.items().iter().enumerate() {
                if let Some(name) = name.as_str() {
                    found.entry(name.to_owned()).or_insert((item, at.index(i)));
                }
            }
        }
        found
    }
}
