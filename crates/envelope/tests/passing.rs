//! What becomes of events: redaction, the time to undo, and the versions under which they are published.

use crate::common::{Hand, draft, event, keys, note, sealer, value};
use contract_embed::{Band, Obligation, Topic};
use contract_envelope::redact::{Action, MASK, NotShared, Rules, Which};
use contract_envelope::{
    BadVersion, DeviceKey, Draft, NotUndone, Offered, Sealer, UNDO, Undo, newest_of_each_major,
    read_value, versions_to_publish,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

#[test]
fn from_amber_on_personal_data_is_redacted() {
    let rules = Rules::of_identities();
    let green = event(Band::Green);
    let mut seen = value(&green);
    seen.as_object_mut().unwrap().remove("signature");
    assert_eq!(rules.view(&green), Ok(seen));
    for band in [Band::Amber, Band::Red] {
        let event = event(band);
        let view = rules.view(&event).unwrap();
        assert!(!view.to_string().contains("ada\""), "{view}");
        assert_eq!(view["payload"]["user_id"], MASK);
        assert_eq!((&view["redaction_applied"], view.get("signature")), (&json!(true), None));
        // What was redacted is an event again when a device signs it: the same one, with the same obligations.
        let passed = rules.pass_on(&event, &sealer()).unwrap();
        let read = read_value::<Value>(&value(&passed), &keys()).unwrap();
        assert_eq!((&read.id, &read.obligations), (&event.id, &event.obligations));
        assert!(read.obligations.contains(&Obligation::RedactPii));
        assert_ne!(read.hashes, event.hashes);
        assert_eq!(rules.pass_on(&read, &sealer()).unwrap(), read);
    }
    let black = event(Band::Black);
    assert_eq!(rules.view(&black), Err(NotShared::Black));
    assert_eq!(rules.pass_on(&black, &sealer()), Err(NotShared::Black));
}

#[test]
fn rules_drop_and_mask_fields() {
    let group = Some("mls:household");
    let mut payload = note();
    payload["tags"] = json!(["seeds", "spring"]);
    let draft = draft(payload)
        .band(Band::Red, group)
        .abac("purpose", "service")
        .extension("a", json!({"b": [1, {"c": 2}]}));
    let event = sealer().seal(draft).unwrap();
    let at = |pointer: &str| Which::At(pointer.to_owned());
    let rules = Rules::new()
        .with(at("/payload/tags/0"), Action::Drop)
        .with(at("/abac/*"), Action::Mask)
        .with(at("/x_extensions/a/b/*/c"), Action::Drop)
        .with(at("/nothing/here"), Action::Drop)
        .with(Which::Named("user_id".to_owned()), Action::Drop)
        .with(at("/actor/kind"), Action::Mask);
    let view = rules.view(&event).unwrap();
    assert_eq!(view["payload"]["tags"], json!(["spring"]));
    assert_eq!(view["abac"], json!({"purpose": MASK}));
    assert_eq!(view["x_extensions"], json!({"a": {"b": [1, {}]}}));
    assert_eq!((view["payload"].get("user_id"), view["actor"].get("user_id")), (None, None));
    // A view may be anything; what is passed on must still be an event.
    let refused = rules.pass_on(&event, &sealer());
    assert!(matches!(refused, Err(NotShared::Refused(_))), "{refused:?}");
}

fn held(undo: &Undo<&Hand>) -> usize {
    undo.held().count()
}

#[test]
fn an_amber_event_may_be_undone_for_fifteen_minutes() {
    let clock = Hand::new();
    let sealer = Sealer::new(crate::common::key(), None, None, Hand::new());
    let mut undo = Undo::new(&clock);
    let amber = || sealer.seal(draft(note()).band(Band::Amber, Some("mls:household"))).unwrap();
    let (first, second) = (amber(), amber());
    let until = clock.0.get() + UNDO;
    assert_eq!(undo.offer(first.clone()), Offered::Held(until));
    assert_eq!(undo.offer(second.clone()), Offered::Held(until));
    assert_eq!(undo.offer(second.clone()), Offered::Held(until));
    assert_eq!((held(&undo), undo.due().len()), (2, 0));
    clock.wait(UNDO - SignedDuration::from_nanos(1));
    assert!(undo.due().is_empty());
    assert_eq!(undo.undo(&first.id), Ok(first.clone()));
    assert_eq!(undo.undo(&first.id), Err(NotUndone::NotHeld));
    clock.wait(SignedDuration::from_nanos(1));
    // Then never: neither before nor after it is handed out.
    assert_eq!(undo.undo(&second.id), Err(NotUndone::Over(until)));
    assert_eq!(undo.due(), std::slice::from_ref(&second));
    assert_eq!(undo.undo(&second.id), Err(NotUndone::NotHeld));
    assert_eq!(undo.due(), []);
    // One that comes late is final.
    assert_eq!(undo.offer(second.clone()), Offered::Final(Box::new(second)));
}

#[test]
fn only_amber_events_wait() {
    let mut undo = Undo::new(Hand::new());
    for band in [Band::Green, Band::Red, Band::Black] {
        let event = event(band);
        let id = event.id.clone();
        assert_eq!(undo.offer(event.clone()), Offered::Final(Box::new(event)), "{band}");
        assert_eq!(undo.undo(&id), Err(NotUndone::NotHeld));
    }
    let group = Some("mls:household");
    let lasting: Draft<Value> = draft(note()).band(Band::Amber, group).irrevocable();
    let lasting = sealer().seal(lasting).unwrap();
    assert_eq!(undo.offer(lasting.clone()), Offered::Final(Box::new(lasting)));
}

#[test]
fn events_come_out_in_the_order_of_their_ends() {
    let clock = Hand::new();
    let mut undo = Undo::new(&clock);
    let mut ids = Vec::new();
    for minute in 0..5 {
        let hand = Hand::new();
        hand.wait(SignedDuration::from_mins(minute));
        let device = DeviceKey::new("laptop-7", "laptop-7-test", &crate::common::SEED);
        let sealer = Sealer::new(device, None, None, hand);
        let event = sealer.seal(draft(note()).band(Band::Amber, Some("mls:household"))).unwrap();
        ids.push(event.id.clone());
        assert!(matches!(undo.offer(event), Offered::Held(_)));
    }
    clock.wait(SignedDuration::from_mins(17));
    let due: Vec<String> = undo.due().into_iter().map(|event| event.id).collect();
    assert_eq!(due, ids[..3]);
    assert_eq!(held(&undo), 2);
}

#[test]
fn during_a_transition_every_major_is_published() {
    let newest = |listed: &[&'static str]| newest_of_each_major(listed);
    assert_eq!(newest(&["1.0"]), Ok(vec!["1.0"]));
    assert_eq!(newest(&["1.0", "1.2", "1.10"]), Ok(vec!["1.10"]));
    assert_eq!(newest(&["2.0", "1.0", "1.3"]), Ok(vec!["1.3", "2.0"]));
    assert_eq!(newest(&["10.0", "9.1", "9.1"]), Ok(vec!["9.1", "10.0"]));
    assert_eq!(newest(&[]), Ok(vec![]));
    for bad in ["1", "1.x", "", "01.0", "1.0.0", "-1.0", "+1.0"] {
        assert_eq!(newest(&[bad]), Err(BadVersion(bad.to_owned())), "{bad}");
    }
    for topic in Topic::ALL.iter().copied() {
        let versions = versions_to_publish(topic).unwrap();
        assert!(versions.contains(&topic), "{topic}");
        assert!(versions.iter().all(|other| other.name() == topic.name()));
    }
}
