//! The steps between two versions of the schemas, found by looking at both: renames, moves, defaults, wider
//! types, other words. What is not plain is left to people, and said.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::transform::{ByHand, Op, Transform};
use crate::catalog::{Catalog, ItemId, Kind};
use crate::document::{Data, Pointer, Value, to_json};

type Place = (ItemId, Pointer);

/// Deepest nesting that is looked at.
const DEPTH: usize = 24;

/// How often a schema may contain itself on the way to a place.
const ROUNDS: usize = 5;

/// Most steps of a schema.
const STEPS: usize = 1_000;

/// The steps from documents under `old` to documents under `new`.
pub fn derive(old: &Catalog, new: &Catalog, from: &str, to: &str) -> Transform {
    let mut transform = Transform::new(from, to);
    for (id, item) in new.items.iter().enumerate() {
        if !matches!(item.kind, Kind::Schema | Kind::Envelope) {
            continue;
        }
        let Some(before) = old.find(&item.path) else { continue };
        let mut search = Search {
            old,
            new,
            steps: Vec::new(),
            by_hand: Vec::new(),
            gone: Vec::new(),
            come: Vec::new(),
            above: Vec::new(),
        };
        search.walk((before, Pointer::root()), (id, Pointer::root()), &Pointer::root());
        search.moves();
        let schema = new.tree.below_root(&item.path).to_owned();
        transform.by_hand.extend(search.by_hand.into_iter().map(|(at, why)| ByHand {
            schema: schema.clone(),
            at: at.to_string(),
            why,
        }));
        if !search.steps.is_empty() {
            transform.schemas.insert(schema, search.steps);
        }
    }
    transform
}

/// A property that only one side has.
struct Lone {
    at: Pointer,
    name: String,
    place: Place,
    is_required: bool,
    is_closed: bool,
}

struct Search<'c> {
    old: &'c Catalog,
    new: &'c Catalog,
    steps: Vec<Op>,
    by_hand: Vec<(Pointer, String)>,
    gone: Vec<Lone>,
    come: Vec<Lone>,
    /// The pairs above the one that is looked at.
    above: Vec<(Place, Place)>,
}

