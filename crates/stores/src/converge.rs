//! Replicas that saw the same writes in any order hold the same records (Shapiro et al., "Conflict-free Replicated
//! Data Types", 2011: a join that is commutative, associative and idempotent).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::Record;

/// What two replicas hold together: of each id the later version; of two of one version a delete before a value, and
/// of two values the one with the greater digest, so that nobody has to ask whose it was. The order is that of ids.
pub fn converged(one: &[Record], other: &[Record]) -> Vec<Record> {
    let mut all: BTreeMap<&str, &Record> = BTreeMap::new();
    for record in one.iter().chain(other) {
        let place = all.entry(&record.id).or_insert(record);
        if rank(record) > rank(place) {
            *place = record;
        }
    }
    all.into_values().cloned().collect()
}

fn rank(record: &Record) -> (u64, bool, Vec<u8>) {
    let body = record.body.as_ref().map(|body| Sha256::digest(sorted(body).as_bytes()).to_vec());
    (record.version, record.body.is_none(), body.unwrap_or_default())
}

/// Two replicas may hold the keys of one object in another order.
fn sorted(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, String> =
                fields.iter().map(|(key, value)| (key, sorted(value))).collect();
            format!("{fields:?}")
        }
        Value::Array(items) => format!("{:?}", items.iter().map(sorted).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}
