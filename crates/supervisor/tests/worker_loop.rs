//! A loop of cycles that fail in every way, with state files and journals that fail, too.

use crate::common::{start, until};
use contract_supervisor::read_heartbeat;
use serde_json::Value;

#[test]
fn the_loop_outlives_every_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = start(folder.path(), "errors", 0);
    let beat = || read_heartbeat(folder.path(), "engine");
    let cycle = || beat().map_or(0, |beat| beat.cycle);
    until("cycles", || Some(()).filter(|()| cycle() > 16));
    // State that is broken, or whose place is taken, is a failure like any other.
    let state = folder.path().join("engine");
    std::fs::write(state.join("heartbeat.json"), "{").unwrap();
    std::fs::write(state.join("cycle.json"), "no state").unwrap();
    let last = until("a heartbeat", || beat().map(|beat| beat.cycle));
    until("cycles", || Some(()).filter(|()| cycle() > last + 4));
    let files = ["heartbeat.json", "cycle.json"].map(|name| state.join(name));
    for file in &files {
        // The worker writes it again until a folder has its name.
        until("a folder", || {
            let _ = std::fs::remove_file(file);
            std::fs::create_dir(file).ok()
        });
    }
    let cycles = || supervisor.log("cycle_completed").len();
    let before = cycles();
    until("cycles", || Some(()).filter(|()| cycles() > before + 4));
    assert!(!supervisor.log("record_not_written").is_empty());
    for file in &files {
        std::fs::remove_dir(file).unwrap();
    }
    let last = until("a heartbeat", || beat().map(|beat| beat.cycle));
    until("cycles", || Some(()).filter(|()| cycle() > last + 16));
    supervisor.signal("TERM");
    assert_eq!(supervisor.code(), 0);
    let events = supervisor.lifecycle();
    assert_eq!(events.len(), 3, "one worker lived through all of it: {events:?}");
    // Nothing was lost, and nothing is there twice.
    let cycles = supervisor.cycles();
    let numbers: Vec<u64> = cycles.iter().map(|cycle| cycle["cycle"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
}

#[test]
fn a_failed_cycle_is_reported_as_degraded() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = start(folder.path(), "errors", 0);
    let beat = || read_heartbeat(folder.path(), "engine");
    until("cycles", || beat().filter(|beat| beat.cycle >= 8));
    supervisor.signal("TERM");
    assert_eq!(supervisor.code(), 0);
    let cycles = supervisor.cycles();
    let of = |number: usize| {
        let cycle = &cycles[number - 1];
        let text = |name: &str| cycle[name].as_str().unwrap_or("").to_owned();
        let errors: Vec<String> =
            serde_json::from_value(cycle["errors_this_cycle"].clone()).unwrap();
        (text("engine_status"), cycle["outputs"].as_u64().unwrap(), text("empty_reason"), errors)
    };
    let failed = |number: usize, error: &str| {
        let (status, outputs, reason, errors) = of(number);
        assert_eq!((status.as_str(), outputs, reason.as_str()), ("degraded", 0, "cycle_failed"));
        assert!(errors[0].contains(error), "{errors:?}");
    };
    failed(8, "attribution failed");
    failed(1, "an error without words");
    failed(2, "there is no score");
    failed(2, "contract-supervisor-testbed.rs:");
    failed(3, "panic");
    failed(4, "gave nothing");
    assert_eq!(of(5), ("ok".to_owned(), 0, "input_empty".to_owned(), vec![]));
    assert_eq!(of(6), ("degraded".to_owned(), 2, String::new(), vec!["x".repeat(500)]));
    assert_eq!(of(7), ("ok".to_owned(), 3, String::new(), vec![]));
    assert_eq!(supervisor.log("cycle_completed").len(), cycles.len());
    let degraded = cycles.iter().filter(|cycle| cycle["engine_status"] == "degraded").count();
    assert_eq!(supervisor.log("cycle_degraded").len(), degraded);
    // The log has lines of JSON only.
    let text = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{text}");
}
