//! Keywords as the proof by structure reads them: what one says, and what follows from it.

use serde_json::{Map, Value};

use super::automaton::{self, Languages};
use super::circle::decoded;
use super::prepare::ANNOTATIONS;

pub(crate) type Keywords = Map<String, Value>;

/// Longest chain of references that stay on one value.
const MOST_HOPS: usize = 64;

pub(crate) const TRUE: &Value = &Value::Bool(true);

pub(crate) fn rest<'s>(map: &'s Keywords, key: &str) -> &'s Value {
    map.get(key).unwrap_or(TRUE)
}

pub(crate) fn list<'s>(map: &'s Keywords, key: &str) -> &'s [Value] {
    map.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(crate) fn has_patterns(map: &Keywords) -> bool {
    map.get("patternProperties").and_then(Value::as_object).is_some_and(|p| !p.is_empty())
}

pub(crate) fn is_true(schema: &Value) -> bool {
    match schema {
        Value::Bool(answer) => *answer,
        Value::Object(map) => map.keys().all(says_nothing),
        _ => false,
    }
}

pub(crate) fn is_false(schema: &Value) -> bool {
    *schema == Value::Bool(false) || schema.get("not").is_some_and(is_true)
}

/// Keywords that reject nothing by themselves.
pub(crate) fn says_nothing(keyword: impl AsRef<str>) -> bool {
    ANNOTATIONS.contains(&keyword.as_ref())
        || matches!(
            keyword.as_ref(),
            "$schema" | "$id" | "id" | "$anchor" | "$defs" | "definitions" | "additionalItems"
        )
}

/// Where the reference of a schema leads.
pub(crate) fn reference<'s>(map: &Keywords, root: &'s Value) -> Option<&'s Value> {
    let fragment = map.get("$ref")?.as_str()?.strip_prefix('#')?;
    if fragment.is_empty() { Some(root) } else { root.pointer(&decoded(fragment)) }
}

/// A schema that is a reference and nothing else, followed.
pub(crate) fn followed<'s>(mut map: &'s Keywords, root: &'s Value) -> &'s Keywords {
    for _ in 0..MOST_HOPS {
        let is_alone = map.keys().all(|key| key == "$ref" || says_nothing(key));
        match reference(map, root).and_then(Value::as_object) {
            Some(target) if is_alone => map = target,
            _ => break,
        }
    }
    map
}

