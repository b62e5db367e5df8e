//! The proof: both schemas in the normal form of `jsonschema::canonical`, and what one has and the other
//! has not. Experimental there, so that it is wrapped here: nothing of it is part of this crate's surface.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jsonschema::Draft;
use jsonschema::canonical::{
    self, CanonicalSchema, CanonicalView, CanonicalizationError, Containment, RawReason,
    Satisfiability,
};
use serde_json::Value;

use super::Options;
use super::{circle, prepare, slice, structure};

/// What is known of the difference.
pub(crate) enum Proof {
    /// It is empty.
    Included,
    /// It is this schema; it may yet be empty.
    Difference(Value),
    /// It cannot be told.
    Unknown { construct: String, reason: String },
}

/// Compares normal forms. An experimental library may stop where it should answer; that is no answer.
pub(crate) fn prove(ready: Option<&Ready>, options: &Options) -> Proof {
    let Some(ready) = ready else {
        return unknown("$schema", "the two schemas have different dialects");
    };
    let attempt = || normal_forms(&ready.old, &ready.new, ready.draft, options);
    let tried = catch_unwind(AssertUnwindSafe(attempt));
    tried.unwrap_or_else(|_| unknown("the schema", "its normal form could not be computed"))
}

/// Two schemas in one dialect.
pub(crate) struct Ready {
    old: Value,
    new: Value,
    draft: Draft,
    /// Whether their structure can be read without more.
    is_plain: bool,
}

/// Brings two schemas into one dialect; `None` where that cannot be done.
pub(crate) fn ready(old: &Value, new: &Value, options: &Options) -> Option<Ready> {
    let (a, b) = (prepare::draft(old, options.draft), prepare::draft(new, options.draft));
    let (old, new, draft) = prepare::in_one_dialect(old, a, new, b)?;
    let is_plain = prepare::is_plain(&old, draft) && prepare::is_plain(&new, draft);
    Some(Ready { old, new, draft, is_plain })
}

impl Ready {
    /// Whether both say the same in the same words, whatever that is.
    pub(crate) fn is_same(&self) -> bool {
        self.is_plain && structure::same(&self.old, &self.new)
    }

    /// Whether the structure alone shows that the new schema includes the old one.
    pub(crate) fn by_structure(&self) -> bool {
        self.is_plain && structure::includes(&self.old, &self.new)
    }
}

fn unknown(construct: &str, reason: &str) -> Proof {
    Proof::Unknown { construct: construct.to_owned(), reason: reason.to_owned() }
}

/// A demand of the new schema that was not shown to hold.
pub(crate) struct Open {
    /// What the old schema allows against it, as far as is known.
    pub(crate) difference: Value,
    /// The properties that it is about.
    pub(crate) names: BTreeSet<String>,
}

/// The demands of the new schema that the old one was not shown to meet; `None` where they cannot be told
/// apart.
pub(crate) fn one_by_one(ready: &Ready, options: &Options) -> Option<Vec<Open>> {
    let tried = catch_unwind(AssertUnwindSafe(|| demands(ready, options)));
    tried.ok().flatten()
}

fn demands(ready: &Ready, options: &Options) -> Option<Vec<Open>> {
    let Ready { old, new, draft, is_plain: true } = ready else { return None };
    let goals = slice::goals(old, new);
    let mut open = Vec::new();
    for goal in &goals {
        if structure::includes(old, &goal.schema) {
            continue;
        }
        let mut difference = None;
        let is_met = goal.slices.iter().any(|slice| {
            match normal_forms(slice, &goal.schema, *draft, options) {
                Proof::Included => return true,
                Proof::Difference(schema) => difference = Some(schema),
                Proof::Unknown { .. } => {}
            }
            false
        });
        if !is_met {
            let difference = difference.unwrap_or(Value::Bool(true));
            open.push(Open { difference, names: goal.names.clone() });
        }
    }
    (!goals.is_empty()).then_some(open)
}

