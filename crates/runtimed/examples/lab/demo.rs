//! `make demo`: the runtime in lab mode under its supervisor, with a plugin that crashes and one that hangs. Whatever
//! is done to it, it says what happened, and nothing that it acknowledged is lost.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::setup;
use crate::supervised::{Failed, Supervised};
use contract_embed::ResourceKind;
use serde_json::{Value, json};

type Done<T> = Result<T, Failed>;

/// Shows it.
pub(crate) fn demo() -> Done<()> {
    let start = Instant::now();
    let folder = tempfile::tempdir()?;
    println!("1. The supervisor starts the server.");
    let mut runtime = Supervised::start(folder.path(), &setup::configuration(ResourceKind::ALL))?;
    runtime.address()?;
    let label = runtime.wait("lab_route_in_use", 1)?;
    println!("   It runs in lab mode, which users are told: \"{}\".", text(&label, "reason"));
    let health = runtime.ask("GET", "/v1/health", &[], None)?;
    println!("   GET /v1/health: {} {}", health.status, health.body);
    plugins(&runtime)?;
    let notes = records(&runtime)?;
    identity(&runtime)?;
    killed(&mut runtime, &notes)?;
    corrupted(&runtime, folder.path())?;
    ended(runtime, folder.path())?;
    println!("\nAll of it took {:.1} seconds.", start.elapsed().as_secs_f64());
    Ok(())
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn plugins(runtime: &Supervised) -> Done<()> {
    println!("\n2. Plugins: one crashes, one hangs, one is not there.");
    runtime.until("the plugins are loaded", || {
        let list = runtime.ask("GET", "/v1/plugins", &[], None).ok()?;
        let items = list.body.get("items")?.as_array()?.clone();
        let is_settled = |p: &Value| matches!(text(p, "state"), "READY" | "UNAVAILABLE");
        items.iter().all(is_settled).then_some(())
    })?;
    for function in ["crash", "hang"] {
        let body = json!({"function": function, "arguments": {}, "run_id": setup::RUN});
        let called = runtime.ask("POST", "/v1/plugins/misbehave/calls", &[], Some(&body))?;
        println!(
            "   A call that {}: {} {}, \"{}\"",
            if function == "crash" { "crashes" } else { "hangs" },
            called.status,
            text(&called.body, "state"),
            text(&called.body, "reason")
        );
    }
    let absent = runtime.ask("GET", "/v1/plugins/absent/health", &[], None)?;
    println!(
        "   One that is not there: {} {}, \"{}\"",
        absent.status,
        text(&absent.body, "state"),
        text(&absent.body, "reason")
    );
    let nobody = runtime.ask("GET", "/v1/plugins/nobody/health", &[], None)?;
    println!("   One that nobody knows: {} {}", nobody.status, text(&nobody.body, "code"));
    Ok(())
}

fn records(runtime: &Supervised) -> Done<Vec<String>> {
    println!("\n3. Notes and events.");
    let note = json!({"surface_id": "chat", "title": "Seeds", "content_format": "text", "content": "Sow in March.", "tags": ["seeds"]});
    let mut notes = Vec::new();
    for n in 0..3 {
        let key = format!("demo-note-{n}");
        let made = runtime.ask("POST", "/v1/notes", &[("idempotency-key", &key)], Some(&note))?;
        notes.push(made.header("location").unwrap_or_default().to_owned());
    }
    let again =
        runtime.ask("POST", "/v1/notes", &[("idempotency-key", "demo-note-0")], Some(&note))?;
    println!(
        "   Three notes are written; the first, sent twice with one key, is {} once.",
        again.header("location").unwrap_or_default()
    );
    let late = runtime.ask(
        "DELETE",
        notes.first().map_or("", String::as_str),
        &[("if-match", "\"7\"")],
        None,
    )?;
    println!(
        "   A delete that is based on another version: {} {}",
        late.status,
        text(&late.body, "code")
    );
    let event = json!({"event_id": uuid::Uuid::new_v4().to_string(), "surface_id": "chat", "run_id": setup::RUN, "step_id": "one",
        "timestamp": jiff::Timestamp::now().to_string(), "event_type": "analytics", "source": "agent", "payload": {"opened": 1}});
    let first = runtime.ask("POST", "/v1/spine/events", &[], Some(&event))?;
    let second = runtime.ask("POST", "/v1/spine/events", &[], Some(&event))?;
    println!(
        "   An event for the spine: {}; the same again: {} {}",
        first.status,
        second.status,
        text(&second.body, "code")
    );
    Ok(notes)
}

fn identity(runtime: &Supervised) -> Done<()> {
    println!("\n4. A request that says it is from somebody else.");
    let refused = runtime.ask("GET", "/v1/notes", &[("x-user-id", "mallory")], None)?;
    println!(
        "   {} {}, and it is on record: {}",
        refused.status,
        text(&refused.body, "code"),
        runtime.wait("identity_mismatch", 1)?
    );
    Ok(())
}

fn killed(runtime: &mut Supervised, notes: &[String]) -> Done<()> {
    println!("\n5. The server is killed.");
    Command::new("kill").args(["-KILL", &runtime.worker()?]).status()?;
    let exited = runtime.wait("worker_exited", 1)?;
    println!(
        "   The supervisor says: {} (exit code {}), then {}.",
        text(&exited, "event"),
        exited["exit_code"],
        text(&runtime.wait("worker_restarting", 1)?, "event")
    );
    runtime.restarted()?;
    let there = notes
        .iter()
        .filter(|note| runtime.ask("GET", note, &[], None).is_ok_and(|a| a.status == 200))
        .count();
    println!("   {there} of {} notes are there.", notes.len());
    if there != notes.len() {
        return Err("a note is lost".into());
    }
    Ok(())
}

fn corrupted(runtime: &Supervised, folder: &Path) -> Done<()> {
    println!("\n6. The state file is damaged.");
    let path = folder.join("data/worker/progress.json");
    let healed = runtime.until("the file is healed", || {
        // The server may save over the damage before it reads it.
        std::fs::write(&path, b"{\"cycles\": 4").ok()?;
        std::thread::sleep(std::time::Duration::from_millis(120));
        runtime
            .lines("state_file_healed")
            .into_iter()
            .find(|line| text(line, "problem") == "corrupted")
    })?;
    println!(
        "   {} was {}; the damaged bytes are in {}, and the server goes on.",
        text(&healed, "file"),
        text(&healed, "problem"),
        text(&healed, "quarantined_as")
    );
    Ok(())
}

fn ended(runtime: Supervised, folder: &Path) -> Done<()> {
    println!("\n7. SIGTERM.");
    let start = Instant::now();
    let code = runtime.stop()?;
    println!("   Everything has ended after {} ms, exit code {code}.", start.elapsed().as_millis());
    for name in ["events.jsonl", "lifecycle.jsonl", "runtimed/cycles.jsonl"] {
        let verified = contract_journal::verify(&folder.join("data").join(name))?;
        println!("   {name}: {} entries, and the chain of digests is whole.", verified.entries);
    }
    Ok(())
}
