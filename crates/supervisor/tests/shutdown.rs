//! A supervisor that is asked to end takes all of its workers with it.

use std::time::{Duration, Instant};

use crate::common::{is_alive, start, states, until};

/// Processes of the group that a worker leads.
fn group(leader: u32) -> Vec<String> {
    let text = states(&["-e", "-o", "pgid="]);
    let of_it = |line: &&str| line.split_whitespace().last() == Some(&leader.to_string());
    let alive = |line: &&str| !line.trim().starts_with('Z');
    text.lines().filter(of_it).filter(alive).map(str::to_owned).collect()
}

#[test]
fn children_are_ended_on_sigterm() {
    for name in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut supervisor = start(folder.path(), "family", 0);
        let workers = ["engine", "second"].map(|worker| supervisor.worker(worker));
        for worker in workers {
            until("a child of a worker", || Some(()).filter(|()| group(worker).len() == 2));
        }
        supervisor.signal(name);
        assert_eq!(supervisor.code(), 0);
        for worker in workers {
            until("the end of a group", || Some(()).filter(|()| group(worker).is_empty()));
        }
        let events = supervisor.lifecycle();
        let exits: Vec<_> = events.iter().filter(|e| e["phase"] == "worker_exited").collect();
        assert_eq!(exits.len(), 2);
        assert!(exits.iter().all(|exit| exit["exit_code"] == 0 && exit["expected"] == true));
        assert!(supervisor.log("worker_killed").is_empty());
    }
}

#[test]
fn what_does_not_answer_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut supervisor = start(folder.path(), "deaf", 0);
    let worker = supervisor.worker("engine");
    let begun = folder.path().join("engine/cycle.json");
    until("the deaf cycle", || {
        let text = std::fs::read_to_string(&begun).ok()?;
        text.contains("\"cycle\": 2").then_some(())
    });
    let asked = Instant::now();
    supervisor.signal("TERM");
    assert_eq!(supervisor.code(), 0);
    let took = asked.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(10), "{took:?}");
    assert!(!is_alive(worker));
    assert_eq!(supervisor.log("worker_killed").len(), 1);
    let exit = supervisor.lifecycle().pop().unwrap();
    assert_eq!((exit["exit_code"].as_i64(), exit["expected"].as_bool()), (Some(-9), Some(true)));
}
