//! The databases of clouds do what the suite of the stores asks, and another process reads what one has written. What
//! they run against, and what that does not show, is in the README.
#![cfg(all(feature = "cosmos", feature = "firestore"))]

mod cosmos;
mod firestore;
mod server;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;

#[cfg(feature = "dynamodb")]
use contract_backends::DynamodbSettings;
use contract_backends::{Backends, CosmosSettings, FirestoreSettings};
use contract_embed::Backend;
use contract_routing::{Registry, Route};
use contract_stores::{Open, StoreError, VersionedStore, Write, conformance};
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::cosmos::Cosmos;
use crate::firestore::Firestore;

/// Where `make emulators` has a DynamoDB.
#[cfg(feature = "dynamodb")]
const DYNAMODB: &str = "BACKENDS_DYNAMODB";

/// Says to a copy of this process what it should write to.
const HERE: &str = "BACKENDS_WRITE_TO";

fn route(backend: Backend) -> Route {
    let kind = match backend {
        Backend::CosmosDb => "container",
        Backend::Firestore => "collection",
        _ => "table",
    };
    let route = json!({
        "route_id": "01JD4YM1N2P3Q4R5S6T7V8W9XY",
        "resource_kind": "notes_store",
        "mode": "saas",
        "backend": backend.as_str(),
        "target": {"kind": kind, "name": "notes_store"},
        "created_at": "2026-11-20T06:00:00Z",
        "updated_at": "2026-11-20T06:00:00Z",
    });
    let registry = Registry::new(&[route]).unwrap();
    registry.routes().next().unwrap().clone()
}

fn backends(backend: Backend, endpoint: &str) -> Backends {
    let folder = std::env::temp_dir();
    let backends = Backends::new(&folder);
    match backend {
        #[cfg(feature = "dynamodb")]
        Backend::Dynamodb => backends.with_dynamodb(DynamodbSettings::with_keys(
            "eu-central-1",
            Some(endpoint),
            "key",
            "secret",
        )),
        Backend::Firestore => backends.with_firestore(FirestoreSettings {
            endpoint: endpoint.to_owned(),
            project: "test".to_owned(),
            database: "(default)".to_owned(),
            token: Arc::new(|| Ok(firestore::TOKEN.to_owned())),
        }),
        _ => {
            let key = BASE64.encode(cosmos::KEY);
            backends.with_cosmos(CosmosSettings::new(endpoint, "test", &key).unwrap())
        }
    }
}

fn store(backend: Backend, endpoint: &str) -> Arc<dyn VersionedStore> {
    backends(backend, endpoint).open(&route(backend)).unwrap()
}

fn write(id: &str, base: u64, body: Option<Value>) -> Write {
    Write { id: id.to_owned(), base, body }
}

/// A mark for each run, since a server may have seen others.
fn mark() -> String {
    format!("{}-{:?}", std::process::id(), std::time::SystemTime::now())
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

async fn does_what_is_asked(backend: Backend, endpoint: &str) {
    let failures = conformance::failures(store(backend, endpoint), &mark()).await;
    assert_eq!(failures, vec![], "{backend}");
}

/// A copy of this process writes; we read, and write on.
async fn is_read_from_another_host(backend: Backend, endpoint: &str) {
    let mark = mark();
    let other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "another_host_writes", "--ignored"])
        .env(HERE, format!("{backend} {endpoint} {mark}"))
        .output()
        .unwrap();
    assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stdout));
    let store = store(backend, endpoint);
    let found = store.read(&mark, "a").await.unwrap().unwrap();
    assert_eq!((found.version, found.body), (2, Some(json!("process"))));
    let late = store.commit(&mark, &[write("a", 1, Some(json!("late")))]).await;
    assert_eq!(late, Err(StoreError::Conflict { id: "a".to_owned() }));
    store.commit(&mark, &[write("a", 2, Some(json!("here")))]).await.unwrap();
    let versions = store.versions(&mark, "a", 0, 10).await.unwrap();
    let bodies: Vec<Option<Value>> = versions.into_iter().map(|version| version.body).collect();
    assert_eq!(bodies, [json!("another"), json!("process"), json!("here")].map(Some));
}

