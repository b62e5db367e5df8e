//! The server as it is installed: under its supervisor, killed, with a state file that was damaged.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contract_embed::ResourceKind;
use serde_json::{Value, json};

use crate::http::send;
use crate::server::{claims, configuration, token};

struct Supervised {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
}

impl Supervised {
    fn start(folder: &Path, configuration: &Value) -> Supervised {
        let config = folder.join("runtime.json");
        std::fs::write(&config, configuration.to_string()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_runtimed"))
            .args(["run", "--config"])
            .arg(&config)
            .arg("--data")
            .arg(folder.join("data"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, errors) = (Arc::new(Mutex::new(Vec::new())), child.stderr.take().unwrap());
        let kept = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                kept.lock().unwrap().push(line);
            }
        });
        Supervised { child, lines }
    }

    /// The lines that say an event, once there are so many.
    fn wait(&self, event: &str, count: usize) -> Vec<Value> {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let lines = self.lines.lock().unwrap().clone();
            let found: Vec<Value> =
                lines.iter().filter(|line| line["event"] == event).cloned().collect();
            if found.len() >= count {
                return found;
            }
            assert!(Instant::now() < end, "no {count} `{event}` in {lines:#?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn address(supervised: &Supervised, count: usize) -> SocketAddr {
    supervised.wait("listening", count).last().unwrap()["address"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn a_killed_worker_comes_back_with_what_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let supervised = Supervised::start(folder.path(), &configuration(ResourceKind::ALL));
    let bearer = format!("Bearer {}", token(&claims("ada")));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = json!({"surface_id": "chat", "title": "t", "content_format": "text", "content": "c", "tags": []}).to_string();
    let mut notes = Vec::new();
    for round in 1..=3 {
        let address = address(&supervised, round);
        for _ in 0..5 {
            let made = send(address, "POST", "/v1/notes", &headers, Some(body.as_bytes())).unwrap();
            assert_eq!(made.status, 201, "{made:?}");
            notes.push(made.header("location").unwrap().to_owned());
        }
        let started = supervised.wait("worker_started", round);
        let pid = started.last().unwrap()["pid"].as_u64().unwrap().to_string();
        assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    }
    let address = address(&supervised, 4);
    for note in &notes {
        assert_eq!(send(address, "GET", note, &headers, None).unwrap().status, 200, "{note}");
    }
    assert_eq!(supervised.wait("worker_exited", 3).len(), 3);
    contract_journal::verify(&folder.path().join("data/events.jsonl")).unwrap();
    let health = send(address, "GET", "/v1/health", &[], None).unwrap();
    assert!(health.body["heartbeat_age_seconds"].as_f64().is_some(), "{health:?}");
}

#[test]
fn a_damaged_state_file_is_healed_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let supervised = Supervised::start(folder.path(), &configuration(ResourceKind::ALL));
    address(&supervised, 1);
    let state = folder.path().join("data/worker/progress.json");
    let missing = supervised.wait("state_file_healed", 1);
    assert_eq!(missing[0]["problem"], "missing");
    let end = Instant::now() + Duration::from_secs(60);
    while !state.exists() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(10));
    }
    // The worker may write over the damage before it reads it.
    loop {
        std::fs::write(&state, b"{\"cycles\": ").unwrap();
        std::thread::sleep(Duration::from_millis(100));
        let healed = supervised.wait("state_file_healed", 1);
        if let Some(healed) = healed.iter().find(|line| line["problem"] == "corrupted") {
            let aside = healed["quarantined_as"].as_str().unwrap();
            assert_eq!(
                std::fs::read(folder.path().join("data").join(aside)).unwrap(),
                b"{\"cycles\": "
            );
            break;
        }
        assert!(Instant::now() < end);
    }
    assert_eq!(supervised.wait("worker_started", 1).len(), 1);
}

#[test]
fn a_wrong_configuration_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("runtime.json");
    let mut wrong = configuration(ResourceKind::ALL);
    wrong["mode"] = json!("saas");
    std::fs::write(&config, wrong.to_string()).unwrap();
    for command in ["check", "run", "work"] {
        let mut run = Command::new(env!("CARGO_BIN_EXE_runtimed"));
        run.arg(command).arg("--config").arg(&config);
        if command != "check" {
            run.arg("--data").arg(folder.path().join("data"));
        }
        let output = run.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        // A worker does not even read it when no supervisor has started it.
        let says = if command == "work" { "supervisor" } else { "notes_store" };
        assert!(said.contains(says), "{command}: {said}");
    }
}
