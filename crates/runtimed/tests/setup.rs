//! A configuration for lab, with plugins that misbehave, and tokens for its users.

use std::time::{SystemTime, UNIX_EPOCH};

use contract_embed::ResourceKind;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

pub(crate) const RUN: &str = "01M7W5QYQ0B27BE7PQH8EW0BH7";

pub(crate) fn routes(kinds: &[ResourceKind]) -> Vec<Value> {
    let route = |kind: &ResourceKind| {
        let number = ResourceKind::ALL.iter().position(|other| other == kind).unwrap();
        json!({
            "route_id": format!("01M7W5QYQ0B27BE7PQH8EW0B{number:02}"),
            "resource_kind": kind,
            "mode": "lab",
            "backend": "filesystem",
            "target": {"kind": "directory", "name": kind},
            "max_value_bytes": 1000,
            "label": {"text": "Records are kept in files of this machine", "visible": true},
            "created_at": "2026-11-22T09:00:00Z",
            "updated_at": "2026-11-22T09:00:00Z",
        })
    };
    kinds.iter().map(route).collect()
}

pub(crate) fn configuration(kinds: &[ResourceKind]) -> Value {
    let misbehave = "read -r x; case $x in *load*) echo '{}';; *crash*) kill -SEGV $$;; *) while :; do :; done;; esac";
    json!({
        "schema_version": 1,
        "mode": "lab",
        "supervisor": {"restart_delay_seconds": 0, "kill_timeout_seconds": 2},
        "plugins": {"sandbox": {"timeout_seconds": 1, "memory_bytes": 1_073_741_824}},
        "routes": routes(kinds),
        "integrations": {"runtimed": {
            "listen": "127.0.0.1:0",
            "tenant_id": "acme",
            "surfaces": {"chat": ["garden"], "mail": []},
            "keys": {"test": {"hs256": BASE64URL_NOPAD.encode(SECRET)}},
            "cycle_pause_ms": 50,
            "plugins": {
                "echo": {"program": "/bin/cat", "description": "Gives back what it is given."},
                "misbehave": {"program": "/bin/sh", "arguments": ["-c", misbehave]},
                "absent": {"program": "/nowhere/plugin"},
            },
        }},
    })
}

/// A token for a user.
pub(crate) fn token(claims: &Value) -> String {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let head = encode(&json!({"alg": "HS256", "typ": "JWT", "kid": "test"}));
    let signed = format!("{head}.{}", encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}

pub(crate) fn claims(user: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({"sub": user, "exp": now + 3600, "surface_id": "chat", "tenant_id": "acme"})
}
