//! Stores over a real file database, for tests: routes for every kind, a clock that a test sets, and people.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use contract_backends::Backends;
use contract_embed::{Mode, ResourceKind};
use contract_routing::Registry;
use contract_routing::identity::Identity;
use contract_stores::{Routed, Stores};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const RUN: &str = "01M7W5QYQ0B27BE7PQH8EW0BH7";

/// Seconds since 1970 of the test's clock.
pub(crate) struct Time(Arc<AtomicI64>);

impl Time {
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

pub(crate) fn routes(kinds: &[ResourceKind]) -> Vec<Value> {
    let route = |kind: &ResourceKind| {
        let number = ResourceKind::ALL.iter().position(|other| other == kind).unwrap();
        let mut route = json!({
            "route_id": format!("01M7W5QYQ0B27BE7PQH8EW0B{number:02}"),
            "resource_kind": kind,
            "mode": "lab",
            "backend": "filesystem",
            "target": {"kind": "directory", "name": kind},
            "label": {"text": "Records are kept in files of this machine", "visible": true},
            "created_at": "2026-11-22T09:00:00Z",
            "updated_at": "2026-11-22T09:00:00Z",
        });
        if *kind == ResourceKind::BlackboardStore {
            route["max_value_bytes"] = json!(64);
        }
        route
    };
    kinds.iter().map(route).collect()
}

pub(crate) fn stores_with(folder: &Path, kinds: &[ResourceKind]) -> (Stores, Time) {
    let registry = Arc::new(Registry::new(&routes(kinds)).unwrap());
    let time = Arc::new(AtomicI64::new(1_795_000_000));
    let clock = {
        let time = Arc::clone(&time);
        Arc::new(move || jiff::Timestamp::from_second(time.load(Ordering::SeqCst)).unwrap())
    };
    let stores = Stores::new(Arc::new(Routed::new(registry, Backends::new(folder)))).clock(clock);
    (stores, Time(time))
}

pub(crate) fn stores() -> (TempDir, Stores, Time) {
    let folder = tempfile::tempdir().unwrap();
    let (stores, time) = stores_with(folder.path(), ResourceKind::ALL);
    (folder, stores, time)
}

pub(crate) fn person(tenant: &str, user: &str) -> Identity {
    Identity::of_server(tenant, Mode::Lab, user, "chat", None).unwrap()
}

pub(crate) static ADA: LazyLock<Identity> = LazyLock::new(|| person("acme", "ada"));

pub(crate) fn by_user() -> Value {
    json!({"created_by": "user"})
}

pub(crate) fn note(title: &str) -> Value {
    json!({
        "surface_id": "chat",
        "title": title,
        "content_format": "text",
        "content": "sow in March",
        "tags": ["seeds"],
    })
}

pub(crate) fn flow(name: &str) -> Value {
    json!({"name": name, "json_blob": {"steps": [{"step_id": "one", "uses": "search"}]}})
}

pub(crate) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

pub(crate) fn event(event_type: &str) -> Value {
    json!({
        "event_id": uuid::Uuid::new_v4().to_string(),
        "surface_id": "chat",
        "run_id": RUN,
        "step_id": "one",
        "timestamp": "2026-11-22T09:30:00Z",
        "event_type": event_type,
        "source": "agent",
        "payload": {},
    })
}
