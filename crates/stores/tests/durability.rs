//! What was acknowledged is there after the process was killed, again and again.
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::{ADA, by_user, note, stores_with, text};
use contract_embed::ResourceKind;

const FOLDER: &str = "STORES_TEST_FOLDER";

/// The child writes notes and says which ones are kept; it is killed at some point, and every one it named is there.
#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let (stores, _) = stores_with(folder.as_ref(), ResourceKind::ALL);
        loop {
            let kept = stores.notes().create(&ADA, &note("n"), &by_user(), None).await.unwrap();
            println!("kept {}", text(&kept.record, "note_id"));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 1..=8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "durability::what_was_acknowledged_survives_a_kill", "--nocapture"])
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
            assert!(stores.notes().get(&ADA, id).await.is_ok(), "round {round}: {id}");
        }
    }
}
