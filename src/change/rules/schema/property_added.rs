//! A property is new.

use super::super::{Look, Rule};
use super::property_renamed;
use crate::change::Impact;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("property-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "property is new",
    since: "0.1.0",
    explain: Explain {
        what: "The schema declares a property that it did not declare.",
        why: "Consumers may use it. In an open schema, documents that had something else under that name are invalid now: that is shown as a break.",
        bad: "\"properties\": {\"id\": {…}}",
        good: "\"properties\": {\"id\": {…}, \"title\": {…}}",
        fix: "Nothing: release it as a minor version.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (before, after) = (pair.old.declared_at_all(), pair.new.declared());
    let renamed: Vec<String> = before
        .iter()
        .filter(|(name, _)| !after.contains_key(*name))
        .filter_map(|(name, at)| property_renamed::new_name(pair, name, at, &before, &after))
        .collect();
    let is_new = |name: &String| !before.contains_key(name) && !renamed.contains(name);
    for (name, place) in after.iter().filter(|(name, _)| is_new(name)) {
        let message = format!("property `{name}` of {} is new", pair.subject());
        let nature = (Nature::AtLeast(Impact::Minor), Edit::With(name.clone()));
        found.push(pair.propose(nature, CODE, message, Some(place.clone()), None));
    }
}
