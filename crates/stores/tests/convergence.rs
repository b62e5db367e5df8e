//! Replicas that have seen the same writes hold the same records, in whatever order they came, and however often.
use contract_stores::{Record, converged};
use proptest::prelude::*;
use serde_json::{Value, json};

fn records() -> impl Strategy<Value = Vec<Record>> {
    let body = prop_oneof![Just(None), (0..3_i32).prop_map(|n| Some(json!({"n": n, "m": [n]}))),];
    let record = ("[a-c]", 1..4_u64, body);
    prop::collection::vec(record, 0..6).prop_map(|all| {
        all.into_iter().map(|(id, version, body)| Record { id, version, body }).collect()
    })
}

proptest! {
    #[test]
    fn replicas_agree_in_any_order(a in records(), b in records(), c in records()) {
        prop_assert_eq!(converged(&a, &b), converged(&b, &a));
        prop_assert_eq!(converged(&converged(&a, &b), &c), converged(&a, &converged(&b, &c)));
        let once = converged(&a, &b);
        prop_assert_eq!(converged(&once, &b), once.clone());
        prop_assert_eq!(converged(&once, &once), once);
    }

    #[test]
    fn a_later_version_stays(a in records()) {
        for record in converged(&a, &[]) {
            let versions = a.iter().filter(|other| other.id == record.id).map(|other| other.version);
            prop_assert_eq!(versions.max(), Some(record.version));
            prop_assert!(a.contains(&record));
        }
    }
}

#[test]
fn the_order_of_keys_says_nothing() {
    let body = |text: &str| Some(serde_json::from_str::<Value>(text).unwrap());
    let record = |body| vec![Record { id: "a".to_owned(), version: 1, body }];
    let (one, other) = (record(body("{\"a\":1,\"b\":2}")), record(body("{\"b\":2,\"a\":1}")));
    assert_eq!(converged(&one, &other), converged(&other, &one));
}
