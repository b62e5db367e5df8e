//! A property is gone and one of the same shape is new.

use super::super::{Look, Rule};
use crate::change::Impact;
use crate::change::pairs::{Edit, Nature, Place, Proposal, SchemaPair};
use crate::finding::{Code, Explain};
use std::collections::BTreeMap;

pub(in crate::change) const CODE: Code = Code("property-renamed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "property was probably renamed",
    since: "0.1.0",
    explain: Explain {
        what: "A property is gone, and a new one has exactly its schema and stands in the same object.",
        why: "To consumers a renamed property is one that is missing.",
        bad: "\"properties\": {\"sha\": {\"type\": \"string\"}}\n→ \"properties\": {\"digest\": {\"type\": \"string\"}}",
        good: "\"properties\": {\"sha\": {\"type\": \"string\", \"deprecated\": true}, \"digest\": {\"type\": \"string\"}}",
        fix: "Add the new name beside the old one, deprecate the old one, and remove it with a major version.",
    },
    look: Look::Schema(look),
};

/// The name that a removed property has now, when exactly one new property has its schema.
pub(super) fn new_name(
    pair: &SchemaPair<'_, '_>,
    _name: &str,
    place: &Place,
    before: &BTreeMap<String, Place>,
    after: &BTreeMap<String, Place>,
) -> Option<String> {
    let shape = pair.old.catalog.bundle(place.0, &place.1).ok()?;
    let is_same = |(name, at): &(&String, &Place)| {
        !before.contains_key(*name)
            && pair.new.catalog.bundle(at.0, &at.1).is_ok_and(|other| other == shape)
    };
    let mut same = after.iter().filter(is_same);
    let (found, second) = (same.next()?, same.next());
    let twin = |(name, at): (&String, &Place)| {
        !after.contains_key(name)
            && *at != *place
            && pair.old.catalog.bundle(at.0, &at.1).is_ok_and(|other| other == shape)
    };
    let is_only = second.is_none() && !before.iter().any(twin);
    is_only.then(|| found.0.clone())
}

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (before, after) = (pair.old.declared(), pair.new.declared_at_all());
    for (name, place) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        let Some(new) = new_name(pair, name, place, &before, &after) else { continue };
        let message = format!("property `{name}` of {} is probably `{new}` now", pair.subject());
        let now = after.get(&new).cloned();
        let nature = (Nature::Fixed(Impact::Major), Edit::Without(name.clone()));
        let mut proposal = pair.propose(nature, CODE, message, now, Some(place.clone()));
        let help = "declare both names, and remove the old one with a major version";
        proposal.change.finding = proposal.change.finding.help(help);
        found.push(proposal);
    }
}
