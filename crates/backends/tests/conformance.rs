//! Every backend does what the suite of the stores asks, and another process reads what one has written.

use std::sync::Arc;

use contract_backends::Embedded;
use contract_stores::{VersionedStore, Write, conformance};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_database_does_what_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(&folder.path().join("lab/records.redb")).unwrap();
    assert_eq!(conformance::failures(Arc::new(store), "embedded").await, vec![]);
}

const FOLDER: &str = "BACKENDS_TEST_FOLDER";

#[tokio::test]
async fn what_was_written_is_read_from_another_host() {
    let write = |body| [Write { id: "a".to_owned(), base: 0, body: Some(json!(body)) }];
    if let Some(folder) = std::env::var_os(FOLDER) {
        let path = std::path::Path::new(&folder).join("records.redb");
        let store = Embedded::open(&path).unwrap();
        store.commit("from-another", &write("process")).await.unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let other = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "what_was_written_is_read_from_another_host"])
        .env(FOLDER, folder.path())
        .status();
    assert!(other.unwrap().success());
    let store = Embedded::open(&folder.path().join("records.redb")).unwrap();
    let found = store.read("from-another", "a").await.unwrap().unwrap();
    assert_eq!(found.body, Some(json!("process")));
    // One process at a time: the second is refused, and does not write beside the first.
    assert!(Embedded::open(&folder.path().join("records.redb")).is_err());
}
