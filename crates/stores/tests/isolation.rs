//! Nobody reads or changes what is somebody else's: another tenant, another user, another run, another session.
use crate::support::{ADA, RUN, by_user, event, flow, note, person, stores, text};
use contract_embed::{Band, Mode};
use contract_routing::identity::Identity;
use contract_stores::{Emitter, MemoryWrite, NoteFilter, Run, Session, SpineFilter, Table};
use serde_json::json;

#[tokio::test]
async fn a_space_never_reads_another() {
    let (_folder, stores, _) = stores();
    let note = stores.notes().create(&ADA, &note("Seeds"), &by_user(), None).await.unwrap().record;
    let flow = stores.tabular(Table::Flows).create(&ADA, &flow("f"), None).await.unwrap().record;
    let session = Session { who: &ADA, id: "s-1" };
    let write = MemoryWrite {
        value: &json!("secret"),
        band: Band::Red,
        ttl_seconds: None,
        base: 0,
        idempotency_key: None,
    };
    stores.memory().set(session, "k", write.clone()).await.unwrap();
    let run = Run { who: &ADA, project_id: "garden", run_id: RUN };
    let board = stores.blackboard();
    board.write(run, ("k", &json!(1)), 0, &by_user(), None).await.unwrap();
    let spoken = event("analytics");
    stores.spine().append(Emitter::Identity(&ADA), &spoken).await.unwrap();

    // The tenant is another; the user, too; a tenant whose name begins like the first; the project of a session.
    let others = [
        person("acme", "bob"),
        person("acme2", "ada"),
        person("acme-ada", "ada"),
        Identity::of_server("acme", Mode::Lab, "ada", "chat", Some("other")).unwrap(),
    ];
    for (number, other) in others.iter().enumerate() {
        let is_same_user = number == 3;
        let id = text(&note, "note_id");
        assert_eq!(stores.notes().get(other, id).await.is_ok(), is_same_user);
        let all = stores.notes().list(other, &NoteFilter::default(), None, 10).await.unwrap();
        assert_eq!(all.items.len(), usize::from(is_same_user));
        let flows = stores.tabular(Table::Flows);
        assert_eq!(flows.read(other, text(&flow, "id"), None).await.is_ok(), is_same_user);
        let theirs = Session { who: other, id: "s-1" };
        assert!(stores.memory().get(theirs, "k").await.is_err());
        assert!(stores.memory().set(theirs, "k", write.clone()).await.is_ok());
    }
    assert!(stores.memory().get(Session { who: &ADA, id: "s-2" }, "k").await.is_err());
    let (bob, stranger) = (person("acme", "bob"), person("acme2", "ada"));
    // A run is shared within a tenant, and with nobody else.
    assert!(board.read(Run { who: &bob, ..run }, "k", None).await.is_ok());
    assert!(board.read(Run { who: &stranger, ..run }, "k", None).await.is_err());
    assert!(board.read(Run { project_id: "house", ..run }, "k", None).await.is_err());
    let id = text(&spoken, "event_id");
    assert!(stores.spine().get(Mode::Lab, "acme", id).await.is_ok());
    assert!(stores.spine().get(Mode::Lab, "acme2", id).await.is_err());
    let heard = stores.spine().list(Mode::Lab, "acme2", &SpineFilter::default(), None, 10).await;
    assert_eq!(heard.unwrap().items.len(), 0);
}
