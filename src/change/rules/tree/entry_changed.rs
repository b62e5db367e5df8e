//! A named entry of a policy or a signal says something else.

use super::super::{Look, Rule};
use crate::change::entries::{NOUNS, named};
use crate::change::pairs::Both;
use crate::change::words::shown;
use crate::change::{Change, Impact};
use crate::document::{Part, Value, to_json};
use crate::finding::{Code, Explain};
use std::collections::BTreeSet;

pub(in crate::change) const CODE: Code = Code("entry-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "named entry says something else",
    since: "0.1.0",
    explain: Explain {
        what: "A part of a band, role, capability, binding, attribute, policy rule, metric, span, log event or log field is not what it was: a role lost a capability, a metric a label or its unit, a rule its effect, a denial what it covers.",
        why: "Who relied on the part that is gone is denied, or reads nothing, or reads numbers in another unit.",
        bad: "unit: seconds\n→ unit: milliseconds",
        good: "unit: seconds",
        fix: "Only add, or release a major version.",
    },
    look: Look::Tree(look),
};

fn look(both: &Both<'_>, found: &mut Vec<Change>) {
    for noun in NOUNS {
        let (before, after) = (named(both.old, noun), named(both.new, noun));
        for (name, old) in &before {
            let Some(new) = after.get(name) else { continue };
            for member in members(old.value, new.value) {
                let (a, b) = (old.value.get(&member), new.value.get(&member));
                let Some((mut impact, what)) = difference(&member, a, b) else { continue };
                // What a denial no longer covers is open, and what it covers more is closed.
                if impact == Impact::Minor && (old.denies() || new.denies()) {
                    impact = Impact::Major;
                }
                let message = format!("`{member}` of {} `{name}` {what}", noun.name);
                let at = both.now(new.item, &new.at.join(&member), Part::Key);
                let was = both.was(old.item, &old.at.join(&member), Part::Key);
                found.push(both.change(impact, CODE, message, at).labelled("it is").was(was));
            }
        }
    }
}

fn members(old: &Value, new: &Value) -> BTreeSet<String> {
    old.members().iter().chain(new.members()).map(|m| m.key.clone()).collect()
}

/// What it means that a member of an entry is another.
pub(in crate::change::rules) fn difference(
    member: &str,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Option<(Impact, String)> {
    let json = |v: Option<&Value>| v.map(to_json);
    if json(old) == json(new) {
        return None;
    }
    if matches!(member, "description" | "summary" | "title" | "examples" | "reason") {
        return Some((Impact::Patch, "was changed".to_owned()));
    }
    let (Some(old), Some(new)) = (old, new) else {
        let (impact, what) = match new {
            Some(_) => (Impact::Minor, "is new"),
            None => (Impact::Major, "is gone"),
        };
        return Some((impact, what.to_owned()));
    };
    if !old.is_array() && !new.is_array() {
        return Some((Impact::Major, format!("was {} and is {}", shown(old), shown(new))));
    }
    // One value is a list of one.
    let list = |v: &Value| match v.is_array() {
        true => v.items().iter().map(shown).collect::<BTreeSet<_>>(),
        false => BTreeSet::from([shown(v)]),
    };
    let (before, after) = (list(old), list(new));
    let lost: Vec<String> = before.difference(&after).cloned().collect();
    let gained: Vec<String> = after.difference(&before).cloned().collect();
    match (lost.is_empty(), gained.is_empty()) {
        (false, _) => Some((Impact::Major, format!("lost {}", lost.join(", ")))),
        (true, false) => Some((Impact::Minor, format!("gained {}", gained.join(", ")))),
        (true, true) => Some((Impact::Patch, "is written differently".to_owned())),
    }
}
