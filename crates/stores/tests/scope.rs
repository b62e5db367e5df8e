//! Whose records are: each says it in the fields of its contract, and where it came from.
use std::collections::BTreeSet;

use crate::support::{ADA, RUN, flow, note, stores, text};
use contract_embed::{Band, Mode};
use contract_routing::identity::Identity;
use contract_stores::{
    Entry, EntryKind, Error, LockChange, MemoryWrite, Run, Session, SpineFilter, Stores, Table,
};
use serde_json::{Value, json};

fn agent() -> Value {
    json!({"created_by": "agent", "agent_id": "gardener", "run_id": RUN})
}

fn ada() -> Identity {
    Identity::of_server("acme", Mode::Lab, "ada", "chat", Some("garden")).unwrap()
}

/// A record of every kind that a user owns.
async fn all(stores: &Stores, who: &Identity) -> Vec<Value> {
    let provenance = json!({"run_id": RUN, "thread_id": RUN});
    let mut flow = flow("f");
    flow["provenance"] = provenance.clone();
    let graph =
        json!({"name": "g", "json_blob": {"nodes": [], "edges": []}, "provenance": provenance});
    let overlay = json!({"name": "o", "kind": "lens", "json_blob": {}, "provenance": provenance});
    let mut records = Vec::new();
    for (table, body) in [(Table::Flows, flow), (Table::Graphs, graph), (Table::Overlays, overlay)]
    {
        records.push(stores.tabular(table).create(who, &body, None).await.unwrap().record);
    }
    let change = LockChange {
        strategy: "sow-early",
        is_locked: true,
        reason: "frost is forecast for the whole week",
        approval_id: None,
        settings: &json!({}),
        at: (RUN, "one"),
    };
    records.push(stores.locks().change(who, change).await.unwrap());
    let grant = Entry {
        kind: EntryKind::Grant,
        resource: "tokens",
        quantity: 1,
        amount: "1",
        currency: "EUR",
        at: (RUN, "one"),
    };
    records.push(stores.budget().add(who, grant).await.unwrap());
    let write = MemoryWrite {
        value: &json!(1),
        band: Band::Green,
        ttl_seconds: None,
        base: 0,
        idempotency_key: None,
    };
    let session = Session { who, id: "s-1" };
    records.push(stores.memory().set(session, "k", write).await.unwrap().record);
    records
}

#[tokio::test]
async fn every_record_says_whose_it_is() {
    let (_folder, stores, _) = stores();
    let who = ada();
    let scope = json!({"tenant_id": "acme", "mode": "lab", "user_id": "ada", "surface_id": "chat", "project_id": "garden"});
    for record in all(&stores, &who).await {
        assert_eq!(record["scope"], scope, "{record}");
    }
    let note = stores.notes().create(&who, &note("n"), &agent(), None).await.unwrap().record;
    for key in ["tenant_id", "mode", "user_id", "surface_id"] {
        assert_eq!(note[key], scope[key], "{key}");
    }
    let run = Run { who: &who, project_id: "garden", run_id: RUN };
    let board = stores.blackboard();
    let entry = board.write(run, ("k", &json!(1)), 0, &agent(), None).await.unwrap().record;
    for key in ["tenant_id", "mode", "project_id"] {
        assert_eq!(entry[key], scope[key], "{key}");
    }
    // What is on the spine says it, too.
    let filter = SpineFilter::default();
    let heard = stores.spine().list(Mode::Lab, "acme", &filter, None, 10).await.unwrap().items;
    assert_eq!(heard.len(), 2);
    for record in &heard {
        for key in ["tenant_id", "mode", "user_id", "surface_id"] {
            assert_eq!(record[key], scope[key], "{key} of {record}");
        }
        assert_eq!(record["run_id"], RUN);
    }
}

