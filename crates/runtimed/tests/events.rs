//! What is published: signed, verified by whoever knows the key, and under every version that is in force.

use std::sync::Arc;

use contract_embed::Topic;
use contract_envelope::{KeyRing, newest_of_each_major, read_value};
use contract_runtimed::Publisher;
use contract_supervisor::Log;
use serde_json::{Value, json};

fn plugin_state() -> Value {
    json!({"name": "echo", "previous_state": "LOADING", "state": "READY", "changed_at": "2026-11-22T09:30:00Z"})
}

fn read(folder: &std::path::Path) -> Vec<Value> {
    let entries = contract_journal::read(&folder.join("events.jsonl")).unwrap();
    entries.map(|entry| entry.unwrap().get().unwrap()).collect()
}

fn quiet() -> Arc<Log> {
    Arc::new(Log::to(std::io::sink()))
}

/// A topic has one version now. In a transition there are two; the versions that are in force are then those that the
/// catalog lists, and each gets its event.
#[test]
fn both_versions_are_published_in_transition() {
    let listed = ["1.0", "1.1", "2.0"];
    assert_eq!(newest_of_each_major(&listed).unwrap(), ["1.1", "2.0"]);
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher::open(folder.path(), &quiet()).unwrap().versions(move |topic| {
        let newest = newest_of_each_major(&listed).map_err(|error| error.0)?;
        Ok(newest.into_iter().map(|_| topic).collect())
    });
    publisher.publish(Topic::PluginStateChanged, None, &plugin_state()).unwrap();
    let events = read(folder.path());
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["payload"], events[1]["payload"]);
    assert_ne!(events[0]["id"], events[1]["id"]);
}

#[test]
fn what_is_published_is_verified_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher::open(folder.path(), &quiet()).unwrap();
    publisher.publish(Topic::PluginStateChanged, None, &plugin_state()).unwrap();
    let public = publisher.public_key();
    drop(publisher);
    // The key stays from one process to the next.
    let publisher = Publisher::open(folder.path(), &quiet()).unwrap();
    assert_eq!(publisher.public_key(), public);
    let mut keys = KeyRing::new();
    keys.add("runtime", publisher.key_id(), &public).unwrap();
    let mut event = read(folder.path()).remove(0);
    assert!(read_value::<Value>(&event, &keys).is_ok());
    event["payload"]["name"] = json!("other");
    assert!(read_value::<Value>(&event, &keys).is_err());
    // What the contracts do not allow leaves nobody.
    assert!(publisher.publish(Topic::PluginStateChanged, None, &json!({"name": "echo"})).is_err());
    assert_eq!(read(folder.path()).len(), 1);
}
