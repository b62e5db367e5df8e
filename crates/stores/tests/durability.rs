//! What was acknowledged is there after the process was killed, again and again.
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::{ADA, by_user, event, note, stores_with, text};
use contract_embed::{Mode, ResourceKind};
use contract_stores::{Emitter, Stores};

const FOLDER: &str = "STORES_TEST_FOLDER";

/// A child says which records are kept, and is killed at some point: every one that it named is there. The child is
/// this test, which writes without end when it finds the folder in its environment.
async fn survives(test: &str, is_there: impl AsyncFn(&Stores, &str) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 1..=8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        while seen < round * 3 {
            let line = lines.next().unwrap().unwrap();
            if let Some(id) = line.strip_prefix("kept ") {
                acknowledged.push(id.to_owned());
                seen += 1;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had still said before it died counts as well.
        let rest = lines.map_while(Result::ok);
        acknowledged.extend(rest.filter_map(|l| Some(l.strip_prefix("kept ")?.to_owned())));
        let (stores, _) = stores_with(folder.path(), ResourceKind::ALL);
        for id in &acknowledged {
            assert!(is_there(&stores, id).await, "round {round}: {id}");
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let (stores, _) = stores_with(folder.as_ref(), ResourceKind::ALL);
        loop {
            let kept = stores.notes().create(&ADA, &note("n"), &by_user(), None).await.unwrap();
            println!("kept {}", text(&kept.record, "note_id"));
        }
    }
    let test = "durability::what_was_acknowledged_survives_a_kill";
    survives(test, async |stores, id| stores.notes().get(&ADA, id).await.is_ok()).await;
}

/// Nothing waits in a buffer: what is told of learning is on the spine once it was taken.
#[tokio::test]
async fn telemetry_of_learning_survives_a_kill() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let (stores, _) = stores_with(folder.as_ref(), ResourceKind::ALL);
        for kind in ["rl", "rlha"].iter().cycle() {
            let told = event(kind);
            stores.spine().append(Emitter::Identity(&ADA), &told).await.unwrap();
            println!("kept {}", text(&told, "event_id"));
        }
    }
    let test = "durability::telemetry_of_learning_survives_a_kill";
    survives(test, async |stores, id| stores.spine().get(Mode::Lab, "acme", id).await.is_ok())
        .await;
}
