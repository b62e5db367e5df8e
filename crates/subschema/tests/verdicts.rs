//! Verdicts by example: refactorings that change nothing, changes that break, and what is no verdict.

use serde_json::{Value, json};
use subschema::{Error, Options, Verdict, includes};

fn ask(old: &Value, new: &Value) -> Verdict {
    includes(old, new, &Options::default()).unwrap()
}

fn equal(a: &Value, b: &Value) {
    assert_eq!(ask(a, b), Verdict::Included, "{a} within {b}");
    assert_eq!(ask(b, a), Verdict::Included, "{b} within {a}");
}

/// The witness, what it is rejected at, and by which keyword.
fn broken(old: &Value, new: &Value) -> (Value, String, String) {
    match ask(old, new) {
        Verdict::Excluded(witness) => (witness.instance, witness.at, witness.keyword),
        other => panic!("{old} and {new}: {other:?}"),
    }
}

#[test]
fn refactorings_change_nothing() {
    let name = json!({"type": "string", "minLength": 1});
    let inlined = json!({"type": "object", "properties": {"name": name}});
    let defined = json!({
        "type": "object", "title": "A person",
        "properties": {"name": {"$ref": "#/$defs/name"}}, "$defs": {"name": name},
    });
    equal(&inlined, &defined);
    equal(&json!({"const": 1}), &json!({"enum": [1]}));
    equal(
        &json!({"type": "integer", "minimum": 0}),
        &json!({"allOf": [{"minimum": 0}, {"type": "integer"}]}),
    );
    equal(
        &json!({"oneOf": [{"type": "string"}, {"type": "null"}]}),
        &json!({"oneOf": [{"type": "null"}, {"type": "string"}]}),
    );
}

#[test]
fn recursion_is_compared_by_induction() {
    let tree = |name: &str, extra: Value| {
        json!({
            "$ref": format!("#/$defs/{name}"),
            "$defs": {name: {
                "type": "object",
                "properties": {
                    "value": extra,
                    "children": {"type": "array", "items": {"$ref": format!("#/$defs/{name}")}},
                },
            }},
        })
    };
    let (whole, other) =
        (tree("node", json!({"type": "integer"})), tree("knot", json!({"type": "integer"})));
    equal(&whole, &other);
    let wider = tree("node", json!({"type": "number"}));
    assert_eq!(ask(&whole, &wider), Verdict::Included);
    let (witness, at, keyword) = broken(&wider, &whole);
    assert_eq!((witness, at.as_str(), keyword.as_str()), (json!({"value": 0.5}), "/value", "type"));
    let by_root = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
    let closed =
        json!({"type": "object", "properties": {"next": {"$ref": "#"}}, "minProperties": 1});
    assert_eq!(ask(&closed, &by_root), Verdict::Included);
    assert_eq!(broken(&by_root, &closed).0, json!({}));
}

