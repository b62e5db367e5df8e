//! Notes: whose they are, how they change, and that only a delete takes one away.
use crate::support::{ADA, by_user, note, person, stores, text};
use contract_stores::{Error, NoteFilter};
use serde_json::json;

#[tokio::test]
async fn a_note_stays_until_it_is_deleted() {
    let (_folder, stores, time) = stores();
    let written = stores.notes().create(&ADA, &note("Seeds"), &by_user(), None).await.unwrap();
    let id = text(&written.record, "note_id").to_owned();
    time.pass(60 * 60 * 24 * 365 * 30);
    assert_eq!(stores.notes().get(&ADA, &id).await.unwrap(), written.record);
    assert!(matches!(stores.notes().delete(&ADA, &id, 2).await, Err(Error::Conflict { .. })));
    assert_eq!(stores.notes().get(&ADA, &id).await.unwrap(), written.record);
    stores.notes().delete(&ADA, &id, 1).await.unwrap();
    assert!(matches!(stores.notes().get(&ADA, &id).await, Err(Error::NotFound { .. })));
    assert!(matches!(stores.notes().delete(&ADA, &id, 1).await, Err(Error::NotFound { .. })));
    let page = stores.notes().list(&ADA, &NoteFilter::default(), None, 10).await.unwrap();
    assert_eq!(page.items, Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn a_note_is_replaced_by_whoever_read_its_latest_version() {
    let (_folder, stores, time) = stores();
    let first = stores.notes().create(&ADA, &note("Seeds"), &by_user(), None).await.unwrap().record;
    let id = text(&first, "note_id").to_owned();
    time.pass(60);
    let body = json!({"title": "Bulbs", "content_format": "json", "content": [1], "tags": []});
    let (before, after) = stores.notes().replace(&ADA, &id, &body, &by_user(), 1).await.unwrap();
    assert_eq!(before, first);
    assert_eq!((after["version"].as_u64(), text(&after, "title")), (Some(2), "Bulbs"));
    assert_eq!(text(&after, "surface_id"), "chat");
    assert_eq!(after["timestamps"]["created_at"], first["timestamps"]["created_at"]);
    assert_ne!(after["timestamps"]["updated_at"], first["timestamps"]["updated_at"]);
    let late = stores.notes().replace(&ADA, &id, &body, &by_user(), 1).await;
    assert!(matches!(late, Err(Error::Conflict { base: 1, .. })), "{late:?}");
    let wrong = json!({"title": "", "content_format": "text", "content": "x", "tags": []});
    let wrong = stores.notes().replace(&ADA, &id, &wrong, &by_user(), 2).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
}

#[tokio::test]
async fn one_idempotency_key_is_one_note() {
    let (_folder, stores, _) = stores();
    let notes = stores.notes();
    let first = notes.create(&ADA, &note("Seeds"), &by_user(), Some("key-0001")).await.unwrap();
    let again = notes.create(&ADA, &note("Seeds"), &by_user(), Some("key-0001")).await.unwrap();
    assert_eq!((first.is_repeated, again.is_repeated), (false, true));
    assert_eq!(first.record, again.record);
    let other = notes.create(&ADA, &note("Bulbs"), &by_user(), Some("key-0001")).await;
    assert_eq!(other.unwrap_err(), Error::OtherRequest);
    // Somebody else's key is another.
    let bob = person("acme", "bob");
    let theirs = notes.create(&bob, &note("Seeds"), &by_user(), Some("key-0001")).await.unwrap();
    assert!(!theirs.is_repeated);
    assert_eq!(notes.list(&ADA, &NoteFilter::default(), None, 10).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn lists_are_by_time_and_page_by_page() {
    let (_folder, stores, time) = stores();
    let notes = stores.notes();
    for n in 0..23 {
        let mut body = note(&format!("note {n}"));
        body["tags"] = json!([if n % 2 == 0 { "even" } else { "odd" }]);
        notes.create(&ADA, &body, &by_user(), None).await.unwrap();
        time.pass(n % 3);
    }
    let mut titles = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = notes.list(&ADA, &NoteFilter::default(), cursor.as_deref(), 5).await.unwrap();
        titles.extend(page.items.iter().map(|note| text(note, "title").to_owned()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let mut sorted = titles.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((titles.len(), sorted.len()), (23, 23));
    // The last two are of one second.
    let mut last = titles[..2].to_vec();
    last.sort();
    assert_eq!(last, ["note 21", "note 22"]);
    let filter = NoteFilter { tag: Some("odd".to_owned()), ..NoteFilter::default() };
    assert_eq!(notes.list(&ADA, &filter, None, 100).await.unwrap().items.len(), 11);
    let filter = NoteFilter { surface_id: Some("mail".to_owned()), ..NoteFilter::default() };
    assert_eq!(notes.list(&ADA, &filter, None, 100).await.unwrap().items.len(), 0);
}
