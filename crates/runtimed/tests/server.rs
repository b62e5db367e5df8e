//! A server in this process, on a port of its own, and people who have tokens for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use contract_embed::ResourceKind;
use contract_exec::Launcher;
use contract_runtimed::{App, Configuration, StartError, http::router};
use contract_supervisor::Log;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;

use crate::http::{Answer, send, wrong};

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

/// A server, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) app: Arc<App>,
    pub(crate) folder: TempDir,
    pub(crate) runtime: tokio::runtime::Runtime,
    token: String,
}

impl Server {
    pub(crate) fn new() -> Server {
        Server::of(&configuration(ResourceKind::ALL), |app| app).unwrap()
    }

    pub(crate) fn of(
        configuration: &Value,
        with: impl FnOnce(App) -> App,
    ) -> Result<Server, StartError> {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let configuration =
            Configuration::of(configuration.clone()).map_err(StartError::Configuration)?;
        let app = {
            let _inside = runtime.enter();
            let launcher = Launcher::at(env!("CARGO_BIN_EXE_runtimed"));
            App::start(
                &configuration,
                folder.path(),
                &launcher,
                Arc::new(Log::to(std::io::sink())),
            )?
        };
        let app = Arc::new(with(app));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let served = router(Arc::clone(&app));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, served).await.unwrap();
        });
        let token = token(&claims("ada"));
        Ok(Server { address, app, folder, runtime, token })
    }

    /// Sends a request as ada; the answer must be one of the contracts.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        if body.is_some() {
            all.push(("content-type", "application/json"));
        }
        all.extend(headers);
        self.raw(method, path, &all, body.map(|body| body.to_string().into_bytes()).as_deref())
    }

    pub(crate) fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let answer = send(self.address, method, path, headers, body).unwrap();
        assert_eq!(
            wrong(method, path, &answer),
            Vec::<String>::new(),
            "{method} {path}: {answer:?}"
        );
        answer
    }

    /// The events of a topic, once there are so many; plugins are told of by a thread of its own.
    pub(crate) fn published(&self, topic: &str, count: usize) -> Vec<Value> {
        let path = self.folder.path().join("events.jsonl");
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let entries = contract_journal::read(&path).unwrap();
            let events = entries.map(|entry| entry.unwrap().get::<Value>().unwrap());
            let is_it =
                |event: &Value| event["topic"].as_str().unwrap().split('@').next() == Some(topic);
            let found: Vec<Value> = events.filter(is_it).collect();
            if found.len() >= count || Instant::now() > end {
                assert_eq!(found.len(), count, "{topic}");
                return found;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
