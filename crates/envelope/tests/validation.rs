//! The two doors. What enters is valid in every respect or refused, even when somebody signed it; what leaves is valid
//! or never becomes an event.

use crate::common::{draft, event, key, keys, note, refused, sealer, signed, value};
use contract_embed::{ActorKind, Band, Obligation, Topic};
use contract_envelope::{
    Actor, BadKey, DedupKey, DeviceKey, Draft, Envelope, KeyRing, Qos, Refused, Sealer, Trace,
    read, read_value,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn changed(band: Band, change: impl Fn(&mut Value)) -> Option<Refused> {
    let mut event = value(&event(band));
    change(&mut event);
    refused(&signed(event))
}

#[test]
fn what_enters_is_validated() {
    for band in Band::ALL.iter().copied() {
        assert_eq!(changed(band, |_| {}), None, "{band}");
    }
    let is_invalid = |refused: Option<Refused>| matches!(refused, Some(Refused::Invalid(_)));
    // The envelope, and the payload of the topic.
    assert!(is_invalid(changed(Band::Green, |event| event["tenant"] = json!("acme"))));
    assert!(is_invalid(changed(Band::Green, |event| event["payload"]["version"] = json!(2))));
    assert!(is_invalid(changed(Band::Green, |event| event["payload"] = json!({}))));
    assert!(is_invalid(changed(Band::Green, |event| event["topic"] = json!("NOTE_CREATED@9.9"))));
    assert!(is_invalid(changed(Band::Green, |event| event["qos"]["priority"] = json!(10))));
    // What no schema says.
    let refused = changed(Band::Red, |event| event["obligations"] = json!(["REDACT_PII"]));
    assert_eq!(refused, Some(Refused::Obligation(Obligation::AuditAccess)));
    let later = |event: &mut Value| event["undo_until"] = json!("2026-11-20T09:46:00Z");
    assert!(matches!(changed(Band::Amber, later), Some(Refused::Undo(_))));
    let fits = |event: &mut Value| event["undo_until"] = json!("2026-11-20T09:45:00Z");
    assert_eq!(changed(Band::Amber, fits), None);
    assert!(matches!(changed(Band::Green, fits), Some(Refused::Undo(_))));
    assert!(matches!(changed(Band::Red, fits), Some(Refused::Undo(_))));
    let audit = |event: &mut Value| {
        event["topic"] = json!("AUDIT_RECORDED");
        event["obligations"] = json!(["AUDIT_ACCESS"]);
        event["payload"] = json!({
            "audit_id": "01JD5DA1B2C3D4E5F6G7H8J9KM",
            "action": "read",
            "outcome": "allowed",
            "recorded_at": "2026-11-20T13:26:00Z"
        });
    };
    let (topic, band, least) = (Topic::AuditRecorded, Band::Green, Band::Amber);
    assert_eq!(changed(Band::Green, audit), Some(Refused::Band { topic, band, least }));
    // Numbers that are not what they seem.
    let number = |event: &mut Value| {
        event["x_extensions"] = serde_json::from_str("{\"n\": 9007199254740993}").unwrap();
    };
    let mut event = value(&event(Band::Green));
    number(&mut event);
    assert_eq!(
        crate::common::refused(&event),
        Some(Refused::Number("9007199254740993".to_owned()))
    );
}

#[test]
fn what_enters_is_what_was_signed() {
    let good = value(&event(Band::Green));
    let mut other = good.clone();
    other["payload"]["tags"] = json!(["seeds"]);
    assert_eq!(refused(&other), Some(Refused::Hash));
    let mut other = good.clone();
    other["qos"]["priority"] = json!(9);
    assert_eq!(refused(&other), Some(Refused::Signature));
    let mut other = good.clone();
    other["ingest_ts"] = json!("2026-11-20T09:30:01Z");
    assert_eq!(refused(&other), Some(Refused::Signature));
    assert_eq!(
        read_value::<Value>(&good, &KeyRing::new()).err(),
        Some(Refused::UnknownKey("laptop-7-test".to_owned()))
    );
    // The key of another device, and another key with the same name.
    let mut ring = KeyRing::new();
    ring.add("host-1", "laptop-7-test", &key().public()).unwrap();
    let refused = read_value::<Value>(&good, &ring).err();
    assert!(matches!(refused, Some(Refused::Device { .. })), "{refused:?}");
    let mut ring = KeyRing::new();
    let other = DeviceKey::new("laptop-7", "laptop-7-test", &[4; 32]);
    ring.add("laptop-7", "laptop-7-test", &other.public()).unwrap();
    assert_eq!(read_value::<Value>(&good, &ring).err(), Some(Refused::Signature));
    assert_eq!(
        ring.add("x", "laptop-7-test", &key().public()),
        Err(BadKey::Twice("laptop-7-test".to_owned()))
    );
    assert_eq!(ring.add("x", "zero", &[0; 32]), Err(BadKey::Weak("zero".to_owned())));
    assert!(!format!("{:?}", key()).contains("03"));
}

#[test]
fn texts_that_two_readers_read_differently_are_refused() {
    let text = serde_json::to_string(&event(Band::Green)).unwrap();
    assert!(read::<Value>(text.as_bytes(), &keys()).is_ok());
    let twice = text.replacen("\"user_id\":\"ada\"", "\"user_id\":\"eve\",\"user_id\":\"ada\"", 1);
    let refused = read::<Value>(twice.as_bytes(), &keys()).err();
    assert_eq!(refused, Some(Refused::KeyTwice("user_id".to_owned())));
    let payload = text.replacen("\"tags\":[]", "\"tags\":[\"x\"],\"tags\":[]", 1);
    let refused = read::<Value>(payload.as_bytes(), &keys()).err();
    assert_eq!(refused, Some(Refused::KeyTwice("tags".to_owned())));
    let deep = "[".repeat(100_000);
    for text in
        ["", "{", "{}x", "\u{feff}{}", "nul", deep.as_str(), &text[1..], &(text.clone() + "}")]
    {
        let refused = read::<Value>(text.as_bytes(), &keys()).err();
        assert!(matches!(refused, Some(Refused::NotJson(_))), "{text:.20}: {refused:?}");
    }
    assert!(matches!(read::<Value>(&[0xff, 0xfe], &keys()).err(), Some(Refused::NotJson(_))));
    assert!(matches!(read::<Value>(b"[1]", &keys()).err(), Some(Refused::Invalid(_))));
}

#[test]
fn what_leaves_is_validated() {
    let sealer = sealer();
    let group = Some("mls:household");
    let mut bad_payload = note();
    bad_payload["content"] = json!("the content does not belong here");
    let mut exact = note();
    exact["version"] = serde_json::from_str("1.00000000000000000001").unwrap();
    let refused: Vec<(Draft<Value>, &str)> = vec![
        (draft(bad_payload), "payload"),
        (draft(json!({})), "payload"),
        (draft(json!("text")), "payload"),
        (draft(exact), "number"),
        (draft(note()).band(Band::Amber, None), "mls_group"),
        (draft(note()).band(Band::Black, Some("household")), "mls_group"),
        (draft(note()).idempotency_key("short"), "idempotency_key"),
        (draft(note()).after("abc"), "previous_sha256"),
        (draft(note()).extension("Upper", json!(1)), "x_extensions"),
        (
            draft(note()).trace(Trace {
                trace_id: "1".to_owned(),
                span_id: "2".to_owned(),
                parent_span_id: None,
            }),
            "trace",
        ),
        (
            draft(note()).qos(Qos {
                delivery: contract_embed::Delivery::AtMostOnce,
                priority: 10,
                deadline_ms: None,
            }),
            "qos",
        ),
        (
            Draft::new(Topic::NoteCreated, Actor::user("Ada Lovelace"), "shared:household", note()),
            "actor",
        ),
        (Draft::new(Topic::NoteCreated, Actor::user("ada"), "household", note()), "space"),
        (Draft::new(Topic::NoteDeleted, Actor::user("ada"), "shared:household", note()), "topic"),
    ];
    for (draft, why) in refused {
        let answer = sealer.seal(draft);
        assert!(
            matches!(answer, Err(Refused::Invalid(_) | Refused::Number(_))),
            "{why}: {answer:?}"
        );
    }
    let audit = json!({
        "audit_id": "01JD5DA1B2C3D4E5F6G7H8J9KM",
        "action": "read",
        "outcome": "allowed",
        "recorded_at": "2026-11-20T13:26:00Z"
    });
    let service = Actor::other(ActorKind::Service, "runtime", None);
    let audit = Draft::new(Topic::AuditRecorded, service, "system:operations", audit);
    let low = sealer.seal(audit.clone().band(Band::Green, None));
    assert!(matches!(low, Err(Refused::Band { .. })), "{low:?}");
    // What leaves carries all that band and topic demand, and everybody who knows the key believes it.
    let sealed = sealer.seal(audit.band(Band::Red, group).irrevocable()).unwrap();
    assert_eq!(sealed.obligations, [Obligation::RedactPii, Obligation::AuditAccess]);
    assert_eq!(read_value::<Value>(&value(&sealed), &keys()).unwrap(), sealed);
    let open = sealer.seal(draft(note()).band(Band::Amber, group).redacted()).unwrap();
    assert_eq!(
        (open.obligations.len(), open.undo_until.as_deref()),
        (0, Some("2026-11-20T09:45:00Z"))
    );
    let final_at_once = sealer.seal(draft(note()).band(Band::Amber, group).irrevocable()).unwrap();
    assert_eq!(final_at_once.undo_until, None);
    let bad = DeviceKey::new("Laptop 7", "k", &[1; 32]);
    let bad = Sealer::new(bad, Some("linux"), None, crate::common::Hand::new());
    assert!(matches!(bad.seal(draft(note())), Err(Refused::Invalid(_))));
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Started {
    worker: String,
    phase: String,
    by: String,
    pid: u32,
    restarts: u32,
    at: String,
}

#[test]
fn payloads_have_types() {
    let started = Started {
        worker: "engine".to_owned(),
        phase: "worker_started".to_owned(),
        by: "supervisor".to_owned(),
        pid: 4711,
        restarts: 0,
        at: "2026-11-20T09:30:00Z".to_owned(),
    };
    let actor = Actor::other(ActorKind::Service, "supervisor", None);
    let draft = Draft::new(Topic::EngineLifecycle, actor, "system:operations", started.clone());
    let sealed: Envelope<Started> = sealer().seal(draft.idempotency_key("engine-start-1")).unwrap();
    let text = serde_json::to_vec(&sealed).unwrap();
    let read: Envelope<Started> = read(&text, &keys()).unwrap();
    assert_eq!((&read, &read.payload), (&sealed, &started));
    let key = DedupKey::Key { space_id: "system:operations", key: "engine-start-1" };
    assert_eq!(read.dedup_key(), key);
    let other = event(Band::Green);
    assert_eq!(other.dedup_key(), DedupKey::Id(&other.id));
}
