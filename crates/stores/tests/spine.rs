//! The spine: in order, nothing twice, nothing lost, and no way to change a record.
use std::collections::BTreeSet;

use crate::support::{ADA, RUN, event, stores, text};
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

/// An event of a type, with what its type demands of the payload.
fn typed(kind: SpineEventType) -> serde_json::Value {
    let mut event = event(kind.as_str());
    event["payload"] = match kind {
        SpineEventType::Safety => {
            json!({"decision": "deny", "justification": "the gate for outbound calls refused it"})
        }
        SpineEventType::Budget => json!({"line_id": RUN}),
        _ => json!({}),
    };
    event
}

#[tokio::test]
async fn every_type_of_event_is_on_the_one_spine() {
    let (_folder, stores, _) = stores();
    let words: Vec<&str> = SpineEventType::ALL.iter().map(|kind| kind.as_str()).collect();
    for word in ["analytics", "audit", "safety", "rl", "rlha", "tuning", "budget", "strategy_lock"]
    {
        assert!(words.contains(&word), "{word}");
    }
    for kind in SpineEventType::ALL.iter().copied() {
        stores.spine().append(Emitter::Identity(&ADA), &typed(kind)).await.unwrap();
    }
    let all = SpineFilter::default();
    let heard = stores.spine().list(Mode::Lab, "acme", &all, None, 100).await.unwrap().items;
    let types: Vec<&str> = heard.iter().map(|event| text(event, "event_type")).collect();
    assert_eq!(types, words);
    for kind in SpineEventType::ALL.iter().copied() {
        let filter = SpineFilter { event_type: Some(kind), ..SpineFilter::default() };
        let found = stores.spine().list(Mode::Lab, "acme", &filter, None, 100).await.unwrap().items;
        assert_eq!(found.len(), 1, "{kind}");
    }
}

#[tokio::test]
async fn an_event_lacks_none_of_its_fields() {
    let (_folder, stores, _) = stores();
    let spine = stores.spine();
    let first = spine.append(Emitter::Identity(&ADA), &event("analytics")).await.unwrap();
    let mut whole = event("analytics");
    whole["project_id"] = json!("garden");
    whole["parent_event_id"] = first["event_id"].clone();
    whole["causality"] =
        json!({"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"});
    let record = spine.append(Emitter::Identity(&ADA), &whole).await.unwrap();
    let fields = [
        "event_id",
        "tenant_id",
        "mode",
        "user_id",
        "surface_id",
        "project_id",
        "run_id",
        "step_id",
        "parent_event_id",
        "timestamp",
        "event_type",
        "source",
        "payload",
        "causality",
        "route",
    ];
    let there: BTreeSet<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(there, BTreeSet::from(fields));
    assert_eq!(spine.get(Mode::Lab, "acme", text(&whole, "event_id")).await.unwrap(), record);
    for field in ["event_id", "run_id", "step_id", "timestamp", "event_type", "source", "payload"] {
        let mut event = event("analytics");
        event.as_object_mut().unwrap().shift_remove(field);
        let refused = spine.append(Emitter::Identity(&ADA), &event).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{field}: {refused:?}");
    }
    // What a user does has the user and the surface.
    let mut of_nobody = event("analytics");
    of_nobody["source"] = json!("ui");
    of_nobody.as_object_mut().unwrap().shift_remove("surface_id");
    let refused = spine.append(Emitter::Identity(&ADA), &of_nobody).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn sources_are_those_of_the_contracts() {
    let (_folder, stores, _) = stores();
    for (source, is_one) in [
        ("ui", true),
        ("agent", true),
        ("connector", true),
        ("tool", true),
        ("stdout", false),
        ("robot", false),
        ("", false),
    ] {
        let mut event = event("analytics");
        event["source"] = json!(source);
        let answer = stores.spine().append(Emitter::Identity(&ADA), &event).await;
        assert_eq!(answer.is_ok(), is_one, "{source}: {answer:?}");
    }
}
