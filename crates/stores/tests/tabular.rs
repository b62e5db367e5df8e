//! Flows, graphs, overlays and strategy locks: every save adds a version, and every read asks the store.
use crate::support::{ADA, RUN, flow, stores, stores_with, text};
use contract_embed::{Mode, ResourceKind};
use contract_stores::{Error, LockChange, SpineFilter, Table};
use serde_json::json;

#[tokio::test]
async fn reads_give_the_latest_version() {
    let (_folder, stores, _) = stores();
    let graph = json!({"name": "g", "json_blob": {"nodes": [], "edges": []}});
    let overlay = json!({"name": "o", "kind": "lens", "json_blob": {}});
    for (table, body) in
        [(Table::Flows, flow("f")), (Table::Graphs, graph), (Table::Overlays, overlay)]
    {
        let tabular = stores.tabular(table);
        let first = tabular.create(&ADA, &body, None).await.unwrap().record;
        let id = text(&first, "id");
        let mut next = body.clone();
        next["name"] = json!("renamed");
        let second = tabular.save(&ADA, id, &next, 1).await.unwrap();
        assert_eq!((second["version"].as_u64(), text(&second, "name")), (Some(2), "renamed"));
        assert_eq!(tabular.read(&ADA, id, None).await.unwrap(), second);
        let late = tabular.save(&ADA, id, &body, 1).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
        let page = tabular.list(&ADA, (None, None), None, 10).await.unwrap();
        assert_eq!(page.items, [second]);
        let none = tabular.list(&ADA, (Some("mail"), None), None, 10).await.unwrap();
        assert!(none.items.is_empty());
    }
}

#[tokio::test]
async fn a_named_version_is_given() {
    let (_folder, stores, _) = stores();
    let flows = stores.tabular(Table::Flows);
    let first = flows.create(&ADA, &flow("f"), None).await.unwrap().record;
    let id = text(&first, "id");
    for base in 1..5 {
        flows.save(&ADA, id, &flow(&format!("f{base}")), base).await.unwrap();
    }
    assert_eq!(flows.read(&ADA, id, Some(1)).await.unwrap(), first);
    assert_eq!(text(&flows.read(&ADA, id, Some(4)).await.unwrap(), "name"), "f3");
    for none in [0, 6] {
        assert!(matches!(flows.read(&ADA, id, Some(none)).await, Err(Error::NotFound { .. })));
    }
    flows.delete(&ADA, id, 5).await.unwrap();
    for gone in [None, Some(1), Some(5)] {
        assert!(
            matches!(flows.read(&ADA, id, gone).await, Err(Error::NotFound { .. })),
            "{gone:?}"
        );
    }
}

/// Two faces over one store, as two parts of a runtime have them.
#[tokio::test]
async fn a_cache_never_outlives_the_store() {
    let (_folder, one, _) = stores();
    let other = one.clone();
    let (here, there) = (one.tabular(Table::Flows), other.tabular(Table::Flows));
    let first = here.create(&ADA, &flow("f"), None).await.unwrap().record;
    let id = text(&first, "id");
    assert_eq!(there.read(&ADA, id, None).await.unwrap(), first);
    let second = there.save(&ADA, id, &flow("g"), 1).await.unwrap();
    assert_eq!(here.read(&ADA, id, None).await.unwrap(), second);
    there.delete(&ADA, id, 2).await.unwrap();
    assert!(here.read(&ADA, id, None).await.is_err());
    assert!(here.read(&ADA, id, Some(1)).await.is_err());
}

fn change(is_locked: bool) -> LockChange<'static> {
    LockChange {
        strategy: "sow-early",
        is_locked,
        reason: "frost is forecast for the whole week",
        approval_id: None,
        settings: &serde_json::Value::Null,
        at: (RUN, "one"),
    }
}

#[tokio::test]
async fn strategy_locks_are_added_to_and_are_on_the_spine() {
    let (_folder, stores, _) = stores();
    let settings = json!({"depth": 2});
    let locked = LockChange { settings: &settings, ..change(true) };
    let first = stores.locks().change(&ADA, locked.clone()).await.unwrap();
    // Unlocking needs an approval.
    let unlock = LockChange { is_locked: false, ..locked };
    assert!(matches!(stores.locks().change(&ADA, unlock.clone()).await, Err(Error::Invalid(_))));
    let approved = LockChange { approval_id: Some(RUN), ..unlock };
    let second = stores.locks().change(&ADA, approved).await.unwrap();
    assert_eq!(second["version"].as_u64(), Some(2));
    assert_eq!(stores.locks().read(&ADA, "sow-early", None).await.unwrap(), second);
    assert_eq!(stores.locks().read(&ADA, "sow-early", Some(1)).await.unwrap(), first);
    let filter = SpineFilter::default();
    let spine = stores.spine().list(Mode::Lab, "acme", &filter, None, 10).await.unwrap().items;
    let ids: Vec<&str> = spine.iter().map(|record| text(record, "event_id")).collect();
    assert_eq!(ids, [text(&first, "spine_event_id"), text(&second, "spine_event_id")]);
}

#[tokio::test]
async fn without_a_spine_nothing_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let kinds = [ResourceKind::StrategyLockStore];
    let (stores, _) = stores_with(folder.path(), &kinds);
    let settings = json!({});
    let locked = LockChange { settings: &settings, ..change(true) };
    assert!(matches!(stores.locks().change(&ADA, locked).await, Err(Error::Missing(_))));
    assert!(stores.locks().read(&ADA, "sow-early", None).await.is_err());
}
