//! The server as it is installed: killed, with a state file that was damaged, with a configuration that is wrong.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use contract_embed::{LogEvent, Metric, ResourceKind, Span};
use serde_json::{Value, json};

use crate::http::send;
use crate::setup::{RUN, configuration};
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

/// Damages a state file until its damage is found.
fn damaged(runtime: &Supervised, state: &Path) -> Value {
    let healed = runtime.until("the file is healed", || {
        // The worker may save over the damage before it reads it.
        std::fs::write(state, b"{\"cycles\": ").ok()?;
        std::thread::sleep(Duration::from_millis(100));
        runtime.lines("state_file_healed").into_iter().find(|line| line["problem"] == "corrupted")
    });
    healed.unwrap()
}

#[test]
fn a_damaged_state_file_is_healed_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Supervised::start(folder.path(), &configuration(ResourceKind::ALL)).unwrap();
    let state = folder.path().join("data/worker/progress.json");
    assert_eq!(runtime.wait("state_file_healed", 1).unwrap()["problem"], "missing");
    runtime.until("the state is saved", || state.exists().then_some(())).unwrap();
    let healed = damaged(&runtime, &state);
    let aside = healed["quarantined_as"].as_str().unwrap().to_owned();
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

fn runtimed(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_runtimed")).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn the_example_is_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("runtime.json");
    let (code, text) = runtimed(&["example"]);
    std::fs::write(&config, text).unwrap();
    assert_eq!(code, 0);
    let (code, text) = runtimed(&["check", "--config", config.to_str().unwrap()]);
    assert!(code == 0 && !text.contains("missing"), "{text}");
}

#[test]
fn a_journal_that_was_changed_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let verify = || runtimed(&["verify", "--data", data.to_str().unwrap()]);
    let config = configuration(ResourceKind::ALL);
    let runtime = Supervised::start(folder.path(), &config).unwrap();
    runtime.wait("cycle_completed", 1).unwrap();
    assert_eq!(runtime.stop().unwrap(), 0);
    let (code, text) = verify();
    assert!(code == 0 && text.matches(": whole, ").count() == 3, "{text}");
    let events = data.join("events.jsonl");
    let mut bytes = std::fs::read(&events).unwrap();
    // The writer died within a line.
    bytes.extend(b"{\"seq\":");
    std::fs::write(&events, &bytes).unwrap();
    let runtime = Supervised::start(folder.path(), &config).unwrap();
    runtime.wait("journal_mended", 1).unwrap();
    assert_eq!(runtime.stop().unwrap(), 0);
    assert_eq!(verify().0, 0);
    let mut bytes = std::fs::read(&events).unwrap();
    bytes.extend(b"a line of somebody else\n");
    std::fs::write(&events, &bytes).unwrap();
    let (code, text) = verify();
    assert!(code == 65 && text.contains("is no line of a journal"), "{text}");
    let runtime = Supervised::start(folder.path(), &config).unwrap();
    runtime.wait("worker_crash_loop", 1).unwrap();
    let told = runtime.having("event", "text");
    let text = |line: &Value| line["text"].as_str().unwrap_or_default().to_owned();
    assert!(told.iter().any(|line| text(line).contains("move the file elsewhere")), "{told:?}");
    drop(runtime);
    assert_eq!(std::fs::read(&events).unwrap(), bytes);
}

#[test]
fn another_key_has_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(ResourceKind::ALL);
    let key = folder.path().join("data/signing.json");
    let events = folder.path().join("data/events.jsonl");
    // Of the last event.
    let id = || {
        let text = std::fs::read_to_string(&events).unwrap();
        text.rsplit("\"key_id\":\"").next().unwrap().split('"').next().unwrap().to_owned()
    };
    let runtime = Supervised::start(folder.path(), &config).unwrap();
    runtime.address().unwrap();
    assert_eq!(runtime.stop().unwrap(), 0);
    let first = id();
    std::fs::write(&key, b"x").unwrap();
    let runtime = Supervised::start(folder.path(), &config).unwrap();
    runtime.address().unwrap();
    let healed = runtime.lines("state_file_healed");
    assert!(healed.iter().any(|line| line["file"] == "signing.json"), "{healed:?}");
    let second = id();
    assert!(first.starts_with("runtime-") && second.starts_with("runtime-"), "{first}, {second}");
    assert_ne!(first, second);
}

/// A runtime has no operation that spends a budget, reads no events of others, and what a process had of memory is not
/// known when it has ended.
const NOT_TOLD: (&[Metric], &[Span]) =
    (&[Metric::RuntimeBudgetUsedRatio, Metric::RuntimePluginMemoryBytes], &[Span::SpineConsume]);

#[test]
fn what_the_contracts_name_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut config = configuration(ResourceKind::ALL);
    config["integrations"]["runtimed"]["metrics_listen"] = json!(free.to_string());
    let mut runtime = Supervised::start(folder.path(), &config).unwrap();
    runtime.address().unwrap();
    let pid = runtime.worker().unwrap();
    assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    runtime.restarted().unwrap();
    let state = folder.path().join("data/worker/progress.json");
    runtime.until("the state is saved", || state.exists().then_some(())).unwrap();
    damaged(&runtime, &state);
    let note = json!({"surface_id": "chat", "title": "t", "content_format": "text", "content": "c", "tags": []});
    let made = runtime.ask("POST", "/v1/notes", &[], Some(&note)).unwrap();
    let path = made.header("location").unwrap().to_owned();
    for tag in ["\"1\"", "\"1\""] {
        runtime.ask("DELETE", &path, &[("if-match", tag)], None).unwrap();
    }
    let board = json!({"value": 1});
    let entry = format!("/v1/blackboards/garden/{RUN}/entries/key");
    for _ in 0..2 {
        runtime.ask("PUT", &entry, &[("if-match", "\"0\"")], Some(&board)).unwrap();
    }
    runtime.ask("GET", "/v1/notes", &[("x-user-id", "eve")], None).unwrap();
    let call = json!({"function": "crash", "arguments": {}, "run_id": RUN});
    // Plugins are loaded after the start.
    let called = || runtime.ask("POST", "/v1/plugins/misbehave/calls", &[], Some(&call)).ok();
    let is_done = || called().filter(|answer| answer.status == 200);
    runtime.until("the plugin is called", is_done).unwrap();
    let text = send(free, "GET", "/metrics", &[], None).unwrap().body;
    let text = text.as_str().unwrap();
    for metric in Metric::ALL.iter().filter(|metric| !NOT_TOLD.0.contains(metric)) {
        let head =
            format!("# HELP {metric} {}\n# TYPE {metric} {}\n", metric.about(), metric.kind());
        assert!(text.contains(&head), "{metric} in\n{text}");
    }
    assert!(text.contains("runtime_worker_restarts_total{worker=\"runtimed\"} 1\n"), "{text}");
    for span in Span::ALL.iter().filter(|span| !NOT_TOLD.1.contains(span)) {
        let told =
            runtime.until(span.as_str(), || runtime.having("span", span.as_str()).pop()).unwrap();
        for name in told["attributes"].as_object().unwrap().keys() {
            assert!(span.attributes().contains(&name.as_str()), "{told}");
        }
    }
}
