//! The spine: in order, nothing twice, nothing lost, and no way to change a record.
use std::collections::BTreeSet;

use crate::support::{ADA, event, stores, text};
use contract_embed::{Mode, SpineEventType};
use contract_stores::{Emitter, Error, SpineFilter};
use serde_json::json;

#[tokio::test]
async fn what_is_appended_is_replayed_in_order() {
    let (_folder, stores, _) = stores();
    let mut appended = Vec::new();
    for n in 0..25 {
        let kind = if n % 5 == 0 { "audit" } else { "analytics" };
        let record = stores.spine().append(Emitter::Identity(&ADA), &event(kind)).await.unwrap();
        assert_eq!((text(&record, "user_id"), text(&record, "route")), ("ada", "event_spine"));
        appended.push(record);
    }
    let (mut heard, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let filter = SpineFilter::default();
        let page =
            stores.spine().list(Mode::Lab, "acme", &filter, cursor.as_deref(), 4).await.unwrap();
        heard.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(heard, appended);
    let filter = SpineFilter { event_type: Some(SpineEventType::Audit), ..SpineFilter::default() };
    let audits = stores.spine().list(Mode::Lab, "acme", &filter, None, 3).await.unwrap();
    assert_eq!(audits.items.len(), 3);
    let rest =
        stores.spine().list(Mode::Lab, "acme", &filter, audits.next_cursor.as_deref(), 3).await;
    assert_eq!(rest.unwrap().items.len(), 2);
    let found =
        stores.spine().get(Mode::Lab, "acme", text(&appended[7], "event_id")).await.unwrap();
    assert_eq!(found, appended[7]);
    assert!(stores.spine().list(Mode::Lab, "acme", &filter, Some("x"), 3).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_lose_and_double_nothing() {
    let (_folder, stores, _) = stores();
    let writers = (0..8).map(|_| {
        let stores = stores.clone();
        tokio::spawn(async move {
            let mut ids = Vec::new();
            for _ in 0..10 {
                let event = event("analytics");
                stores.spine().append(Emitter::Identity(&ADA), &event).await.unwrap();
                ids.push(text(&event, "event_id").to_owned());
            }
            ids
        })
    });
    let mut written = BTreeSet::new();
    for writer in writers.collect::<Vec<_>>() {
        written.extend(writer.await.unwrap());
    }
    let filter = SpineFilter::default();
    let heard = stores.spine().list(Mode::Lab, "acme", &filter, None, 200).await.unwrap().items;
    let heard: Vec<String> = heard.iter().map(|e| text(e, "event_id").to_owned()).collect();
    assert_eq!(heard.len(), 80);
    assert_eq!(heard.into_iter().collect::<BTreeSet<_>>(), written);
}

#[tokio::test]
async fn an_event_is_once_on_the_spine_and_says_what_the_server_knows() {
    let (_folder, stores, _) = stores();
    let mut forged = event("analytics");
    forged["user_id"] = json!("eve");
    forged["tenant_id"] = json!("other");
    let record = stores.spine().append(Emitter::Identity(&ADA), &forged).await.unwrap();
    assert_eq!((text(&record, "user_id"), text(&record, "tenant_id")), ("ada", "acme"));
    let again = stores.spine().append(Emitter::Identity(&ADA), &forged).await;
    assert!(matches!(again, Err(Error::Exists { .. })), "{again:?}");
    let runtime = Emitter::Runtime { tenant: "acme", mode: Mode::Lab };
    let mut own = event("lifecycle");
    own["source"] = json!("system");
    own["user_id"] = json!("eve");
    let own = stores.spine().append(runtime, &own).await.unwrap();
    assert!(own.get("user_id").is_none());
    // A safety record without its decision, a type that nobody knows, and no object at all.
    for bad in [event("safety"), event("gossip"), json!(7)] {
        let refused = stores.spine().append(Emitter::Identity(&ADA), &bad).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}
