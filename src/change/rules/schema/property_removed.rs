//! A declared property is gone.

use super::super::{Look, Rule};
use super::property_renamed;
use crate::change::Impact;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("property-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "property is no longer declared",
    since: "0.1.0",
    explain: Explain {
        what: "A property that the schema declared is not declared any more, in any branch.",
        why: "Consumers that read or write it lose what they were promised, even where the documents stay valid because the schema is open.",
        bad: "\"properties\": {\"id\": {…}, \"title\": {…}}\n→ \"properties\": {\"id\": {…}}",
        good: "\"properties\": {\"id\": {…}, \"title\": {…, \"deprecated\": true}}",
        fix: "Deprecate it first, and remove it with a major version.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (before, after) = (pair.old.declared(), pair.new.declared_at_all());
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name));
    for (name, place) in gone {
        let renamed = property_renamed::new_name(pair, name, place, &before, &after);
        if renamed.is_some() {
            continue;
        }
        let message = format!("property `{name}` of {} is no longer declared", pair.subject());
        let nature = (Nature::Fixed(Impact::Major), Edit::Without(name.clone()));
        let mut proposal = pair.propose(nature, CODE, message, None, Some(place.clone()));
        let help = "keep it, marked `deprecated`, until a major version";
        proposal.change.finding =
            proposal.change.finding.label("no longer declared here").help(help);
        found.push(proposal);
    }
}
