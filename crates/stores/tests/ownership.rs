//! Records belong to people, not to runs.
use crate::support::{ADA, RUN, flow, note, stores_with, text};
use contract_embed::ResourceKind;
use contract_stores::{NoteFilter, Run, Table};
use serde_json::json;

#[tokio::test]
async fn a_record_outlives_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let author = json!({"created_by": "agent", "agent_id": "gardener", "run_id": RUN});
    let (note, flow) = {
        let (stores, _) = stores_with(folder.path(), ResourceKind::ALL);
        let run = Run { who: &ADA, project_id: "garden", run_id: RUN };
        stores.blackboard().write(run, ("k", &json!(1)), 0, &author, None).await.unwrap();
        let note = stores.notes().create(&ADA, &note("n"), &author, None).await.unwrap().record;
        (note, stores.tabular(Table::Flows).create(&ADA, &flow("f"), None).await.unwrap().record)
    };
    // Run and process are over.
    let (stores, _) = stores_with(folder.path(), ResourceKind::ALL);
    assert_eq!(stores.notes().get(&ADA, text(&note, "note_id")).await.unwrap(), note);
    assert_eq!(note["user_id"], "ada");
    assert_eq!(
        stores.notes().list(&ADA, &NoteFilter::default(), None, 9).await.unwrap().items,
        [note]
    );
    let read = stores.tabular(Table::Flows).read(&ADA, text(&flow, "id"), None).await.unwrap();
    assert_eq!(read, flow);
}
