//! Properties over random schemas: what is called included holds for random documents, a schema includes
//! itself and its parts, and every witness is one.

#![expect(clippy::disallowed_methods, reason = "a test may be told how long to run")]

use jsonschema::Draft;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use subschema::{Options, Verdict, includes};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..6).prop_map(Value::from),
        prop_oneof![Just(0.5), Just(1.5), Just(2.0)].prop_map(Value::from),
        prop::sample::select(["", "a", "ab", "aab", "b", "x1", "\n"].to_vec())
            .prop_map(Value::from),
    ]
}

fn instance() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]|ab|x1", inner, 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn names() -> impl Strategy<Value = Value> {
    prop::collection::btree_set("[abc]", 0..3).prop_map(|names| json!(names))
}

fn types() -> impl Strategy<Value = Value> {
    let one = prop_oneof![
        Just("null"),
        Just("boolean"),
        Just("integer"),
        Just("number"),
        Just("string"),
        Just("array"),
        Just("object"),
    ];
    prop_oneof![
        one.clone().prop_map(Value::from),
        prop::collection::btree_set(one, 1..3).prop_map(|types| json!(types)),
    ]
}

fn pattern() -> impl Strategy<Value = Value> {
    let all = ["^a", "a*", "b$", "^[ab]+$", ".{2,}", "^x[0-9]$", "a+", "a{1,}"];
    prop::sample::select(all.to_vec()).prop_map(Value::from)
}

/// Keywords of 2020-12 over few names and values, so that they meet.
fn schema(with_refs: bool) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => any::<bool>().prop_map(Value::from),
        2 => Just(if with_refs { json!({"$ref": "#/$defs/d"}) } else { json!({}) }),
        1 => Just(if with_refs { json!({"$ref": "#"}) } else { json!(true) }),
        4 => types().prop_map(|t| json!({ "type": t })),
        3 => scalar().prop_map(|v| json!({ "const": v })),
        3 => prop::collection::vec(scalar(), 1..4).prop_map(|v| json!({ "enum": v })),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let by_pattern = prop::collection::btree_map(
            prop::sample::select(["^a", "b$", "^x"].to_vec()),
            inner.clone(),
            0..3,
        )
        .prop_map(|m| m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<Map<_, _>>());
        let map = |keys: &'static str| {
            prop::collection::btree_map(keys, inner.clone(), 0..3)
                .prop_map(|m| Value::Object(m.into_iter().collect()))
        };
        let list = prop::collection::vec(inner.clone(), 1..3).prop_map(Value::from);
        let small = (0u64..4).prop_map(Value::from);
        let keyword = prop_oneof![
            types().prop_map(|v| ("type", v)),
            (-2i64..4).prop_map(|v| ("minimum", json!(v))),
            (-2i64..4).prop_map(|v| ("maximum", json!(v))),
            (-2i64..4).prop_map(|v| ("exclusiveMinimum", json!(v))),
            (-2i64..4).prop_map(|v| ("exclusiveMaximum", json!(v))),
            prop_oneof![Just(0.5), Just(1.0), Just(2.0)].prop_map(|v| ("multipleOf", json!(v))),
            small.clone().prop_map(|v| ("minLength", v)),
            small.clone().prop_map(|v| ("maxLength", v)),
            pattern().prop_map(|v| ("pattern", v)),
            small.clone().prop_map(|v| ("minItems", v)),
            small.clone().prop_map(|v| ("maxItems", v)),
            any::<bool>().prop_map(|v| ("uniqueItems", json!(v))),
            inner.clone().prop_map(|v| ("items", v)),
            list.clone().prop_map(|v| ("prefixItems", v)),
            inner.clone().prop_map(|v| ("contains", v)),
            small.clone().prop_map(|v| ("minContains", v)),
            small.clone().prop_map(|v| ("maxContains", v)),
            inner.clone().prop_map(|v| ("unevaluatedItems", v)),
            map("[abc]").prop_map(|v| ("properties", v)),
            map("[abc]").prop_map(|v| ("properties", v)),
            by_pattern.prop_map(|v| ("patternProperties", Value::Object(v))),
            inner.clone().prop_map(|v| ("additionalProperties", v)),
            inner.clone().prop_map(|v| ("unevaluatedProperties", v)),
            inner.clone().prop_map(|v| ("propertyNames", v)),
            names().prop_map(|v| ("required", v)),
            small.clone().prop_map(|v| ("minProperties", v)),
            small.prop_map(|v| ("maxProperties", v)),
            names().prop_map(|v| ("dependentRequired", json!({ "a": v }))),
            map("[abc]").prop_map(|v| ("dependentSchemas", v)),
            list.clone().prop_map(|v| ("allOf", v)),
            list.clone().prop_map(|v| ("anyOf", v)),
            list.prop_map(|v| ("oneOf", v)),
            inner.clone().prop_map(|v| ("not", v)),
            inner.clone().prop_map(|v| ("if", v)),
            inner.clone().prop_map(|v| ("then", v)),
            inner.prop_map(|v| ("else", v)),
        ];
        prop::collection::vec(keyword, 0..5).prop_map(|keywords| {
            let map: Map<String, Value> =
                keywords.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
            Value::Object(map)
        })
    })
}

