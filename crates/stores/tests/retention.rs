//! What stays, and what goes: only a delete, or a time to live that somebody has set, takes anything away.
use crate::support::{ADA, RUN, by_user, flow, note, stores, text};
use contract_embed::Band;
use contract_stores::{Error, MemoryWrite, Run, Session, Table};
use serde_json::{Value, json};

const CENTURY: i64 = 60 * 60 * 24 * 365 * 100;

fn write(value: &Value, ttl_seconds: Option<u64>, base: u64) -> MemoryWrite<'_> {
    MemoryWrite { value, band: Band::Green, ttl_seconds, base, idempotency_key: None }
}

#[tokio::test]
async fn nothing_goes_without_a_delete() {
    let (_folder, stores, time) = stores();
    let session = Session { who: &ADA, id: "s-1" };
    let run = Run { who: &ADA, project_id: "garden", run_id: RUN };
    let (one, flows) = (json!(1), stores.tabular(Table::Flows));
    stores.memory().set(session, "k", write(&one, None, 0)).await.unwrap();
    stores.blackboard().write(run, ("k", &one), 0, &by_user(), None).await.unwrap();
    let note = stores.notes().create(&ADA, &note("n"), &by_user(), None).await.unwrap().record;
    let flow = flows.create(&ADA, &flow("f"), None).await.unwrap().record;
    time.pass(CENTURY);
    assert_eq!(stores.memory().get(session, "k").await.unwrap()["value"], 1);
    assert_eq!(stores.blackboard().read(run, "k", None).await.unwrap()["value"], 1);
    assert!(stores.notes().get(&ADA, text(&note, "note_id")).await.is_ok());
    assert!(flows.read(&ADA, text(&flow, "id"), None).await.is_ok());
    stores.memory().delete(session, "k", 1).await.unwrap();
    assert!(matches!(stores.memory().get(session, "k").await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn session_memory_expires_as_configured() {
    let (_folder, stores, time) = stores();
    let (session, memory) = (Session { who: &ADA, id: "s-1" }, stores.memory());
    let (one, two) = (json!(1), json!(2));
    let entry = memory.set(session, "k", write(&one, Some(60), 0)).await.unwrap().record;
    assert_eq!((entry["ttl_seconds"].as_u64(), entry["version"].as_u64()), (Some(60), Some(1)));
    time.pass(59);
    assert_eq!(memory.get(session, "k").await.unwrap(), entry);
    time.pass(1);
    assert!(matches!(memory.get(session, "k").await, Err(Error::NotFound { .. })));
    assert!(matches!(memory.delete(session, "k", 1).await, Err(Error::NotFound { .. })));
    // The key is new again; its versions go on.
    let again = memory.set(session, "k", write(&two, None, 0)).await.unwrap().record;
    assert_eq!(again["version"].as_u64(), Some(2));
    time.pass(CENTURY);
    assert_eq!(memory.get(session, "k").await.unwrap()["value"], 2);
    assert!(matches!(
        memory.set(session, "k", write(&one, None, 0)).await,
        Err(Error::Conflict { .. })
    ));
    assert!(memory.set(session, "k", write(&one, Some(u64::MAX), 2)).await.is_err());
    assert!(matches!(
        memory.set(session, "k", write(&one, Some(0), 2)).await,
        Err(Error::Invalid(_))
    ));
    // What was deleted is new as well.
    memory.delete(session, "k", 2).await.unwrap();
    assert_eq!(memory.set(session, "k", write(&one, None, 0)).await.unwrap().record["version"], 4);
}
