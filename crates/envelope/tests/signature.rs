//! The canonical form, and signatures over it: what is changed in any bit is not what was signed.

use crate::common::{Hand, draft, event, key, keys, note, sealer};
use contract_embed::Band;
use contract_envelope::{Envelope, Ids, Refused, Sealer, canonical, payload_sha256, read};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

fn form(text: &str) -> Result<String, Refused> {
    let value: Value = serde_json::from_str(text).unwrap();
    canonical(&value).map(|bytes| String::from_utf8(bytes).unwrap())
}

/// RFC 8785, 3.2.2 and 3.2.3.
#[test]
fn the_form_is_that_of_rfc_8785() {
    let text = r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
    let shown = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    // The first number there has one digit more than a double, which is refused here.
    assert_eq!(form(text), Err(Refused::Number("333333333.33333329".to_owned())));
    assert_eq!(
        form(&text.replace("333333333.33333329", "333333333.3333333")),
        Ok(shown.to_owned())
    );
    let keys = r#"{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}"#;
    let order: Vec<u64> = {
        let text = form(keys).unwrap();
        text.split(':').skip(1).map(|rest| rest[..1].parse().unwrap()).collect()
    };
    assert_eq!(order, [2, 4, 6, 7, 1, 5, 3]);
}

#[test]
fn numbers_are_doubles_or_refused() {
    for (text, shown) in [
        ("0", "0"),
        ("-0", "0"),
        ("1.0", "1"),
        ("1e2", "100"),
        ("100e-2", "1"),
        ("0.1", "0.1"),
        ("1e21", "1e+21"),
        ("1e-7", "1e-7"),
        ("9007199254740992", "9007199254740992"),
        ("9007199254740994", "9007199254740994"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("5e-324", "5e-324"),
    ] {
        assert_eq!(form(text).as_deref(), Ok(shown), "{text}");
    }
    for text in [
        "9007199254740993",
        "0.10000000000000000001",
        "1e400",
        "-1e400",
        "1e-400",
        "1.1e-999999999999",
    ] {
        assert!(matches!(form(text), Err(Refused::Number(_))), "{text}: {:?}", form(text));
    }
}

/// The hashes of the examples were made elsewhere.
#[test]
fn hashes_are_those_of_the_examples() {
    for (name, example, _) in crate::common::examples() {
        let hash = payload_sha256(&example["payload"]).unwrap();
        assert_eq!(example["hashes"]["payload_sha256"], hash, "{name}");
    }
}

/// Every bit of the text of an event.
#[test]
fn every_bit_counts() {
    let event = event(Band::Amber);
    let text = serde_json::to_vec(&event).unwrap();
    let keys = keys();
    assert_eq!(read::<Value>(&text, &keys).as_ref(), Ok(&event));
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone();
            bytes[at] ^= 1 << bit;
            let read = read::<Value>(&bytes, &keys);
            assert!(read.is_err(), "byte {at}, bit {bit}: {}", String::from_utf8_lossy(&bytes));
        }
    }
}

fn tags() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set("[a-z0-9][a-z0-9_-]{0,31}", 0..8)
        .prop_map(|tags| tags.into_iter().collect())
}

fn extension() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no other", |f| f.is_finite()).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("\\PC{0,6}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is said: it is read as it was sealed, in any order and spacing, and changed nowhere.
    #[test]
    fn what_is_sealed_is_read(tags in tags(), extra in extension(), flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 8)) {
        let mut payload = note();
        payload["tags"] = json!(tags);
        let sealed = sealer().seal(draft(payload).extension("extra", extra)).unwrap();
        let text = serde_json::to_string(&sealed).unwrap();
        let again: Envelope = read(text.as_bytes(), &keys()).unwrap();
        prop_assert_eq!(&again, &sealed);
        let spaced = serde_json::to_string_pretty(&sealed).unwrap();
        prop_assert!(read::<Value>(spaced.as_bytes(), &keys()).is_ok());
        let sorted = String::from_utf8(canonical(&serde_json::to_value(&sealed).unwrap()).unwrap()).unwrap();
        prop_assert!(read::<Value>(sorted.as_bytes(), &keys()).is_ok());
        for (at, bit) in flips {
            let mut bytes = text.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(read) = read::<Value>(&bytes, &keys()) {
                // A number or an escape written in another way is the same event.
                let (one, other) = (serde_json::to_value(&read).unwrap(), serde_json::to_value(&sealed).unwrap());
                prop_assert_eq!(canonical(&one).unwrap(), canonical(&other).unwrap());
            }
        }
    }
}

#[test]
fn identifiers_rise() {
    let (ids, clock) = (Ids::new(), Hand::new());
    let mut last = ids.next(clock.0.get());
    for step in 0..2000 {
        // The clock goes on, stands, and goes back.
        clock.wait(SignedDuration::from_millis([0, 0, 3, -5][step % 4]));
        let next = ids.next(clock.0.get());
        assert!(next > last && next.to_string() > last.to_string(), "{step}");
        last = next;
    }
    let sealer = Sealer::new(key(), None, None, Hand::new());
    let events: Vec<String> = (0..50).map(|_| sealer.seal(draft(note())).unwrap().id).collect();
    assert!(events.windows(2).all(|pair| pair[0] < pair[1]));
}
