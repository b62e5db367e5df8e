//! A parameter is gone.

use super::super::{Look, Rule};
use crate::change::api::ApiPair;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("parameter-removed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "parameter is gone",
    since: "0.1.0",
    explain: Explain {
        what: "An operation has a parameter no longer.",
        why: "Callers who send it are ignored or refused.",
        bad: "parameters: [{in: query, name: limit}]\n→ parameters: []",
        good: "parameters: [{in: query, name: limit, deprecated: true}]",
        fix: "Deprecate it first, with a sunset date, and remove it with a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        let (_, gone, _) = ApiPair::keys(&old.parameters, &new.parameters);
        for part in gone.iter().filter_map(|key| old.parameters.get(key)) {
            let (place, name) = (part.value.str_at("in"), part.value.str_at("name"));
            let (place, name) = (place.unwrap_or_default(), name.unwrap_or_default());
            let message = format!("{place} parameter `{name}` of `{}` is gone", new.name);
            let change =
                pair.change((Impact::Major, CODE), message, &new.part.place, Some(&part.place));
            found.push(change.helped("keep it, deprecated, until a major version"));
        }
    }
}
