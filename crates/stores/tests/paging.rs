//! A page costs what is on it, however much there is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use contract_backends::Backends;
use contract_embed::ResourceKind;
use contract_routing::{Registry, Route};
use contract_stores::{
    MOST_PER_PAGE, NoteFilter, Open, Record, Routed, StoreError, Stores, VersionedStore, Write,
};

use crate::support::{ADA, by_user, note, routes, text};

/// Counts the records that are read.
#[derive(Debug, Clone)]
struct Counting(Arc<dyn VersionedStore>, Arc<AtomicUsize>);

#[async_trait]
impl VersionedStore for Counting {
    async fn read(&self, partition: &str, id: &str) -> Result<Option<Record>, StoreError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.read(partition, id).await
    }

    async fn versions(
        &self,
        partition: &str,
        id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let found = self.0.versions(partition, id, after, limit).await?;
        self.1.fetch_add(found.len(), Ordering::SeqCst);
        Ok(found)
    }

    async fn list(
        &self,
        partition: &str,
        after: &str,
        most: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let found = self.0.list(partition, after, most).await?;
        self.1.fetch_add(found.len(), Ordering::SeqCst);
        Ok(found)
    }

    async fn commit(&self, partition: &str, writes: &[Write]) -> Result<(), StoreError> {
        self.0.commit(partition, writes).await
    }
}

struct Opener(Backends, Arc<AtomicUsize>);

impl Open for Opener {
    fn open(&self, route: &Route) -> Result<Arc<dyn VersionedStore>, StoreError> {
        Ok(Arc::new(Counting(self.0.open(route)?, Arc::clone(&self.1))))
    }
}

#[tokio::test]
async fn a_page_of_notes_does_not_read_all_notes() {
    let (folder, read) = (tempfile::tempdir().unwrap(), Arc::new(AtomicUsize::new(0)));
    let registry = Arc::new(Registry::new(&routes(ResourceKind::ALL)).unwrap());
    let opener = Opener(Backends::new(folder.path()), Arc::clone(&read));
    let stores = Stores::new(Arc::new(Routed::new(registry, opener)));
    let (notes, all) = (stores.notes(), NoteFilter::default());
    let mut ids = Vec::new();
    for n in 0..3 * MOST_PER_PAGE {
        let made = notes.create(&ADA, &note(&format!("note {n}")), &by_user(), None).await;
        ids.insert(0, text(&made.unwrap().record, "note_id").to_owned());
    }
    // The one that is changed stays where it is, and the one that is deleted is not there.
    let body =
        serde_json::json!({"title": "n", "content_format": "text", "content": "", "tags": []});
    notes.replace(&ADA, &ids[5], &body, &by_user(), 1).await.unwrap();
    notes.delete(&ADA, &ids.remove(7), 1).await.unwrap();
    let (mut listed, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let before = read.load(Ordering::SeqCst);
        let page = notes.list(&ADA, &all, cursor.as_deref(), 100).await.unwrap();
        assert!(read.load(Ordering::SeqCst) - before <= MOST_PER_PAGE);
        listed.extend(page.items.iter().map(|note| text(note, "note_id").to_owned()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed, ids);
}
