//! A configuration to begin with: a lab, with a route for every kind and a fresh secret.

use contract_embed::ResourceKind;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// The configuration.
///
/// # Errors
/// When the system has no randomness for the secret.
pub fn configuration() -> Result<Value, String> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| error.to_string())?;
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let route = |kind: &ResourceKind| {
        let mut route = json!({
            "route_id": ulid::Ulid::generate().to_string(),
            "resource_kind": kind,
            "mode": "lab",
            "backend": "filesystem",
            "target": {"kind": "directory", "name": kind},
            "label": {"text": "Records are kept in files of this machine", "visible": true},
            "created_at": now,
            "updated_at": now,
        });
        if *kind == ResourceKind::BlackboardStore {
            route["max_value_bytes"] = json!(1_048_576);
        }
        route
    };
    Ok(json!({
        "schema_version": 1,
        "mode": "lab",
        "routes": ResourceKind::ALL.iter().map(route).collect::<Vec<Value>>(),
        "integrations": {"runtimed": {
            "listen": "127.0.0.1:8080",
            "metrics_listen": "127.0.0.1:9090",
            "tenant_id": "acme",
            "surfaces": {"chat": ["garden"]},
            "keys": {"lab": {"hs256": BASE64URL_NOPAD.encode(&secret)}},
            "plugins": {"echo": {"program": "/bin/cat"}},
        }},
    }))
}