pub(crate) fn names(types: &Value) -> Vec<&str> {
    match types {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn types_within(ours: &Value, theirs: &Value) -> bool {
    let (ours, theirs) = (names(ours), names(theirs));
    let fits =
        |name: &&str| theirs.contains(name) || (*name == "integer" && theirs.contains(&"number"));
    !ours.is_empty() && ours.iter().all(fits)
}

/// The values that a schema lists.
fn listed(map: &Keywords) -> Vec<&Value> {
    match map.get("const") {
        Some(one) => vec![one],
        None => list(map, "enum").iter().collect(),
    }
}

/// Whether listed values all have one of these types. A float is never taken for an integer: in draft-04 it
/// is none, whatever its value.
pub(crate) fn values_have_type(map: &Keywords, types: &Value) -> bool {
    let (listed, types) = (listed(map), names(types));
    let has = |value: &&Value| {
        let name = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_i64() || n.is_u64() => {
                return types.contains(&"integer") || types.contains(&"number");
            }
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        types.contains(&name)
    };
    !listed.is_empty() && listed.iter().all(has)
}

/// Keywords that say something of a value by themselves, the same in all dialects.
const ALONE: [&str; 11] = [
    "const",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "multipleOf",
    "required",
];

/// Whether a schema lists its values, and all of them satisfy a keyword.
pub(crate) fn listed_values_satisfy(map: &Keywords, keyword: &str, theirs: &Value) -> bool {
    let listed = listed(map);
    if listed.is_empty() || !ALONE.contains(&keyword) {
        return false;
    }
    let alone = Value::Object(Map::from_iter([(keyword.to_owned(), theirs.clone())]));
    let judge = jsonschema::validator_for(&alone);
    judge.is_ok_and(|judge| listed.into_iter().all(|value| judge.is_valid(value)))
}

/// Formats that are a part of another (RFC 3986 and 3987, 5321 and 6531, 5890).
const FORMATS_WITHIN: [(&str, &str); 7] = [
    ("email", "idn-email"),
    ("hostname", "idn-hostname"),
    ("uri", "uri-reference"),
    ("uri", "iri"),
    ("uri", "iri-reference"),
    ("iri", "iri-reference"),
    ("uri-reference", "iri-reference"),
];

pub(crate) fn is_format_within(ours: Option<&Value>, theirs: &Value) -> bool {
    let pair = ours.and_then(Value::as_str).zip(theirs.as_str());
    pair.is_some_and(|pair| FORMATS_WITHIN.contains(&pair))
}

/// Whether both are numbers, and `a` is not less than `b`: exact where floats tell them apart.
pub(crate) fn at_least(a: Option<&Value>, b: &Value) -> bool {
    let (Some(Value::Number(a)), Value::Number(b)) = (a, b) else { return false };
    if a == b {
        return true;
    }
    match (a.to_string().parse::<i128>(), b.to_string().parse::<i128>()) {
        (Ok(a), Ok(b)) => a >= b,
        // Strictly: numbers that round to the same float may be either way round.
        _ => a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a > b),
    }
}

/// The pattern of strings that have the length which a schema asks for; `None` when it asks for none.
pub(crate) fn length_of(map: &Keywords) -> Option<String> {
    let count = |key| map.get(key).and_then(Value::as_u64);
    let (least, most) = (count("minLength"), count("maxLength"));
    least.or(most)?;
    automaton::of_length(least.unwrap_or(0), most)
}

/// Whether the pattern of the old schema allows no other lengths.
pub(crate) fn length_by_pattern(a: &Keywords, keyword: &str, theirs: &Value) -> bool {
    let Some(ours) = a.get("pattern").and_then(Value::as_str) else { return false };
    let Some(n) = theirs.as_u64() else { return false };
    let wanted = match keyword {
        "minLength" => automaton::of_length(n, None),
        _ => automaton::of_length(0, Some(n)),
    };
    wanted.is_some_and(|wanted| {
        automaton::compare_both(ours, length_of(a).as_deref(), &wanted) == Some(Languages::Within)
    })
}

/// Whether no value has a type of both schemas.
pub(crate) fn is_disjoint(a: &Keywords, old: &Value, theirs: &Value, new: &Value) -> bool {
    let Some(b) = theirs.as_object() else { return *theirs == Value::Bool(false) };
    let types = |map: &Keywords, root| {
        followed(map, root).get("type").map(|types| {
            names(types)
                .into_iter()
                .map(|t| if t == "integer" { "number" } else { t }.to_owned())
                .collect::<Vec<_>>()
        })
    };
    match (types(a, old), types(b, new)) {
        (Some(a), Some(b)) => a.iter().all(|name| !b.contains(name)),
        _ => false,
    }
}

pub(crate) fn is_zero_count(keyword: &str, value: &Value) -> bool {
    matches!(keyword, "minLength" | "minItems" | "minProperties") && value.as_f64() == Some(0.0)
}

/// Whether a keyword speaks of a type that no value of the schema has.
pub(crate) fn is_of_another_type(a: &Keywords, root: &Value, keyword: &str) -> bool {
    let kind = match keyword {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => "number",
        "minLength" | "maxLength" | "pattern" | "format" | "contentEncoding"
        | "contentMediaType" => "string",
        "items" | "prefixItems" | "additionalItems" | "minItems" | "maxItems" | "uniqueItems"
        | "contains" | "unevaluatedItems" => "array",
        "properties"
        | "patternProperties"
        | "additionalProperties"
        | "propertyNames"
        | "required"
        | "minProperties"
        | "maxProperties"
        | "dependentRequired"
        | "dependentSchemas"
        | "dependencies"
        | "unevaluatedProperties" => "object",
        _ => return false,
    };
    let has = |name: &String| name == kind || (name == "integer" && kind == "number");
    types_of(a, root, 8).is_some_and(|names| !names.is_empty() && !names.iter().any(has))
}

/// The types that values of a schema can have; `None` when any.
fn types_of(map: &Keywords, root: &Value, depth: usize) -> Option<Vec<String>> {
    let depth = depth.checked_sub(1)?;
    if let Some(types) = map.get("type") {
        return Some(names(types).into_iter().map(str::to_owned).collect());
    }
    let of = |schema: &Value| types_of(schema.as_object()?, root, depth);
    if let Some(types) = reference(map, root).and_then(of) {
        return Some(types);
    }
    if let Some(types) = list(map, "allOf").iter().find_map(of) {
        return Some(types);
    }
    ["anyOf", "oneOf"].iter().find_map(|key| {
        let parts = list(map, key);
        let all: Vec<Vec<String>> = parts.iter().map(of).collect::<Option<_>>()?;
        (!parts.is_empty()).then(|| all.concat())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::FORMATS_WITHIN;

    /// Every text of few characters that mean something to addresses and names of hosts.
    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut longest = all.clone();
        for _ in 0..5 {
            longest = longest
                .iter()
                .flat_map(|text| {
                    ['a', '1', '-', '.', '@', ':', '/', '%'].map(|c| format!("{text}{c}"))
                })
                .collect();
            all.extend(longest.iter().cloned());
        }
        let around = ["xn--a", "ab--cd", "a.example", "\u{e9}.example", "[::1]", "a b", "\"a\"@b"];
        all.extend(around.map(str::to_owned));
        all.extend(["a".repeat(63), "a".repeat(64), ["a"; 127].join("."), ["a"; 128].join(".")]);
        all
    }

    #[test]
    fn formats_are_within_others_for_the_validator_too() {
        let judge = |format: &str| {
            let options = jsonschema::options().should_validate_formats(true);
            options.build(&json!({ "format": format })).unwrap()
        };
        for (ours, theirs) in FORMATS_WITHIN {
            let (ours_of, theirs_of) = (judge(ours), judge(theirs));
            for text in texts().into_iter().map(|text| json!(text)) {
                assert!(
                    !ours_of.is_valid(&text) || theirs_of.is_valid(&text),
                    "{ours}, {theirs}: {text}"
                );
            }
        }
    }
}
