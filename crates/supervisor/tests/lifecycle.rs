//! Workers that end at any moment are started again, and no cycle is lost without a word.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::common::{is_alive, signal, start, states, until};
use contract_embed::LogEvent;
use serde_json::Value;

/// How long workers are let crash.
fn seconds() -> u64 {
    let given = std::env::var("CONTRACT_SUPERVISOR_SECONDS").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(4)
}

#[test]
fn every_exit_is_restarted() {
    crashes(seconds(), 1);
}

#[test]
#[ignore = "takes ten minutes"]
fn every_exit_is_restarted_for_ten_minutes() {
    crashes(600, 2);
}

fn crashes(seconds: u64, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = start(folder.path(), "crash", seed);
    let (begin, mut random) = (Instant::now(), seed);
    while begin.elapsed() < Duration::from_secs(seconds) {
        // It ends by itself; now and then it is killed between two steps, too.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_millis(random >> 56));
        signal(supervisor.worker("engine"), "KILL");
        let children = states(&["--ppid", &supervisor.child.id().to_string()]);
        assert!(children.lines().count() <= 1, "{children}");
    }
    supervisor.signal("TERM");
    assert_eq!(supervisor.code(), 0);
    let events = supervisor.lifecycle();
    phases_follow(&events);
    let restarts = events.iter().filter(|event| event["phase"] == "worker_restarting").count();
    assert!(restarts > 10, "{restarts}");
    for event in &events {
        if let Some(pid) = event["pid"].as_u64() {
            assert!(!is_alive(u32::try_from(pid).unwrap()), "{event}");
        }
    }
    let cycles = supervisor.cycles();
    let numbers: Vec<u64> = cycles.iter().map(|cycle| cycle["cycle"].as_u64().unwrap()).collect();
    let all: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, all, "a cycle is missing, or there twice");
    let degraded = cycles.iter().filter(|cycle| cycle["engine_status"] == "degraded").count();
    assert!(degraded > 5 && degraded < cycles.len(), "{degraded} of {}", cycles.len());
    assert_eq!(supervisor.log("record_not_written"), [Value::Null; 0]);
    assert!(!supervisor.log("worker_crash_loop").is_empty());
    // What the log says is what the contracts have.
    common_names(&supervisor);
}

/// Each worker is starting, started, exited, restarting, and so on; only the last exit can have been asked for.
fn phases_follow(events: &[Value]) {
    let order = ["worker_starting", "worker_started", "worker_exited", "worker_restarting"];
    let mut restarts = 0;
    for (at, event) in events.iter().enumerate() {
        assert_eq!(event["phase"], order[at % 4], "{event}");
        restarts += u64::from(event["phase"] == "worker_restarting");
        assert_eq!(event["restarts"], restarts, "{event}");
        if event["phase"] == "worker_exited" {
            assert!(event["expected"] == false || at + 1 == events.len(), "{event}");
        }
    }
}

/// Each line of a phase has all the fields of the contracts, and no others.
fn common_names(supervisor: &crate::common::Supervisor) {
    for event in [
        LogEvent::WorkerStarting,
        LogEvent::WorkerStarted,
        LogEvent::WorkerExited,
        LogEvent::WorkerRestarting,
    ] {
        let fields: BTreeSet<&str> = event.fields().chain(["level", "event"]).collect();
        let lines = supervisor.log(event.as_str());
        assert!(!lines.is_empty(), "{event}");
        for line in lines {
            let there: BTreeSet<&str> =
                line.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(there, fields, "{line}");
            assert_eq!(line["level"], event.level(), "{line}");
        }
    }
}

#[test]
fn what_cannot_be_started_is_said_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = start(folder.path(), "absent", 0);
    until("an event", || Some(()).filter(|()| supervisor.log("worker_unstartable").len() > 3));
    supervisor.signal("TERM");
    assert_eq!(supervisor.code(), 0);
    assert!(supervisor.log("worker_unstartable")[0]["reason"].as_str().unwrap().contains("absent"));
}

#[test]
fn a_crash_loop_is_said_and_ended_where_it_should_be() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = start(folder.path(), "exit", 0);
    assert_eq!(supervisor.code(), 69);
    let said = supervisor.log("worker_crash_loop");
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["reason"], "5 exits within 60 s; it is not started again");
    let exits: Vec<Value> =
        supervisor.lifecycle().into_iter().filter(|e| e["phase"] == "worker_exited").collect();
    assert_eq!((exits.len(), exits[0]["exit_code"].as_i64()), (5, Some(3)));
}

#[test]
fn a_lost_heartbeat_is_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = start(folder.path(), "stuck", 0);
    until("a restart", || Some(()).filter(|()| supervisor.log("worker_started").len() > 1));
    supervisor.signal("TERM");
    assert_eq!(supervisor.code(), 0);
    let stale = supervisor.log("worker_stale");
    assert!(stale[0]["reason"].as_str().unwrap().contains("1 s are allowed"), "{stale:?}");
    let cycles = supervisor.cycles();
    assert_eq!(cycles[1]["errors_this_cycle"][0], "the worker ended within this cycle");
}

#[test]
fn no_worker_outlives_its_supervisor() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = start(folder.path(), "deaf", 0);
    let pid = supervisor.worker("engine");
    supervisor.signal("KILL");
    supervisor.child.wait().unwrap();
    until("the end of the worker", || Some(()).filter(|()| !is_alive(pid)));
}
