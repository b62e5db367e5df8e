//! Schemas are combined in another way.

use super::super::{Look, Rule};
use crate::change::pairs::{Edit, Nature, Proposal, SchemaPair};
use crate::document::to_json;
use crate::finding::{Code, Explain};

pub(in crate::change) const CODE: Code = Code("composition-changed");

pub(in crate::change) static RULE: Rule = Rule {
    code: CODE,
    summary: "combination of schemas was changed",
    since: "0.1.0",
    explain: Explain {
        what: "One of `oneOf`, `anyOf`, `not`, `contains`, `uniqueItems`, `items`, `prefixItems`, `propertyNames`, `patternProperties` or a dependency is not what it was.",
        why: "What such a change does is seen by comparing the documents that are valid, which the proof does.",
        bad: "\"anyOf\": [A, B, C]\n→ \"anyOf\": [A, B]",
        good: "\"anyOf\": [A, B, C]",
        fix: "Only add alternatives, or release a major version.",
    },
    look: Look::Schema(look),
};

const KEYWORDS: [&str; 14] = [
    "oneOf",
    "anyOf",
    "not",
    "contains",
    "uniqueItems",
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "propertyNames",
    "patternProperties",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
];

fn look(pair: &SchemaPair<'_, '_>, found: &mut Vec<Proposal>) {
    let all = KEYWORDS.into_iter().flat_map(|keyword| {
        let pairs = match keyword {
            // Several of these may apply to one value.
            "oneOf" | "anyOf" | "not" => pair.old.unlike(&pair.new, keyword),
            _ => vec![(pair.old.first(keyword), pair.new.first(keyword))],
        };
        pairs.into_iter().map(move |(old, new)| (keyword, old, new))
    });
    for (keyword, old, new) in all {
        // Of those that both have, what is inside is compared by itself where that can be done.
        let is_compared = match (&old, &new) {
            (Some((_, a)), Some((_, b))) => {
                to_json(a) == to_json(b)
                    || matches!(keyword, "items" | "contains" | "propertyNames")
                        && a.is_object()
                        && b.is_object()
            }
            (None, None) => true,
            _ => false,
        };
        if is_compared {
            continue;
        }
        let what = match (&old, &new) {
            (Some(_), None) => "is gone",
            (None, Some(_)) => "is new",
            _ => "was changed",
        };
        let message = format!("`{keyword}` of {} {what}", pair.subject());
        let (now, was) = (new.map(|(place, _)| place), old.map(|(place, _)| place));
        found.push(pair.propose((Nature::Either, Edit::Keyword(keyword)), CODE, message, now, was));
    }
}
