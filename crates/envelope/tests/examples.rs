//! Events of the contracts: every valid example is one and stays as it is, every other is refused, and nothing that an
//! invariant or a condition demands can be left out.
//!
//! The keys that signed the examples are in no contract, so their signatures cannot be verified; their hashes are.

use crate::common::{event, examples, refused, signed, value};
use contract_embed::{Band, file, schema};
use contract_envelope::{Envelope, KeyRing, Refused, read, read_value};
use serde_json::{Value, json};

#[test]
fn valid_examples_stay_as_they_are() {
    let mut count = 0;
    for (name, example, _) in examples().into_iter().filter(|(_, _, is_valid)| *is_valid) {
        // Everything is as it should be, up to the key that nobody knows.
        let key = example["signature"]["key_id"].as_str().unwrap().to_owned();
        let refused = read_value::<Value>(&example, &KeyRing::new()).err();
        assert_eq!(refused, Some(Refused::UnknownKey(key)), "{name}");
        let read: Envelope = serde_json::from_value(example.clone()).unwrap();
        assert_eq!(value(&read), example, "{name}");
        let text = serde_json::to_string(&example).unwrap();
        let again: Value = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(&text).unwrap(), "{name}");
        count += 1;
    }
    assert!(count > 40, "{count}");
}

#[test]
fn invalid_examples_are_refused() {
    let mut count = 0;
    for (name, example, _) in examples().into_iter().filter(|(_, _, is_valid)| !is_valid) {
        let text = serde_json::to_vec(&example).unwrap();
        let refused = read::<Value>(&text, &KeyRing::new()).err();
        assert!(matches!(refused, Some(Refused::Invalid(_))), "{name}: {refused:?}");
        count += 1;
    }
    assert!(count >= 7, "{count}");
}

fn contract(path: &str) -> Value {
    serde_json::from_str(file(path).unwrap().text).unwrap()
}

/// Refused by the schemas, though hash and signature fit.
fn is_no_event(event: Value, why: &str) {
    let refused = refused(&signed(event));
    assert!(matches!(refused, Some(Refused::Invalid(_))), "{why}: {refused:?}");
}

#[test]
fn every_invariant_is_kept() {
    let invariants = contract("invariants/envelope.schema.json");
    let good = value(&event(Band::Red));
    assert_eq!(refused(&signed(good.clone())), None);
    let open = schema("invariants/envelope", "1").unwrap();
    open.validate(&good).unwrap();
    let required = invariants["required"].as_array().unwrap();
    assert!(required.len() >= 14);
    for name in required.iter().map(|name| name.as_str().unwrap()) {
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(open.validate(&without).is_err(), "{name}");
        is_no_event(without, name);
    }
    for (name, property) in invariants["properties"].as_object().unwrap() {
        // A value of another type, and for each nested field that is required an object without it.
        let mut other = good.clone();
        other[name] = json!(17);
        assert!(open.validate(&other).is_err(), "{name}");
        is_no_event(other, name);
        for nested in property["required"].as_array().into_iter().flatten() {
            let nested = nested.as_str().unwrap();
            let mut without = good.clone();
            without[name].as_object_mut().unwrap().remove(nested).unwrap();
            assert!(open.validate(&without).is_err(), "{name}/{nested}");
            is_no_event(without, &format!("{name}/{nested}"));
        }
    }
    let breaks = [
        ("id", json!("01JD4X2N8Q6R7S9T0V1W2X3Y4I")),
        ("id", json!("62F746B4-84E6-4CEB-95BD-447E7184D454")),
        ("ts", json!("2026-11-20T14:29:00+01:00")),
        ("ts", json!("2026-13-20T14:29:00Z")),
        ("topic", json!("note_created")),
        ("space_id", json!("household")),
        ("band", json!("PINK")),
        ("policy_version", json!("v1")),
        ("obligations", json!(["AUDIT_ACCESS", "AUDIT_ACCESS"])),
        ("hashes", json!({"payload_sha256": "AB"})),
    ];
    for (name, bad) in breaks {
        let mut other = good.clone();
        other[name] = bad;
        assert!(open.validate(&other).is_err(), "{name}");
        let said = refused(&other);
        assert!(matches!(said, Some(Refused::Invalid(_))), "{name}: {said:?}");
    }
}

/// For each condition of a schema an event that it is about, without what it demands.
fn breaking(condition: &Value) -> Vec<Value> {
    let all = examples().into_iter().filter(|(_, _, is_valid)| *is_valid);
    let about = &condition["if"]["properties"];
    let (name, words) = about.as_object().unwrap().iter().next().unwrap();
    let words = words["enum"].as_array().unwrap();
    let mut broken = Vec::new();
    for (_, example, _) in all.filter(|(_, example, _)| words.contains(&example[name])) {
        let then = &condition["then"];
        for field in then["required"].as_array().into_iter().flatten() {
            let mut without = example.clone();
            without.as_object_mut().unwrap().remove(field.as_str().unwrap());
            broken.push(without);
        }
        if let Some(word) = then.pointer("/properties/obligations/contains/const") {
            let mut without = example.clone();
            without["obligations"].as_array_mut().unwrap().retain(|one| one != word);
            broken.push(without);
        }
        if then.get("anyOf").is_some() {
            let mut without = example.clone();
            without["obligations"].as_array_mut().unwrap().retain(|one| one != "REDACT_PII");
            without.as_object_mut().unwrap().remove("redaction_applied");
            broken.push(without.clone());
            without["redaction_applied"] = json!(false);
            broken.push(without);
        }
    }
    broken
}

#[test]
fn every_condition_is_kept() {
    for path in ["events/envelope.schema.json", "invariants/envelope.schema.json"] {
        let contract = contract(path);
        let name = path.strip_suffix(".schema.json").unwrap();
        let schema = schema(name, "1").unwrap();
        let conditions = contract["allOf"].as_array().unwrap();
        assert!(conditions.len() >= 6);
        for condition in conditions {
            let broken = breaking(condition);
            assert!(!broken.is_empty(), "{condition}");
            for event in broken {
                assert!(schema.validate(&event).is_err(), "{condition}: {event}");
                is_no_event(event, path);
            }
        }
    }
    // The one condition that is not at the top: who acts is named.
    let envelope = contract("events/envelope.schema.json");
    let nested = envelope.pointer("/properties/actor/allOf").and_then(Value::as_array).unwrap();
    assert_eq!(nested.len(), 1);
    for (kind, field) in [("user", "agent_id"), ("agent", "user_id"), ("service", "user_id")] {
        let mut other = value(&event(Band::Green));
        other["actor"] = json!({"kind": kind, field: "ada"});
        is_no_event(other, kind);
    }
    let conditions = envelope.to_string().matches("\"if\":").count();
    assert_eq!(conditions, 7, "a new condition needs an event that breaks it");
}