#[tokio::test]
#[ignore = "the other process of the tests below"]
async fn another_host_writes() {
    let Ok(here) = std::env::var(HERE) else { return };
    let words: Vec<&str> = here.split(' ').collect();
    let [backend, endpoint, mark] = words.as_slice() else { panic!("{here}") };
    let store = store(backend.parse().unwrap(), endpoint);
    store.commit(mark, &[write("a", 0, Some(json!("another")))]).await.unwrap();
    store.commit(mark, &[write("a", 1, Some(json!("process")))]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn firestore_does_what_is_asked() {
    let endpoint = server::serve(Arc::new(Firestore::default()));
    does_what_is_asked(Backend::Firestore, &endpoint).await;
    is_read_from_another_host(Backend::Firestore, &endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cosmos_does_what_is_asked() {
    let endpoint = server::serve(Arc::new(Cosmos::default()));
    does_what_is_asked(Backend::CosmosDb, &endpoint).await;
    is_read_from_another_host(Backend::CosmosDb, &endpoint).await;
}

#[cfg(feature = "dynamodb")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server: make emulators says how"]
async fn dynamodb_does_what_is_asked() {
    let endpoint = std::env::var(DYNAMODB).unwrap();
    let backends = backends(Backend::Dynamodb, &endpoint);
    backends.create_table(&route(Backend::Dynamodb)).await.unwrap();
    backends.create_table(&route(Backend::Dynamodb)).await.unwrap();
    does_what_is_asked(Backend::Dynamodb, &endpoint).await;
    is_read_from_another_host(Backend::Dynamodb, &endpoint).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    for backend in [Backend::Firestore, Backend::CosmosDb] {
        // Nothing listens on the port of a listener that is gone.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        for scheme in ["http", "https"] {
            let store = store(backend, &format!("{scheme}://{port}"));
            let read = store.read("p", "a").await;
            assert!(matches!(read, Err(StoreError::Unavailable { .. })), "{backend}: {read:?}");
            let written = store.commit("p", &[write("a", 0, Some(json!(1)))]).await;
            assert!(matches!(written, Err(StoreError::Unavailable { .. })), "{written:?}");
        }
    }
}

#[tokio::test]
async fn without_a_proof_of_who_we_are_nothing_is_read() {
    let endpoint = server::serve(Arc::new(Firestore::default()));
    let backends = Backends::new(&std::env::temp_dir()).with_firestore(FirestoreSettings {
        endpoint,
        project: "test".to_owned(),
        database: "(default)".to_owned(),
        token: Arc::new(|| Ok("somebody".to_owned())),
    });
    let store = backends.open(&route(Backend::Firestore)).unwrap();
    assert!(matches!(store.read("p", "a").await, Err(StoreError::Unavailable { .. })));
    let endpoint = server::serve(Arc::new(Cosmos::default()));
    let settings = CosmosSettings::new(&endpoint, "test", &BASE64.encode(b"another")).unwrap();
    assert!(!format!("{settings:?}").contains("another"));
    let backends = Backends::new(&std::env::temp_dir()).with_cosmos(settings);
    let store = backends.open(&route(Backend::CosmosDb)).unwrap();
    assert!(matches!(store.read("p", "a").await, Err(StoreError::Unavailable { .. })));
    assert!(CosmosSettings::new(&endpoint, "test", "no base64").is_err());
}

#[tokio::test]
async fn a_route_without_settings_is_refused() {
    let backends = Backends::new(&std::env::temp_dir());
    for backend in [Backend::Firestore, Backend::CosmosDb, Backend::Dynamodb] {
        let opened = backends.open(&route(backend)).map(drop);
        assert!(matches!(opened, Err(StoreError::Unavailable { .. })), "{backend}");
    }
}

/// Between a writer's reading and its commit the record goes on to a delete, which takes the row of the very version
/// that the writer is about to write: only the row of the latest version tells that it is late.
fn others_delete(store: &dyn VersionedStore) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let writes = [(1, Some(json!("by"))), (2, Some(json!("others"))), (3, None)];
    runtime.block_on(async {
        for (base, body) in writes {
            store.commit("p", &[write("a", base, body)]).await.unwrap();
        }
    });
}

async fn a_late_writer_loses(store: Arc<dyn VersionedStore>, between: &server::Between) {
    store.commit("p", &[write("a", 0, Some(json!("first")))]).await.unwrap();
    let other = Arc::clone(&store);
    between.set(move || others_delete(&*other));
    let late = store.commit("p", &[write("a", 1, Some(json!("late")))]).await;
    assert_eq!(late, Err(StoreError::Conflict { id: "a".to_owned() }));
    let found = store.read("p", "a").await.unwrap().unwrap();
    assert_eq!((found.version, found.body), (4, None));
}

#[tokio::test]
async fn a_writer_that_is_late_loses_also_after_a_delete() {
    let server = Arc::new(Firestore::default());
    let firestore = store(Backend::Firestore, &server::serve(Arc::clone(&server)));
    a_late_writer_loses(firestore, &server.between).await;
    let server = Arc::new(Cosmos::default());
    let cosmos = store(Backend::CosmosDb, &server::serve(Arc::clone(&server)));
    a_late_writer_loses(cosmos, &server.between).await;
}

/// A delete that could not remove the rows before it hides them all the same, and the next write removes them.
#[tokio::test]
async fn what_a_delete_left_behind_goes_with_the_next_write() {
    let server = Arc::new(Firestore::default());
    let store = store(Backend::Firestore, &server::serve(Arc::clone(&server)));
    for base in 0..3 {
        store.commit("p", &[write("a", base, Some(json!(base)))]).await.unwrap();
    }
    assert_eq!(server.count(), 4);
    server.keeps_rows.store(true, Ordering::SeqCst);
    let deleted = store.commit("p", &[write("a", 3, None)]).await;
    assert!(matches!(deleted, Err(StoreError::Unavailable { .. })), "{deleted:?}");
    assert_eq!(server.count(), 5);
    assert_eq!(store.read_version("p", "a", 2).await, Ok(None));
    assert_eq!(store.versions("p", "a", 0, 10).await.unwrap().len(), 1);
    // As long as they cannot be removed, nothing else is written to the record.
    let again = store.commit("p", &[write("a", 4, Some(json!("again")))]).await;
    assert!(matches!(again, Err(StoreError::Unavailable { .. })), "{again:?}");
    server.keeps_rows.store(false, Ordering::SeqCst);
    store.commit("p", &[write("a", 4, Some(json!("again")))]).await.unwrap();
    // The latest one, the delete, and what was written again.
    assert_eq!(server.count(), 3);
}