impl Search<'_> {
    fn walk(&mut self, old: Place, new: Place, at: &Pointer) {
        // Documents of a schema that contains itself nest; how deep, no schema says.
        let pair = (old, new);
        let rounds = self.above.iter().filter(|above| **above == pair).count();
        if rounds >= ROUNDS || self.above.len() > DEPTH || self.steps.len() > STEPS {
            return;
        }
        self.above.push(pair.clone());
        let (old, new) = pair;
        self.node(&old, &new, at);
        self.above.pop();
    }

    fn node(&mut self, old: &Place, new: &Place, at: &Pointer) {
        let (before, after) = (self.old.declared(old.0, &old.1), self.new.declared(new.0, &new.1));
        for (name, place) in &before {
            if let Some(there) = after.get(name) {
                self.walk(place.clone(), there.clone(), &at.join(name));
            }
        }
        let item = |catalog: &Catalog, place: &Place| {
            let conjuncts = catalog.conjuncts(place.0, &place.1).into_iter();
            let mut lists = conjuncts.map(|(item, at)| (item, at.join("items")));
            lists.find(|(item, at)| catalog.value_at(*item, at).is_some_and(Value::is_object))
        };
        if let (Some(old), Some(new)) = (item(self.old, old), item(self.new, new)) {
            self.walk(old, new, &at.join("*"));
        }
        self.value(old, new, at);
        self.members(old, new, at, &before, &after);
    }

    /// What a value is, and which ones there are.
    fn value(&mut self, old: &Place, new: &Place, at: &Pointer) {
        let types = |catalog: &Catalog, place: &Place| -> Vec<String> {
            match catalog.keyword(place.0, &place.1, "type").map(|v| (v.as_str(), v.items())) {
                Some((Some(one), _)) => vec![one.to_owned()],
                Some((None, many)) => {
                    many.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
                }
                None => Vec::new(),
            }
        };
        let (was, is) = (types(self.old, old), types(self.new, new));
        let takes = |name: &str| {
            is.is_empty() || is.iter().any(|t| t == name || (t == "number" && name == "integer"))
        };
        let lost: Vec<&String> = was.iter().filter(|t| !takes(t)).collect();
        let plain = |t: &&String| matches!(t.as_str(), "integer" | "number" | "boolean");
        if !lost.is_empty() {
            if is.iter().any(|t| t == "string") && lost.iter().all(plain) {
                self.steps.push(Op::Text { at: at.to_string() });
            } else if is.iter().any(|t| t == "array") && self.is_item(old, new) {
                self.steps.push(Op::Wrap { at: at.to_string() });
            } else {
                let why = format!("was {} and is {}", was.join(" or "), is.join(" or "));
                self.by_hand.push((at.clone(), why));
            }
        }
        self.words(old, new, at);
    }

    /// Whether the old schema is that of the items of the new one.
    fn is_item(&self, old: &Place, new: &Place) -> bool {
        self.is_same(old, &(new.0, new.1.join("items")))
    }

    /// Values that are not among those of the new schema any more.
    fn words(&mut self, old: &Place, new: &Place, at: &Pointer) {
        let texts = |catalog: &Catalog, place: &Place| -> Option<Vec<String>> {
            let list = catalog.keyword(place.0, &place.1, "enum")?.items();
            Some(list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect())
        };
        let (Some(was), Some(is)) = (texts(self.old, old), texts(self.new, new)) else { return };
        let told: BTreeMap<String, Json> = self
            .new
            .keyword(new.0, &new.1, "x-enum-map")
            .map(|map| map.members().iter().map(|m| (m.key.clone(), to_json(&m.value))).collect())
            .unwrap_or_default();
        let bare = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
        let mut values = BTreeMap::new();
        for word in was.iter().filter(|word| !is.contains(word)) {
            let mut same = is.iter().filter(|other| bare(other) == bare(word));
            if let Some(to) = told.get(word) {
                values.insert(word.clone(), to.clone());
            } else if let (Some(one), None) = (same.next(), same.next()) {
                values.insert(word.clone(), Json::String(one.clone()));
            } else {
                let why = format!(
                    "`{word}` is not among the values any more; `x-enum-map` in the schema says what it becomes"
                );
                self.by_hand.push((at.clone(), why));
            }
        }
        if !values.is_empty() {
            self.steps.push(Op::Map { at: at.to_string(), values });
        }
    }

    /// Members that only one side has.
    fn members(
        &mut self,
        old: &Place,
        new: &Place,
        at: &Pointer,
        before: &BTreeMap<String, Place>,
        after: &BTreeMap<String, Place>,
    ) {
        let required = self.new.required(new.0, &new.1);
        let was_required = self.old.required(old.0, &old.1);
        for (name, place) in after.iter().filter(|(name, _)| before.contains_key(*name)) {
            if required.contains(name) && !was_required.contains(name) {
                self.default(at, name, place);
            }
        }
        let lone = |name: &String, place: &Place, is_required: bool, is_closed: bool| Lone {
            at: at.clone(),
            name: name.clone(),
            place: place.clone(),
            is_required,
            is_closed,
        };
        let is_closed = ["additionalProperties", "unevaluatedProperties"].iter().any(|keyword| {
            self.new.keyword(new.0, &new.1, keyword).is_some_and(|v| v.data == Data::Bool(false))
        });
        let mut come: Vec<Lone> = after
            .iter()
            .filter(|(name, _)| !before.contains_key(*name))
            .map(|(name, place)| lone(name, place, required.contains(name), is_closed))
            .collect();
        for (name, place) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            let gone = lone(name, place, false, is_closed);
            match self.renamed(&gone, &come, before, after) {
                Some(found) => {
                    let to = come.remove(found).name;
                    self.steps.push(Op::Rename { at: at.to_string(), from: name.clone(), to });
                }
                None => self.gone.push(gone),
            }
        }
        self.come.extend(come);
    }

    /// Which of the new members an old one has become: the one that says so, or the only one of its shape.
    fn renamed(
        &self,
        gone: &Lone,
        come: &[Lone],
        before: &BTreeMap<String, Place>,
        after: &BTreeMap<String, Place>,
    ) -> Option<usize> {
        let says_so = |lone: &&Lone| {
            let told = self.new.value_at(lone.place.0, &lone.place.1.join("x-renamed-from"));
            told.is_some_and(|v| {
                v.as_str() == Some(&gone.name)
                    || v.items().iter().any(|i| i.as_str() == Some(&gone.name))
            })
        };
        if let Some(found) = come.iter().position(|lone| says_so(&lone)) {
            return Some(found);
        }
        let same: Vec<usize> = (0..come.len())
            .filter(|i| come.get(*i).is_some_and(|l| self.is_same(&gone.place, &l.place)))
            .collect();
        let shape = self.old.bundle(gone.place.0, &gone.place.1).ok()?;
        let is_twin = |(name, place): (&String, &Place)| {
            *name != gone.name
                && !after.contains_key(name)
                && self.old.bundle(place.0, &place.1).is_ok_and(|other| other == shape)
        };
        match same.as_slice() {
            [one] if !before.iter().any(is_twin) => Some(*one),
            _ => None,
        }
    }

    /// Whether both mean the same, references over files included.
    fn is_same(&self, old: &Place, new: &Place) -> bool {
        let then = self.old.bundle(old.0, &old.1);
        then.is_ok_and(|then| self.new.bundle(new.0, &new.1).is_ok_and(|now| now == then))
    }

    fn default(&mut self, at: &Pointer, name: &str, place: &Place) {
        let own = |keyword: &str| self.new.keyword(place.0, &place.1, keyword);
        let only = own("enum").map(Value::items).filter(|list| list.len() == 1);
        let value =
            own("default").or_else(|| own("const")).or_else(|| only.and_then(|l| l.first()));
        match value.map(to_json) {
            Some(value) => {
                let (at, key) = (at.to_string(), name.to_owned());
                self.steps.push(Op::Default { at, key, value });
            }
            None => {
                let why = "is required now, and the schema gives no `default`".to_owned();
                self.by_hand.push((at.join(name), why));
            }
        }
    }

    /// What has gone from one place and come to another, once all places are known.
    fn moves(&mut self) {
        let come = std::mem::take(&mut self.come);
        let mut targets: Vec<Target> = Vec::new();
        for (number, lone) in come.iter().enumerate() {
            let at = lone.at.join(&lone.name);
            targets.push(Target {
                number,
                at: at.clone(),
                name: lone.name.clone(),
                place: lone.place.clone(),
            });
            // What has come may have been made of what has gone.
            for (name, place) in self.new.declared(lone.place.0, &lone.place.1) {
                targets.push(Target { number, at: at.join(&name), name, place });
            }
        }
        let mut made: BTreeSet<usize> = BTreeSet::new();
        for gone in std::mem::take(&mut self.gone) {
            let is_plain = |at: &Pointer| !at.tokens().any(|token| token == "*");
            let fits = |target: &&Target| {
                target.name == gone.name
                    && is_plain(&target.at)
                    && self.is_same(&gone.place, &target.place)
            };
            let fitting: Vec<&Target> = targets.iter().filter(fits).collect();
            let from = gone.at.join(&gone.name);
            match fitting.as_slice() {
                [one] if is_plain(&gone.at) => {
                    made.insert(one.number);
                    self.steps.push(Op::Move { from: from.to_string(), to: one.at.to_string() });
                }
                _ if gone.is_closed => {
                    let why = "is not declared any more, and nothing else may be there".to_owned();
                    self.by_hand.push((from, why));
                }
                _ => {}
            }
        }
        for (number, lone) in come.into_iter().enumerate() {
            if lone.is_required && !made.contains(&number) {
                self.default(&lone.at, &lone.name, &lone.place);
            }
        }
    }
}

/// Where something may have come to.
struct Target {
    /// The member that is new, by its number.
    number: usize,
    at: Pointer,
    name: String,
    place: Place,
}
