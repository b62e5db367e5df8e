//! A parameter is new.

use super::super::{Look, Rule};
use crate::change::api::{ApiPair, demand};
use crate::change::rules::refused;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("parameter-added");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "parameter is new",
    since: "0.1.0",
    explain: Explain {
        what: "An operation has a parameter that it did not have. One that is required breaks callers who do not send it.",
        why: "Callers do not send what they do not know.",
        bad: "parameters: []\n→ parameters: [{in: query, name: limit, required: true}]",
        good: "parameters: [{in: query, name: limit}]",
        fix: "Make it optional, or release a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let (_, _, added) = ApiPair::keys(&old.parameters, &new.parameters);
        for part in added.iter().filter_map(|key| new.parameters.get(key)) {
            let (place, name) = (part.value.str_at("in"), part.value.str_at("name"));
            let (place, name) = (place.unwrap_or_default(), name.unwrap_or_default());
            let (impact, what) = match part.is_true("required") {
                true => (demand(new, true), "is new and required"),
                false => (Impact::Minor, "is new"),
            };
            let message = format!("{place} parameter `{name}` of `{}` {what}", new.name);
            let mut change = pair.change((impact, CODE), message, &part.place, None);
            if impact == Impact::Major {
                let shown = format!("{} without `{name}`", new.name);
                change.finding.witness = Some(refused(&shown));
                change = change.helped("make it optional, or release a major version");
            }
            found.push(change);
        }
    }
}
