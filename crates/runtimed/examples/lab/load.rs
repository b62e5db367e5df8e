//! `make load`: `wrk` on loopback against health and notes while plugins crash. There must be no 5xx, and every note
//! that was acknowledged must be in the journal of events and in the store. Needs `wrk` (Debian: wrk).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::setup;
use crate::supervised::{Failed, Supervised};
use contract_embed::ResourceKind;
use serde_json::{Value, json};

fn wrk(
    runtime: &Supervised,
    seconds: u64,
    script: Option<&str>,
    path: &str,
    out: &Path,
) -> Result<Child, Failed> {
    let address = runtime.address()?;
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lab");
    let script = script.map(|name| [OsString::from("--script"), scripts.join(name).into()]);
    let child = Command::new("wrk")
        .args(["--threads", "1", "--connections", "8", "--latency", "--timeout", "30s"])
        .arg("--duration")
        .arg(format!("{seconds}s"))
        .args(script.into_iter().flatten())
        .arg(format!("http://{address}{path}"))
        .env("LOAD_BEARER", format!("Bearer {}", setup::token(&setup::claims("ada"))))
        .env("LOAD_ACKNOWLEDGED", out)
        .stdout(Stdio::piped())
        .spawn();
    child.map_err(|error| {
        format!("cannot start wrk ({error}); install it: apt-get install wrk").into()
    })
}

/// Runs it for so many seconds.
pub(crate) fn load(seconds: u64) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let mut configuration = setup::configuration(ResourceKind::ALL);
    if let Some(pause) = configuration.pointer_mut("/integrations/runtimed/cycle_pause_ms") {
        *pause = json!(1000);
    }
    let runtime = Supervised::start(folder.path(), &configuration)?;
    let acknowledged = folder.path().join("acknowledged");
    let health = wrk(&runtime, seconds, None, "/v1/health", &acknowledged)?;
    let notes = wrk(&runtime, seconds, Some("notes.lua"), "/v1/notes", &acknowledged)?;
    let (mut calls, end) = (0, Instant::now() + Duration::from_secs(seconds));
    while Instant::now() < end {
        let body = json!({"function": "crash", "arguments": {}, "run_id": setup::RUN});
        let called = runtime.ask("POST", "/v1/plugins/misbehave/calls", &[], Some(&body))?;
        if called.status >= 500 {
            return Err(format!("a call of a plugin was answered with {}", called.status).into());
        }
        calls += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut failed = false;
    for (name, child) in [("GET /v1/health", health), ("POST /v1/notes", notes)] {
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        println!("{name}");
        for line in text.lines().filter(|line| {
            ["50%", "99%", "Requests/sec", "status", "Socket", "Non-2xx"]
                .iter()
                .any(|w| line.trim_start().starts_with(w))
        }) {
            println!("  {}", line.trim());
            failed |=
                line.contains("status 5") || line.contains("Socket") || line.contains("Non-2xx");
        }
    }
    println!("{calls} calls crashed a plugin meanwhile");
    let lost = lost(&runtime, folder.path(), &acknowledged)?;
    let code = runtime.stop()?;
    if failed || lost > 0 || code != 0 {
        return Err(format!(
            "a 5xx or a socket error: {failed}; lost notes: {lost}; exit code: {code}"
        )
        .into());
    }
    Ok(())
}

/// How many notes were acknowledged, and are not in the journal of events or in the store.
fn lost(runtime: &Supervised, folder: &Path, acknowledged: &Path) -> Result<usize, Failed> {
    let text = std::fs::read_to_string(acknowledged)?;
    let wanted: BTreeSet<&str> = text.lines().filter_map(|line| line.rsplit('/').next()).collect();
    let mut told = BTreeSet::new();
    for entry in contract_journal::read(&folder.join("data/events.jsonl"))? {
        let event: Value = entry?.get()?;
        let id = event.pointer("/payload/note_id").and_then(Value::as_str);
        told.extend(id.map(str::to_owned));
    }
    let (mut kept, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = runtime.ask("GET", &format!("/v1/notes?limit=200{cursor}"), &[], None)?;
        let items = page.body.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let ids = items.iter().filter_map(|note| note.get("note_id").and_then(Value::as_str));
        kept.extend(ids.map(str::to_owned));
        match page.body.get("next_cursor").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let lost = wanted.iter().filter(|id| !told.contains(**id) || !kept.contains(**id)).count();
    println!(
        "{} notes were acknowledged; {} are told of, {} are kept, {lost} are lost",
        wanted.len(),
        told.len(),
        kept.len()
    );
    Ok(lost)
}
