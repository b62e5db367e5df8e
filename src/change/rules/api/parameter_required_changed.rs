//! A parameter is required, or not any more.

use super::super::{Look, Rule};
use crate::change::api::{ApiPair, demand};
use crate::change::rules::refused;
use crate::change::{Change, Impact};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("parameter-required-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "requiredness of a parameter was changed",
    since: "0.1.0",
    explain: Explain {
        what: "`required` of a parameter is not what it was.",
        why: "Callers who left it out are refused.",
        bad: "required: false\n→ required: true",
        good: "required: false",
        fix: "Leave it optional, or release a major version.",
    },
    look: Look::Api(look),
};

fn look(pair: &ApiPair<'_, '_>, found: &mut Vec<Change>) {
    for (old, new) in pair.common() {
        for (key, before) in &old.parameters {
            let Some(after) = new.parameters.get(key) else { continue };
            let name = after.value.str_at("name").unwrap_or_default();
            let (impact, what) = match (before.is_true("required"), after.is_true("required")) {
                (false, true) => (demand(new, true), "is required now"),
                (true, false) => (demand(new, false), "may be left out now"),
                _ => continue,
            };
            let message = format!("parameter `{name}` of `{}` {what}", new.name);
            let mut change =
                pair.change((impact, CODE), message, &after.place, Some(&before.place));
            if impact == Impact::Major && !new.sends {
                change.finding.witness = Some(refused(&format!("{} without `{name}`", new.name)));
                change = change.helped("leave it optional, or release a major version");
            }
            found.push(change);
        }
    }
}
