//! Examples and events: what they are instances of, what topics carry, and who names topics.

use std::collections::{BTreeMap, HashMap};

use super::build::Builder;
use super::{EdgeKind, Place};
use crate::catalog::{Catalog, Example, ItemId, Kind, PairReason, Partner, Topic};
use crate::document::{Data, Pointer, Value};

impl Builder<'_> {
    pub(super) fn examples(&mut self) {
        let catalog = self.catalog;
        let topics = Topics::of(catalog);
        for example in &catalog.examples {
            let at = Place::new(example.item, Pointer::root());
            let root = |schema: &ItemId| Place::new(*schema, Pointer::root());
            match &example.partner {
                Partner::Schema(schema, reason) => {
                    self.refer(EdgeKind::ExampleOf, at, root(schema), reason.text());
                    if *reason == PairReason::Event {
                        self.events(example, &topics);
                    }
                }
                Partner::Ambiguous(schemas) => {
                    for schema in schemas {
                        let at = at.clone();
                        self.refer(EdgeKind::ExampleOf, at, root(schema), "one of several");
                    }
                }
                Partner::Missing => {}
            }
        }
    }

    fn events(&mut self, example: &Example, topics: &Topics<'_>) {
        for case in &example.cases {
            let at = Place::new(example.item, case.at.join("topic"));
            let value = self.catalog.value_at(at.file, &at.at).and_then(Value::as_str);
            let Some(name) = value else { continue };
            match topics.named(name) {
                Some(topic) => {
                    let target = Place::new(topic.item, &topic.at);
                    self.refer(EdgeKind::EventOf, at, target, name);
                }
                None if self.catalog.topics.is_empty() => {}
                None => self.dangle(EdgeKind::EventOf, at, name),
            }
        }
    }

    /// What topics carry, and in what.
    pub(super) fn payloads(&mut self) {
        let catalog = self.catalog;
        let mut envelopes: BTreeMap<Option<&str>, Option<ItemId>> = BTreeMap::new();
        for topic in catalog.topics.iter().filter(|topic| topic.name.is_some()) {
            let at = Place::new(topic.item, topic.at.join("schema_ref"));
            match (&topic.schema_ref, topic.schema) {
                (Some(text), Some(schema)) => {
                    let part = text.split_once('#').map(|(_, fragment)| Pointer::from(fragment));
                    let is_there = |at: &Pointer| catalog.value_at(schema, at).is_some();
                    let part = part.filter(is_there).unwrap_or_default();
                    self.refer(EdgeKind::Payload, at, Place::new(schema, part), text);
                }
                (Some(text), None) => self.dangle(EdgeKind::Payload, at, text),
                (None, _) => {}
            }
            let module = catalog.item(topic.item).and_then(|item| item.module.as_deref());
            let envelope = envelopes.entry(module).or_insert_with(|| catalog.envelope_for(module));
            if let Some(envelope) = *envelope {
                let at = Place::new(topic.item, &topic.name_at);
                let target = Place::new(envelope, Pointer::root());
                self.refer(EdgeKind::CarriedIn, at, target, "");
            }
        }
    }

    /// Topics that envelopes and invariants name, be it in the list of all or in a condition.
    pub(super) fn envelopes(&mut self) {
        let catalog = self.catalog;
        let topics = Topics::of(catalog);
        let items = catalog.items.iter().enumerate();
        let naming = items.filter(|(_, i)| matches!(i.kind, Kind::Envelope | Kind::Invariant));
        for (id, item) in naming {
            for (at, value) in item.value().map(Value::everything).unwrap_or_default() {
                let listed = match (&value.data, at.tokens().last().as_deref()) {
                    (Data::Array(items), Some("enum")) => {
                        items.iter().enumerate().map(|(i, v)| (at.index(i), v)).collect()
                    }
                    (_, Some("const")) => vec![(at.clone(), value)],
                    _ => continue,
                };
                for (at, value) in listed {
                    let Some(name) = value.as_str() else { continue };
                    for topic in topics.all_named(name) {
                        let target = Place::new(topic.item, &topic.name_at);
                        let at = Place::new(id, at.clone());
                        self.refer(EdgeKind::Enumerates, at, target, name);
                    }
                }
            }
        }
    }
}

/// Topics by the names that events and envelopes use.
struct Topics<'c> {
    by_name: HashMap<String, Vec<&'c Topic>>,
    newest: HashMap<&'c str, &'c Topic>,
}

impl<'c> Topics<'c> {
    fn of(catalog: &'c Catalog) -> Self {
        let mut by_name: HashMap<String, Vec<&Topic>> = HashMap::new();
        let mut newest: HashMap<&str, &Topic> = HashMap::new();
        for topic in &catalog.topics {
            let Some(name) = topic.name.as_deref() else { continue };
            let full = topic.full_name();
            by_name.entry(name.to_owned()).or_default().push(topic);
            if full != name {
                by_name.entry(full).or_default().push(topic);
            }
            let age = |topic: &Topic| {
                let version = topic.version.as_deref().unwrap_or("");
                version.split('.').map(|n| n.parse::<u64>().unwrap_or(0)).collect::<Vec<_>>()
            };
            let known = newest.entry(name).or_insert(topic);
            if age(topic) >= age(known) {
                *known = topic;
            }
        }
        Topics { by_name, newest }
    }

    /// The topic that an event names; a bare name means the newest version.
    fn named(&self, text: &str) -> Option<&'c Topic> {
        let newest = self.newest.get(text).copied();
        newest.or_else(|| self.by_name.get(text)?.first().copied())
    }

    /// Every topic that answers to a name.
    fn all_named(&self, text: &str) -> &[&'c Topic] {
        self.by_name.get(text).map_or(&[], Vec::as_slice)
    }
}
