//! Without a route nothing is kept and nothing is read, whatever the operation.
use crate::support::{ADA, RUN, by_user, event, flow, note, stores_with};
use contract_embed::{Band, Mode, ResourceKind};
use contract_stores::{
    Emitter, Entry, EntryKind, Error, MemoryWrite, NoteFilter, Run, Session, SpineFilter, Table,
};
use serde_json::json;

fn names<T: std::fmt::Debug>(result: Result<T, Error>, kind: ResourceKind) {
    match result {
        Err(Error::Missing(missing)) => {
            assert_eq!(missing.kind, kind);
            assert!(missing.to_string().contains(kind.as_str()));
        }
        other => panic!("{kind}: {other:?}"),
    }
}

#[tokio::test]
async fn without_a_backend_saving_and_loading_fail() {
    use ResourceKind as Kind;
    for kind in ResourceKind::ALL.iter().copied() {
        let folder = tempfile::tempdir().unwrap();
        let others: Vec<Kind> = Kind::ALL.iter().copied().filter(|other| *other != kind).collect();
        let (stores, _) = stores_with(folder.path(), &others);
        let session = Session { who: &ADA, id: "s" };
        let run = Run { who: &ADA, project_id: "p", run_id: RUN };
        let value = json!(1);
        match kind {
            Kind::EventSpine => {
                let emitter = Emitter::Identity(&ADA);
                names(stores.spine().append(emitter, &event("audit")).await, kind);
                let filter = SpineFilter::default();
                names(stores.spine().list(Mode::Lab, "acme", &filter, None, 1).await, kind);
                names(stores.spine().get(Mode::Lab, "acme", "x").await, kind);
                let entry = entry(EntryKind::Grant, "1");
                names(stores.budget().add(&ADA, entry).await, kind);
            }
            Kind::MemoryStore => {
                let write = MemoryWrite {
                    value: &value,
                    band: Band::Green,
                    ttl_seconds: None,
                    base: 0,
                    idempotency_key: None,
                };
                names(stores.memory().set(session, "k", write).await, kind);
                names(stores.memory().get(session, "k").await, kind);
                names(stores.memory().delete(session, "k", 1).await, kind);
            }
            Kind::BlackboardStore => {
                let board = stores.blackboard();
                names(board.write(run, ("k", &value), 0, &by_user(), None).await, kind);
                names(board.read(run, "k", None).await, kind);
                names(board.list(run, None, 1).await, kind);
            }
            Kind::NotesStore => {
                let notes = stores.notes();
                names(notes.create(&ADA, &note("n"), &by_user(), None).await, kind);
                names(notes.get(&ADA, "x").await, kind);
                names(notes.list(&ADA, &NoteFilter::default(), None, 1).await, kind);
                names(notes.delete(&ADA, "x", 1).await, kind);
            }
            Kind::BudgetStore => {
                names(stores.budget().add(&ADA, entry(EntryKind::Charge, "1")).await, kind);
                names(stores.budget().balance(&ADA, "EUR").await, kind);
            }
            Kind::FlowStore | Kind::GraphStore | Kind::OverlayStore => {
                let table = match kind {
                    Kind::FlowStore => Table::Flows,
                    Kind::GraphStore => Table::Graphs,
                    _ => Table::Overlays,
                };
                let tabular = stores.tabular(table);
                names(tabular.read(&ADA, "x", None).await, kind);
                names(tabular.list(&ADA, (None, None), None, 1).await, kind);
                names(tabular.create(&ADA, &flow("f"), None).await, kind);
                names(tabular.save(&ADA, "x", &flow("f"), 1).await, kind);
                names(tabular.delete(&ADA, "x", 1).await, kind);
            }
            Kind::StrategyLockStore => {
                names(stores.locks().read(&ADA, "x", None).await, kind);
            }
            // No face is over these.
            Kind::AnalyticsStore | Kind::SeoConfigStore => {
                names(stores.routed().place(kind, Mode::Lab, "acme"), kind);
            }
        }
    }
}

fn entry(kind: EntryKind<'static>, amount: &'static str) -> Entry<'static> {
    let (resource, quantity) = ("tokens", 10);
    Entry { kind, resource, quantity, amount, currency: "EUR", at: (RUN, "one") }
}

#[tokio::test]
async fn a_file_database_is_for_lab_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (stores, _) = stores_with(folder.path(), ResourceKind::ALL);
    for mode in [Mode::Saas, Mode::Enterprise, Mode::System] {
        names(
            stores.routed().place(ResourceKind::NotesStore, mode, "acme"),
            ResourceKind::NotesStore,
        );
    }
}
