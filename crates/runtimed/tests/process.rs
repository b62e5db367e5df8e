//! The server as it is installed: killed, with a state file that was damaged, with a configuration that is wrong.

use std::process::Command;

use contract_embed::{LogEvent, ResourceKind};
use serde_json::json;

use crate::setup::configuration;
use crate::supervised::Supervised;

#[test]
fn a_killed_worker_comes_back_with_what_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut runtime = Supervised::start(folder.path(), &configuration(ResourceKind::ALL)).unwrap();
    let body = json!({"surface_id": "chat", "title": "t", "content_format": "text", "content": "c", "tags": []});
    let mut notes = Vec::new();
    for _ in 0..3 {
        for _ in 0..5 {
            let made = runtime.ask("POST", "/v1/notes", &[], Some(&body)).unwrap();
            assert_eq!(made.status, 201, "{made:?}");
            notes.push(made.header("location").unwrap().to_owned());
        }
        let pid = runtime.worker().unwrap();
        assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
        runtime.restarted().unwrap();
    }
    for note in &notes {
        assert_eq!(runtime.ask("GET", note, &[], None).unwrap().status, 200, "{note}");
    }
    runtime.wait("worker_exited", 3).unwrap();
    contract_journal::verify(&folder.path().join("data/events.jsonl")).unwrap();
    let health = runtime.ask("GET", "/v1/health", &[], None).unwrap();
    assert!(health.body["heartbeat_age_seconds"].as_f64().is_some(), "{health:?}");
    assert_eq!(runtime.stop().unwrap(), 0);
}

#[test]
fn a_damaged_state_file_is_healed_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Supervised::start(folder.path(), &configuration(ResourceKind::ALL)).unwrap();
    let state = folder.path().join("data/worker/progress.json");
    assert_eq!(runtime.wait("state_file_healed", 1).unwrap()["problem"], "missing");
    runtime.until("the state is saved", || state.exists().then_some(())).unwrap();
    let healed = runtime.until("the file is healed", || {
        // The worker may save over the damage before it reads it.
        std::fs::write(&state, b"{\"cycles\": ").ok()?;
        std::thread::sleep(std::time::Duration::from_millis(100));
        runtime.lines("state_file_healed").into_iter().find(|line| line["problem"] == "corrupted")
    });
    let aside = healed.unwrap()["quarantined_as"].as_str().unwrap().to_owned();
    assert_eq!(std::fs::read(folder.path().join("data").join(aside)).unwrap(), b"{\"cycles\": ");
    assert_eq!(runtime.lines("worker_exited").len(), 0);
    for event in LogEvent::ALL {
        for line in runtime.lines(event.as_str()) {
            assert_eq!(LogEvent::of_line(&line), Ok(*event));
        }
    }
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