/// A document with definitions, and a near relative of it.
fn pair() -> impl Strategy<Value = (Value, Value)> {
    let document = |schema: Value, definition: Value| match schema {
        Value::Object(mut map) => {
            map.insert("$defs".to_owned(), json!({ "d": definition }));
            Value::Object(map)
        }
        other => other,
    };
    (schema(true), schema(true), schema(false), schema(false), 0usize..6).prop_map(
        move |(a, b, d, e, how)| {
            let old = document(a.clone(), d.clone());
            let new = match how {
                0 => document(b, e),
                1 => document(a, e),
                2 => document(json!({ "anyOf": [a, b] }), d),
                3 => document(json!({ "allOf": [a, b] }), d),
                // One keyword less, one keyword more.
                4 => {
                    let mut less = a;
                    if let Some(map) = less.as_object_mut() {
                        let first = map.keys().next().cloned().unwrap_or_default();
                        map.shift_remove(&first);
                    }
                    document(less, d)
                }
                _ => match (a, b) {
                    (Value::Object(x), Value::Object(y)) => {
                        document(Value::Object(y.into_iter().take(1).chain(x).collect()), d)
                    }
                    (x, _) => document(x, e),
                },
            };
            (old, new)
        },
    )
}

fn valid(schema: &Value) -> Option<jsonschema::Validator> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .ok()
}

fn options() -> Options {
    Options { steps: 400, ..Options::default() }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_500),
        max_global_rejects: 1 << 20,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_included_holds_for_random_documents(
        (old, new) in pair(),
        documents in prop::collection::vec(instance(), 40),
    ) {
        // What is the same is included, also when no validator could follow it.
        prop_assume!(old != new);
        let (Some(a), Some(b)) = (valid(&old), valid(&new)) else { return Ok(()) };
        match includes(&old, &new, &options()) {
            Ok(Verdict::Included) => {
                for document in documents {
                    prop_assert!(!a.is_valid(&document) || b.is_valid(&document), "{document} shows that {old} is not within {new}");
                }
            }
            Ok(Verdict::Excluded(witness)) => {
                prop_assert!(a.is_valid(&witness.instance) && !b.is_valid(&witness.instance));
            }
            Ok(Verdict::Unproven { .. }) | Err(_) => {}
        }
    }

    #[test]
    fn what_is_included_twice_is_included((a, b) in pair(), (_, c) in pair()) {
        let included = |old: &Value, new: &Value| includes(old, new, &options()) == Ok(Verdict::Included);
        // Two steps that widen, so that there is something to conclude.
        let wider = json!({ "anyOf": [b, c] });
        for (x, y, z) in [(&a, &b, &wider), (&a, &b, &c)] {
            if valid(x).is_some() && valid(z).is_some() && included(x, y) && included(y, z) {
                let verdict = includes(x, z, &options());
                prop_assert!(!matches!(verdict, Ok(Verdict::Excluded(_))), "{x}, {y}, {z}: {verdict:?}");
            }
        }
    }

    #[test]
    fn a_schema_is_never_excluded_from_what_it_is_a_part_of(a in schema(false), b in schema(false)) {
        for (old, new) in [
            (a.clone(), a.clone()),
            (a.clone(), json!({ "anyOf": [a, b] })),
            (json!({ "allOf": [a, b] }), a.clone()),
            (a.clone(), json!({ "title": "other words", "allOf": [a] })),
        ] {
            if valid(&old).is_some() && valid(&new).is_some() {
                let verdict = includes(&old, &new, &options());
                prop_assert!(!matches!(verdict, Ok(Verdict::Excluded(_))), "{old} and {new}: {verdict:?}");
            }
        }
    }
}
