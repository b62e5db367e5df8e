//! One supervisor for a data folder, and no worker without it.

use std::process::Command;

use crate::common::{TESTBED, is_alive, start, until};

#[test]
fn a_second_instance_exits() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = start(folder.path(), "polite", 0);
    let worker = first.worker("engine");
    let mut second = start(folder.path(), "polite", 0);
    assert_eq!(second.code(), 75);
    assert!(is_alive(worker) && is_alive(first.child.id()));
    first.signal("TERM");
    assert_eq!(first.code(), 0);
    // Nothing is left that would keep the next one out, however the last one ended.
    for _ in 0..2 {
        let mut next = start(folder.path(), "polite", 0);
        let before = worker;
        until("a worker", || Some(next.worker("engine")).filter(|pid| *pid != before));
        next.signal("KILL");
        next.child.wait().unwrap();
    }
}

#[test]
fn the_second_instance_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), "polite", 0);
    first.worker("engine");
    let mut second = start(folder.path(), "polite", 0);
    assert_eq!(second.code(), 75);
    let said = second.log("supervisor_already_running");
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["pid"], first.child.id());
    assert!(said[0]["reason"].as_str().unwrap().contains("end it first"), "{said:?}");
}

#[test]
fn a_worker_that_was_started_by_hand_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let run = |pass: Option<&str>| {
        let mut command = Command::new(TESTBED);
        command.args(["work", "polite", "0"]).env_remove("CONTRACT_SUPERVISOR_PASS");
        command.envs(pass.map(|pass| ("CONTRACT_SUPERVISOR_PASS", pass)));
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, text) = run(None);
    assert_eq!(code, Some(77));
    assert!(text.contains("only the supervisor starts workers"), "{text}");
    assert_eq!(run(Some("{}")).0, Some(77));

    let supervisor = start(folder.path(), "polite", 0);
    supervisor.worker("engine");
    let pass = |token: &str| {
        serde_json::json!({"token": token, "worker": "engine", "folder": folder.path(),
            "restarts": 0, "stale_after_seconds": 90})
        .to_string()
    };
    assert!(run(Some(&pass("guessed"))).1.contains("its token is another"));
    // Not even with the right token, as the supervisor is not the parent.
    let known = std::fs::read(folder.path().join("supervisor.json")).unwrap();
    let known: serde_json::Value = serde_json::from_slice(&known).unwrap();
    let (code, text) = run(Some(&pass(known["token"].as_str().unwrap())));
    assert_eq!(code, Some(77));
    assert!(text.contains("is not its parent"), "{text}");
}
