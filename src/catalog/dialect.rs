//! `$schema` → dialect: which one is meant, and which keywords it knows.

use jsonschema::Draft;

use crate::document::Value;

/// What a schema says about its dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialect {
    /// One of the published drafts.
    Known(Draft),
    /// No `$schema`: 2020-12 is assumed.
    Missing,
    /// No published draft, but plainly a misspelling of one: checked as that one.
    NearMiss(Draft),
    /// A meta-schema of the tree.
    Custom,
    /// None of these: the schema cannot be read.
    Unknown,
}

impl Dialect {
    /// The draft to read the schema with.
    pub fn draft(&self) -> Option<Draft> {
        match self {
            Dialect::Known(draft) | Dialect::NearMiss(draft) => Some(*draft),
            Dialect::Missing | Dialect::Custom => Some(Draft::Draft202012),
            Dialect::Unknown => None,
        }
    }
}

/// The published dialects with their identifiers.
pub const DIALECTS: [(Draft, &str); 5] = [
    (Draft::Draft202012, "https://json-schema.org/draft/2020-12/schema"),
    (Draft::Draft201909, "https://json-schema.org/draft/2019-09/schema"),
    (Draft::Draft7, "http://json-schema.org/draft-07/schema#"),
    (Draft::Draft6, "http://json-schema.org/draft-06/schema#"),
    (Draft::Draft4, "http://json-schema.org/draft-04/schema#"),
];

/// The identifier of a dialect.
pub fn identifier(draft: Draft) -> &'static str {
    DIALECTS.iter().find(|(d, _)| *d == draft).map_or("", |(_, id)| *id)
}

/// The name of a dialect as people say it.
pub fn name(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 => "draft-04",
        Draft::Draft6 => "draft-06",
        Draft::Draft7 => "draft-07",
        Draft::Draft201909 => "2019-09",
        _ => "2020-12",
    }
}

/// Reads the `$schema` of a document. `is_claimed` tells whether the tree has a document of that id.
pub(super) fn of(value: &Value, is_claimed: impl Fn(&str) -> bool) -> Dialect {
    let Some(given) = value.get("$schema") else {
        return Dialect::Missing;
    };
    let Some(given) = given.as_str() else {
        return Dialect::Unknown;
    };
    // An empty fragment names the same document (RFC 3986 §3.5; JSON Schema Core 2020-12 §8.1.1).
    let bare = given.strip_suffix('#').unwrap_or(given);
    if let Some((draft, _)) = DIALECTS.iter().find(|(_, id)| id.trim_end_matches('#') == bare) {
        return Dialect::Known(*draft);
    }
    if is_claimed(bare) {
        return Dialect::Custom;
    }
    near_miss(bare).map_or(Dialect::Unknown, Dialect::NearMiss)
}

/// `https` for `http`, a missing `schema`, another host spelling, `draft-2020-12`, upper case.
fn near_miss(given: &str) -> Option<Draft> {
    let lower = given.to_ascii_lowercase();
    if !lower.contains("json-schema.org") {
        return None;
    }
    let numbers = [
        (Draft::Draft202012, "2020-12"),
        (Draft::Draft201909, "2019-09"),
        (Draft::Draft7, "07"),
        (Draft::Draft6, "06"),
        (Draft::Draft4, "04"),
    ];
    let tail = lower.split_once("json-schema.org").map_or("", |(_, tail)| tail);
    numbers.iter().find(|(_, number)| tail.contains(number)).map(|(draft, _)| *draft)
}

/// How a keyword holds subschemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// One schema, or (`items`) an array of them.
    One,
    /// An array of schemas.
    Many,
    /// An object of schemas.
    Map,
}

/// Keywords that hold subschemas, and whether they apply to the same instance location.
pub(super) fn applicator(keyword: &str) -> Option<(Holds, bool)> {
    Some(match keyword {
        "allOf" | "anyOf" | "oneOf" => (Holds::Many, true),
        "prefixItems" => (Holds::Many, false),
        "not" | "if" | "then" | "else" => (Holds::One, true),
        "additionalItems"
        | "additionalProperties"
        | "contains"
        | "contentSchema"
        | "items"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties" => (Holds::One, false),
        "dependentSchemas" | "dependencies" => (Holds::Map, true),
        "$defs" | "definitions" | "patternProperties" | "properties" => (Holds::Map, false),
        _ => return None,
    })
}

/// Every keyword of every dialect, with the first and last draft that knows it.
pub const KEYWORDS: &[(&str, Draft, Draft)] = {
    use Draft::{Draft4 as D4, Draft6 as D6, Draft7 as D7, Draft201909 as D19, Draft202012 as D20};
    &[
        ("$anchor", D19, D20),
        ("$comment", D7, D20),
        ("$defs", D19, D20),
        ("$dynamicAnchor", D20, D20),
        ("$dynamicRef", D20, D20),
        ("$id", D6, D20),
        ("$recursiveAnchor", D19, D19),
        ("$recursiveRef", D19, D19),
        ("$ref", D4, D20),
        ("$schema", D4, D20),
        ("$vocabulary", D19, D20),
        ("additionalItems", D4, D19),
        ("additionalProperties", D4, D20),
        ("allOf", D4, D20),
        ("anyOf", D4, D20),
        ("const", D6, D20),
        ("contains", D6, D20),
        ("contentEncoding", D7, D20),
        ("contentMediaType", D7, D20),
        ("contentSchema", D19, D20),
        ("default", D4, D20),
        ("definitions", D4, D20),
        ("dependencies", D4, D7),
        ("dependentRequired", D19, D20),
        ("dependentSchemas", D19, D20),
        ("deprecated", D19, D20),
        ("description", D4, D20),
        ("else", D7, D20),
        ("enum", D4, D20),
        ("examples", D6, D20),
        ("exclusiveMaximum", D4, D20),
        ("exclusiveMinimum", D4, D20),
        ("format", D4, D20),
        ("id", D4, D4),
        ("if", D7, D20),
        ("items", D4, D20),
        ("maxContains", D19, D20),
        ("maxItems", D4, D20),
        ("maxLength", D4, D20),
        ("maxProperties", D4, D20),
        ("maximum", D4, D20),
        ("minContains", D19, D20),
        ("minItems", D4, D20),
        ("minLength", D4, D20),
        ("minProperties", D4, D20),
        ("minimum", D4, D20),
        ("multipleOf", D4, D20),
        ("not", D4, D20),
        ("oneOf", D4, D20),
        ("pattern", D4, D20),
        ("patternProperties", D4, D20),
        ("prefixItems", D20, D20),
        ("properties", D4, D20),
        ("propertyNames", D6, D20),
        ("readOnly", D7, D20),
        ("required", D4, D20),
        ("then", D7, D20),
        ("title", D4, D20),
        ("type", D4, D20),
        ("unevaluatedItems", D19, D20),
        ("unevaluatedProperties", D19, D20),
        ("uniqueItems", D4, D20),
        ("writeOnly", D7, D20),
    ]
};