fn normal_forms(old: &Value, new: &Value, draft: Draft, options: &Options) -> Proof {
    // Recursion has been seen to exhaust the stack there, which nothing can catch.
    if circle::has_mixed_recursion(old) || circle::has_mixed_recursion(new) {
        return unknown(
            "$ref",
            "recursion is compared by structure only, which shows nothing here",
        );
    }
    // Its work cannot be counted from here, so that it is foreseen.
    if circle::recursive_references(old) > MOST_RECURSION
        || circle::recursive_references(new) > MOST_RECURSION
    {
        return unknown("$ref", "too many definitions refer to each other in circles");
    }
    if cases(old, 40) > MOST_CASES || cases(new, 40) > MOST_CASES {
        return unknown("the schema", "too many conditions and alternatives apply to one value");
    }
    let canonical = |schema: &Value| {
        canonical::options()
            .offline()
            .with_draft(draft)
            .should_validate_formats(options.formats)
            .canonicalize(&prepare::name_root(schema, draft))
    };
    let (old, new) = match (canonical(old), canonical(new)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(error), _) | (_, Err(error)) => return refused(&error),
    };
    if matches!(new.covers(&old), Ok(Containment::Yes)) {
        return Proof::Included;
    }
    match old.subtract(&new) {
        Ok(difference) if difference.satisfiability() == Satisfiability::No => Proof::Included,
        Ok(difference) => match raw(&old).or_else(|| raw(&new)) {
            Some((construct, reason)) => Proof::Unknown { construct, reason },
            None => Proof::Difference(difference.to_json_schema()),
        },
        Err(error) => match raw(&old).or_else(|| raw(&new)) {
            Some((construct, reason)) => Proof::Unknown { construct, reason },
            None => refused(&error),
        },
    }
}

fn refused(_: &CanonicalizationError) -> Proof {
    unknown("the schema", "its normal form, or that of the difference, cannot be written down")
}

/// Most references among definitions that lead back to themselves.
const MOST_RECURSION: usize = 8;

/// Most combinations of alternatives for one value: normal forms are unions of all of them.
const MOST_CASES: u64 = 64;

/// How many combinations of conditions and alternatives apply to one value at most, anywhere in a schema;
/// references are not followed.
fn cases(schema: &Value, depth: usize) -> u64 {
    let (Some(depth), Some(map)) = (depth.checked_sub(1), schema.as_object()) else { return 1 };
    let mut here: u64 = 1;
    let mut inside: u64 = 1;
    for (key, value) in map {
        let parts = value.as_array().map_or(&[][..], Vec::as_slice);
        let all = || parts.iter().map(|part| cases(part, depth));
        let factor = match key.as_str() {
            "allOf" => all().fold(1, u64::saturating_mul),
            "anyOf" | "oneOf" => all().fold(0, u64::saturating_add).max(1),
            "if" => 2,
            "dependentSchemas" | "dependencies" => {
                let count = value.as_object().map_or(0, serde_json::Map::len);
                1_u64 << count.min(40)
            }
            _ => {
                let below = match value {
                    Value::Object(named) => named.values().map(|part| cases(part, depth)).max(),
                    _ => None,
                };
                inside = inside.max(cases(value, depth)).max(below.unwrap_or(1));
                1
            }
        };
        here = here.saturating_mul(factor);
    }
    here.max(inside)
}

/// Keywords that the normal form does not model everywhere, the likeliest cause first.
const HARD: [&str; 12] = [
    "unevaluatedProperties",
    "unevaluatedItems",
    "$dynamicRef",
    "$recursiveRef",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
    "contains",
    "if",
    "oneOf",
    "not",
    "pattern",
];

/// What has no normal form, and why.
fn raw(schema: &CanonicalSchema) -> Option<(String, String)> {
    let CanonicalView::Raw(view) = schema.view() else { return None };
    let pointer = view.pointer.unwrap_or_default();
    let place = view.schema.pointer(&pointer).and_then(Value::as_object);
    let construct = HARD.iter().find(|word| place.is_some_and(|map| map.contains_key(**word)));
    let reason = match view.reason {
        RawReason::UnknownDialect => "its dialect is unknown",
        RawReason::OutgrewIntersections | RawReason::OutgrewCases => "it has too many cases",
        _ => "it has no normal form",
    };
    let at = if pointer.is_empty() { "the top".to_owned() } else { format!("`{pointer}`") };
    Some(((*construct.unwrap_or(&"the schema")).to_owned(), format!("at {at} {reason}")))
}