#[tokio::test]
async fn what_a_run_wrote_names_the_run() {
    let (_folder, stores, _) = stores();
    let who = ada();
    let records = all(&stores, &who).await;
    for record in &records[..3] {
        assert_eq!(
            (text(&record["provenance"], "run_id"), text(&record["provenance"], "thread_id")),
            (RUN, RUN)
        );
    }
    assert_eq!(text(&records[4], "run_id"), RUN);
    let written = stores.notes().create(&who, &note("n"), &agent(), None).await.unwrap().record;
    assert_eq!(text(&written["source"], "run_id"), RUN);
    // An agent that does not say in which run it is writes nothing.
    let of_nobody = json!({"created_by": "agent", "agent_id": "gardener"});
    let refused = stores.notes().create(&who, &note("n"), &of_nobody, None).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let run = Run { who: &who, project_id: "garden", run_id: RUN };
    let board = stores.blackboard();
    let entry = board.write(run, ("k", &json!(1)), 0, &agent(), None).await.unwrap().record;
    assert_eq!((text(&entry, "run_id"), text(&entry["written_by"], "run_id")), (RUN, RUN));
}

fn keys(record: &Value) -> BTreeSet<&str> {
    record.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_note_has_the_fields_of_its_model() {
    let (_folder, stores, _) = stores();
    let mut body = note("Seeds");
    body["project_id"] = json!("garden");
    let note = stores.notes().create(&ada(), &body, &agent(), None).await.unwrap().record;
    let fields = [
        "note_id",
        "tenant_id",
        "mode",
        "user_id",
        "surface_id",
        "project_id",
        "title",
        "content_format",
        "content",
        "tags",
        "source",
        "version",
        "timestamps",
    ];
    assert_eq!(keys(&note), BTreeSet::from(fields));
    assert_eq!(keys(&note["source"]), BTreeSet::from(["created_by", "agent_id", "run_id"]));
    assert_eq!(keys(&note["timestamps"]), BTreeSet::from(["created_at", "updated_at"]));
}

#[tokio::test]
async fn a_tabular_record_has_its_six_fields() {
    let (_folder, stores, _) = stores();
    for record in &all(&stores, &ADA).await[..4] {
        for key in ["id", "scope", "json_blob", "version", "created_at", "updated_at"] {
            assert!(record.get(key).is_some(), "{key} of {record}");
        }
    }
}

/// The server says whose a record is; a body that says something else does not decide it.
#[tokio::test]
async fn a_body_does_not_say_whose_it_is() {
    let (_folder, stores, _) = stores();
    let mut forged = note("n");
    for (key, value) in [("tenant_id", "other"), ("mode", "saas"), ("user_id", "eve")] {
        forged[key] = json!(value);
    }
    forged["note_id"] = json!("62f746b4-84e6-4ceb-95bd-447e7184d454");
    let notes = stores.notes();
    let first = notes.create(&ADA, &forged, &agent(), None).await.unwrap().record;
    assert_ne!(first["note_id"], forged["note_id"]);
    let id = text(&first, "note_id");
    let (_, second) = notes.replace(&ADA, id, &forged, &agent(), 1).await.unwrap();
    for note in [&first, &second] {
        assert_eq!(
            (text(note, "tenant_id"), text(note, "mode"), text(note, "user_id")),
            ("acme", "lab", "ada")
        );
        assert_eq!(text(note, "note_id"), id);
    }
    let mut forged = flow("f");
    forged["scope"] =
        json!({"tenant_id": "other", "mode": "lab", "user_id": "eve", "surface_id": "chat"});
    forged["id"] = json!(RUN);
    let flows = stores.tabular(Table::Flows);
    let first = flows.create(&ADA, &forged, None).await.unwrap().record;
    let id = text(&first, "id");
    assert_ne!(id, RUN);
    let second = flows.save(&ADA, id, &forged, 1).await.unwrap();
    for flow in [&first, &second] {
        assert_eq!((&flow["scope"], text(flow, "id")), (&ADA.scope(), id));
    }
}
