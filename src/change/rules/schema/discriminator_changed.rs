//! A discriminator is another.

use super::super::{Look, Rule};
use crate::change::Impact;
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::document::{Value, to_json};
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("discriminator-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "discriminator was changed",
    since: "0.1.0",
    explain: Explain {
        what: "The `discriminator` of a schema, or a name of its mapping, is not what it was, is gone, or is new.",
        why: "Readers choose the type of a document by it.",
        bad: "mapping: {note: …, flow: …}\n→ mapping: {note: …}",
        good: "mapping: {note: …, flow: …}",
        fix: "Only add names to the mapping, or release a major version.",
    },
    look: Look::Schema(look),
};

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let (old, new) = (pair.old.first("discriminator"), pair.new.first("discriminator"));
    let (impact, what) = match (&old, &new) {
        (Some((_, a)), Some((_, b))) if to_json(a) == to_json(b) => return,
        (Some((_, a)), Some((_, b))) if grows(a, b) && grows(b, a) => return,
        (Some((_, a)), Some((_, b))) => match grows(a, b) {
            true => (Impact::Minor, "has more names"),
            false => (Impact::Major, "was changed"),
        },
        (Some(_), None) => (Impact::Major, "is gone"),
        (None, Some(_)) => (Impact::Minor, "is new"),
        (None, None) => return,
    };
    let message = format!("discriminator of {} {what}", pair.subject());
    let nature = (Nature::Fixed(impact), Edit::Whole);
    let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
    found.push(pair.propose(nature, CODE, message, now, was));
}

/// Whether the property is the same, and every name leads where it led.
fn grows(old: &Value, new: &Value) -> bool {
    let names = old.get("mapping").map(Value::members).unwrap_or_default();
    old.str_at("propertyName") == new.str_at("propertyName")
        && names.iter().all(|m| {
            target(new.get("mapping").and_then(|all| all.str_at(&m.key)))
                == target(m.value.as_str())
        })
}

/// A bare name is that of a schema of the document (OpenAPI 3.1, section 4.8.25).
fn target(text: Option<&str>) -> Option<&str> {
    text.map(|text| text.strip_prefix("#/components/schemas/").unwrap_or(text))
}
