//! What host and launcher tell each other, and what a launcher refuses to become.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use contract_exec::{Confinement, Launcher, Measure, Outcome, Task};
use serde_json::{Value, json};

use crate::outcomes::{misbehave, run, shell};

/// Runs the launcher as a host does.
fn launch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contract-exec-launch")).args(arguments).output().unwrap()
}

fn plan(host: u32) -> String {
    json!({
        "word": "w", "host": host, "folder": null, "cpu_seconds": 5, "memory": 512 << 20,
        "file_size": 1024, "open_files": 64, "processes": true, "network": true,
        "writes_below": null, "strict": false,
    })
    .to_string()
}

#[test]
fn a_launcher_takes_a_plan_and_a_program() {
    let own = plan(std::process::id());
    for arguments in [&[][..], &["no plan", "/bin/true"], &[&own]] {
        let mut all = vec!["--contract-exec-launch"];
        all.extend(arguments);
        let output = launch(&all);
        assert_eq!(output.status.code(), Some(125), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("is for `contract_exec` alone"));
    }
    let output = launch(&["--contract-exec-launch", &own, "/bin/echo", "hello"]);
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"hello\n"[..]));
}

/// A program whose host died before would be ended by nobody.
#[test]
#[cfg(target_os = "linux")]
fn a_launcher_without_its_host_becomes_nothing() {
    let output = launch(&["--contract-exec-launch", &plan(1), "/bin/echo", "hello"]);
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(125), &b""[..]));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("w {\"Lacks\"") && said.contains("is gone"), "{said}");
}

/// What a launcher is told: one that writes down its plan, and becomes nothing.
fn told(script: &Path, plan: &Path) -> Value {
    let mut process = misbehave(&[]);
    process.launcher = Launcher::at(script);
    // A process that another test starts holds the script open for a moment, and then nobody can execute it.
    for _ in 0..100 {
        let outcome = run(process.clone(), &Value::Null).outcome;
        assert!(matches!(outcome, Outcome::Unavailable(_)), "{outcome:?}");
        if let Ok(text) = std::fs::read(plan) {
            std::fs::remove_file(plan).unwrap();
            return serde_json::from_slice(&text).unwrap();
        }
    }
    panic!("the script was never run");
}

/// Whoever knew the word could speak for the launcher.
#[test]
fn every_run_has_a_word_of_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (script, plan) = (folder.path().join("launcher"), folder.path().join("plan"));
    let text = format!("#!/bin/sh\nprintf '%s' \"$2\" > '{}'\n", plan.display());
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let word = || told(&script, &plan)["word"].as_str().unwrap().to_owned();
    let words = [word(), word()];
    assert_ne!(words[0], words[1]);
    assert!(words.iter().all(|word| word.len() == 32), "{words:?}");
    let forged =
        shell("echo 'xyzzy {\"Lacks\":{\"missing\":\"device\",\"what\":\"x\"}}' >&2; echo 1");
    assert_eq!(run(forged, &Value::Null).outcome, Outcome::Ok(json!(1)));
}

#[test]
fn gaps_name_what_is_missing() {
    let confinement = Confinement {
        limits: Measure::Enforced,
        session: Measure::Missing("no sessions".to_owned()),
        calls: Measure::NotAsked,
        writes: Measure::Enforced,
        orphans: Measure::Missing("no parents".to_owned()),
    };
    let gaps: Vec<_> = confinement.gaps().collect();
    assert_eq!(gaps, [("session", "no sessions"), ("orphans", "no parents")]);
    let mut process = misbehave(&[]);
    process.limits.wall = Duration::from_secs(9);
    assert_eq!(Task::from(process).wall(), Duration::from_secs(9));
}