#[test]
fn witnesses_are_small_and_point_at_the_place() {
    let old = json!({"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "note": {"type": "string"}}, "required": ["kind"]});
    let new = json!({"type": "object", "properties": {"kind": {"enum": ["a"]}, "note": {"type": "string"}}, "required": ["kind"]});
    assert_eq!(broken(&old, &new), (json!({"kind": "b"}), "/kind".into(), "enum".into()));
    let closed = json!({"type": "object", "properties": {"kind": {"enum": ["a", "b"]}}, "required": ["kind"], "additionalProperties": false});
    let (witness, ..) = broken(&old, &closed);
    assert_eq!(witness.as_object().map(serde_json::Map::len), Some(2), "{witness}");
    assert_eq!(
        broken(&json!({"type": "string"}), &json!({"type": "string", "maxLength": 2}))
            .0
            .as_str()
            .map(str::len),
        Some(3)
    );
}

#[test]
fn bounds_of_an_older_dialect_mean_the_same() {
    let old = json!({"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": true});
    let new = json!({"$schema": "http://json-schema.org/draft-07/schema#", "exclusiveMinimum": 1});
    equal(&old, &new);
}

#[test]
fn keywords_that_lean_on_their_neighbours_are_no_proof_alone() {
    let open = json!({"properties": {"x": true}, "unevaluatedProperties": false});
    let closed = json!({"unevaluatedProperties": false});
    assert_eq!(broken(&open, &closed).2, "unevaluatedProperties");
    let may = json!({"type": "array", "contains": {"type": "null"}, "minContains": 0});
    let must = json!({"type": "array", "contains": {"type": "null"}});
    assert_eq!(broken(&may, &must).0, json!([]));
    let beside = json!({"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"any": true}, "$ref": "#/definitions/any", "type": "string"});
    let strings = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "string"});
    assert_ne!(ask(&beside, &strings), Verdict::Included);
}

#[test]
fn what_is_no_schema_is_an_error_and_what_has_no_end_is_unproven() {
    let bad = json!({"type": "strin"});
    assert!(matches!(includes(&bad, &json!(true), &Options::default()), Err(Error::Old(_))));
    assert!(matches!(includes(&json!(true), &bad, &Options::default()), Err(Error::New(_))));
    let circle = json!({"$defs": {"a": {"not": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"});
    assert!(
        matches!(ask(&circle, &json!({"type": "string"})), Verdict::Unproven { construct, .. } if construct == "$ref")
    );
    // A schema that asks for itself asks for the rest of it.
    let own = json!({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}, {"type": "string"}]}}, "$ref": "#/$defs/a"});
    assert_eq!(ask(&own, &json!({"type": "string"})), Verdict::Included);
    assert_eq!(broken(&own, &json!({"type": "integer"})).0, json!(""));
}

#[test]
fn patterns_and_names_are_languages() {
    let included =
        |old: Value, new: Value| assert_eq!(ask(&old, &new), Verdict::Included, "{old} {new}");
    let string = |rest: Value| {
        let mut schema = json!({"type": "string"});
        schema.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        schema
    };
    included(string(json!({"pattern": "^(a|b)$"})), string(json!({"pattern": "^[a-b]$"})));
    included(
        string(json!({"maxLength": 5, "pattern": "^(ab)*$"})),
        string(json!({"pattern": "^(ab){0,3}$"})),
    );
    included(string(json!({"pattern": ".{2,}"})), string(json!({"minLength": 2})));
    included(
        json!({"type": "object", "properties": {"email": {"type": "string"}}}),
        json!({"type": "object", "patternProperties": {"^email$": {"type": "string"}}}),
    );
    included(
        json!({"patternProperties": {"b.*b": {"type": "null"}}}),
        json!({"patternProperties": {"^ba+b$": {"type": "null"}}}),
    );
    let (wide, narrow) = (
        json!({"type": "string", "pattern": "^[a-f0-9]+$"}),
        json!({"type": "string", "pattern": "^[0-9]+$"}),
    );
    assert_eq!(broken(&wide, &narrow).0, json!("a"));
}

#[test]
fn dialects_are_compared_where_one_can_say_what_the_other_says() {
    let old = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "items": [{"type": "string"}], "additionalItems": {"type": "null"},
        "dependencies": {"a": ["b"], "c": {"type": "object"}},
    });
    let new = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "prefixItems": [{"type": "string"}], "items": {"type": "null"},
        "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"type": "object"}},
    });
    assert_eq!(ask(&old, &new), Verdict::Included);
    assert_eq!(ask(&new, &old), Verdict::Included);
    let narrower = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [{"const": "a"}]});
    assert_ne!(ask(&old, &narrower), Verdict::Included);
}

#[test]
fn the_same_in_another_order_is_the_same_whatever_it_says() {
    let old = json!({"oneOf": [{"$ref": "#"}, {"type": "string"}], "required": ["a", "b"]});
    let new = json!({"required": ["b", "a"], "oneOf": [{"type": "string"}, {"$ref": "#"}]});
    assert_eq!(ask(&old, &new), Verdict::Included);
    let other = json!({"required": ["b", "a"], "oneOf": [{"type": "null"}, {"$ref": "#"}]});
    assert_ne!(ask(&old, &other), Verdict::Included);
}

/// An envelope with `many` obligations that hang on the topic, and what it promises.
fn envelope(many: usize) -> (Value, Value) {
    let topics: Vec<String> = (0..many).map(|n| format!("TOPIC_{n}")).collect();
    let demands = |n: usize| {
        json!({
            "if": {"required": ["topic"], "properties": {"topic": {"const": topics[n]}}},
            "then": {"properties": {"obligations": {"contains": {"const": format!("DO_{n}")}}}},
        })
    };
    let parts: Vec<Value> = (0..many).map(demands).collect();
    let whole = json!({
        "type": "object",
        "required": ["topic", "obligations", "band", "ts"],
        "properties": {
            "topic": {"enum": topics},
            "band": {"enum": ["GREEN", "AMBER", "RED"]},
            "ts": {"type": "string", "format": "date-time"},
            "mls_group": {"type": "string"},
            "obligations": {"type": "array", "items": {"type": "string", "pattern": "^DO_"}},
        },
        "additionalProperties": false,
        "allOf": parts,
        "if": {"required": ["band"], "properties": {"band": {"enum": ["AMBER", "RED"]}}},
        "then": {"required": ["mls_group"]},
    });
    let promise = json!({
        "type": "object",
        "required": ["topic", "band", "obligations"],
        "properties": {
            "topic": {"type": "string", "pattern": "^[A-Z_0-9]+$"},
            "obligations": {"items": {"minLength": 3}},
        },
        "allOf": [
            demands(0),
            {
                "if": {"properties": {"band": {"const": "RED"}}, "required": ["band"]},
                "then": {"required": ["mls_group"]},
            },
        ],
    });
    (whole, promise)
}

