//! What the frozen names of envelopes are made of: no waiver softens any of it.

use std::collections::{BTreeSet, HashMap};

use super::hold::artifact;
use crate::catalog::{Catalog, ItemId, Kind, Reference};
use crate::change;
use crate::checks::{FROZEN_NAMES, keeps_from_checking};
use crate::document::Pointer;
use crate::gate::Item;
use crate::graph::around;
use crate::tree::ArtifactPath;

type Place = (ItemId, Pointer);

/// Places that envelopes and the values of their frozen names are made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Frozen {
    /// Schemas of whole events.
    envelopes: BTreeSet<(ArtifactPath, Pointer)>,
    /// Schemas of values of frozen names.
    values: BTreeSet<(ArtifactPath, Pointer)>,
}

impl Frozen {
    /// Of all sides of a comparison: a change cannot take an envelope out of sight.
    pub(super) fn of<'c>(sides: impl IntoIterator<Item = &'c Catalog>) -> Frozen {
        let mut frozen = Frozen::default();
        for catalog in sides {
            let envelopes = catalog.of_kind(Kind::Envelope).map(|(id, _)| (id, Pointer::root()));
            let envelopes = of_whole_events(catalog, envelopes.collect());
            let values = envelopes.iter().flat_map(|(id, at)| {
                let properties = at.join("properties");
                FROZEN_NAMES.map(|name| (*id, properties.join(name)))
            });
            let values = made_of(catalog, values.collect());
            let named = |(id, at): Place| (catalog.path(id), at);
            frozen.envelopes.extend(envelopes.into_iter().map(named));
            frozen.values.extend(values.into_iter().map(named));
        }
        frozen
    }

    /// Whether a finding is about the value of a frozen name, or about events as a whole.
    pub(super) fn covers(&self, item: &Item) -> bool {
        let finding = &item.finding;
        let (code, at) = (finding.code.as_str(), &finding.primary.pointer);
        let path = artifact(item);
        let is_change = change::find(code).is_some();
        let names = |name: &&str| {
            finding.message.contains(&format!("`{name}`"))
                || finding.subject.iter().any(|value| value == name)
        };
        let is_named = FROZEN_NAMES.iter().any(names);
        let is_about_whole = |envelope: &Pointer| {
            let is_keyword = at == envelope || at.parent().as_ref() == Some(envelope);
            (is_named && at.is_within(envelope)) || (is_change && is_keyword)
        };
        let is_about_value = |value: &Pointer| {
            at.is_within(value) || (is_change && around(value).any(|around| around == *at))
        };
        let any = |places: &BTreeSet<(ArtifactPath, Pointer)>,
                   is_about: &dyn Fn(&Pointer) -> bool| {
            let mut here = places.iter().filter(|(of, _)| of.as_str() == path);
            here.any(|(_, place)| keeps_from_checking(code) || is_about(place))
        };
        any(&self.envelopes, &is_about_whole) || any(&self.values, &is_about_value)
    }
}

/// Schemas, and those that they apply to the same value.
fn of_whole_events(catalog: &Catalog, mut open: Vec<Place>) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    while let Some((id, at)) = open.pop() {
        let Some(value) = catalog.value_at(id, &at).filter(|_| found.insert((id, at.clone())))
        else {
            continue;
        };
        let targets =
            catalog.references_of(id, &at).filter_map(|reference| reference.target.place());
        open.extend(targets.map(|(id, at)| (id, at.clone())));
        for member in value.members() {
            let here = at.join(&member.key);
            match member.key.as_str() {
                "allOf" | "anyOf" | "oneOf" => {
                    open.extend((0..member.value.items().len()).map(|i| (id, here.index(i))));
                }
                "if" | "then" | "else" | "not" => open.push((id, here)),
                "dependentSchemas" => {
                    let members = member.value.members().iter();
                    open.extend(members.map(|inner| (id, here.join(&inner.key))));
                }
                _ => {}
            }
        }
    }
    found
}

/// Places, and those that anything inside of them refers to.
fn made_of(catalog: &Catalog, mut open: Vec<Place>) -> BTreeSet<Place> {
    let mut references: HashMap<ItemId, Vec<&Reference>> = HashMap::new();
    for reference in &catalog.references {
        references.entry(reference.item).or_default().push(reference);
    }
    let mut found = BTreeSet::new();
    while let Some((id, at)) = open.pop() {
        if !found.insert((id, at.clone())) {
            continue;
        }
        let inside = references.get(&id).into_iter().flatten();
        let inside = inside.filter(|reference| reference.holder.is_within(&at));
        let targets = inside.filter_map(|reference| reference.target.place());
        open.extend(targets.map(|(id, at)| (id, at.clone())));
    }
    found
}