#[test]
fn promises_about_many_conditions_are_proven_one_by_one() {
    let (whole, promise) = envelope(12);
    assert_eq!(ask(&whole, &promise), Verdict::Included);
}

#[test]
fn what_slips_through_a_promise_is_shown() {
    let (mut whole, promise) = envelope(12);
    whole.as_object_mut().unwrap().shift_remove("then");
    let (instance, at, keyword) = broken(&whole, &promise);
    assert_eq!(
        (instance["band"].as_str(), at.as_str(), keyword.as_str()),
        (Some("RED"), "", "required")
    );
    let (mut whole, promise) = envelope(12);
    whole["allOf"].as_array_mut().unwrap().remove(0);
    let (instance, ..) = broken(&whole, &promise);
    assert_eq!(instance["topic"], "TOPIC_0");
}

#[test]
fn a_dot_matches_what_ecma_262_says() {
    let some = json!({"type": "string", "pattern": "^a[^\\n]b$"});
    let dot = json!({"type": "string", "pattern": "^a.b$"});
    assert_eq!(ask(&dot, &some), Verdict::Included);
    let (instance, ..) = broken(&some, &dot);
    assert!(
        ["a\rb", "a\u{2028}b", "a\u{2029}b"].contains(&instance.as_str().unwrap()),
        "{instance}"
    );
    equal(&json!({"pattern": "^a\\.[.]b$"}), &json!({"pattern": "^a[.][.]b$"}));
}

#[test]
fn bounds_of_any_size_are_decided() {
    for (old, new) in [
        (json!({"maxLength": 8192}), json!({"maxLength": 8191})),
        (json!({"maxItems": 500}), json!({"maxItems": 499})),
        (json!({"maxProperties": 1000}), json!({"maxProperties": 500})),
        (
            json!({"items": {"type": "string", "format": "uuid"}, "uniqueItems": true, "maxItems": 100}),
            json!({"items": {"type": "string", "format": "uuid"}, "uniqueItems": true, "maxItems": 50}),
        ),
    ] {
        broken(&old, &new);
        assert_eq!(ask(&new, &old), Verdict::Included);
    }
    equal(&json!({"format": "uri"}), &json!({"format": "uri"}));
    assert_eq!(
        ask(&json!({"format": "email"}), &json!({"format": "idn-email"})),
        Verdict::Included
    );
}

#[test]
fn circles_of_many_definitions_come_back_at_once() {
    let names = ["A", "B", "C", "D", "E", "F"];
    let definition = |i: usize| {
        let refers = |j: usize| json!({"$ref": format!("#/$defs/{}", names[(3 * i + j) % 6])});
        json!({
            "type": "object", "additionalProperties": false,
            "properties": {"a": refers(0), "b": refers(1), "c": refers(2), "d": refers(3)},
        })
    };
    let all: serde_json::Map<String, Value> =
        (0..6).map(|i| (names[i].to_owned(), definition(i))).collect();
    let old = json!({"$ref": "#/$defs/A", "$defs": all});
    let mut new = old.clone();
    new["$defs"]["F"]["maxProperties"] = json!(2);
    let (_, _, keyword) = broken(&old, &new);
    assert_eq!(keyword, "maxProperties");
}

#[test]
fn a_listed_float_is_no_integer_in_draft_04() {
    let of = |mut schema: Value| {
        schema["$schema"] = json!("http://json-schema.org/draft-04/schema#");
        schema
    };
    let (old, new) = (of(json!({"enum": [1.0]})), of(json!({"type": "integer"})));
    assert_eq!(broken(&old, &new).0, json!(1.0));
    assert_eq!(ask(&old, &of(json!({"type": "number"}))), Verdict::Included);
}
