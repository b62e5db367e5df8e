//! How versions are kept in a database of a cloud: one row for the latest version of a record and one for each version,
//! all in one partition. What the databases have in common is here; each of them says how it reads rows and changes a
//! few of them at once.
//!
//! The row of the latest version says where the history begins (`floor`). A delete moves it, so that nobody sees what
//! was before from the same moment on; then those rows are removed. Should that fail, `kept` tells the next write of
//! the record where to go on.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use contract_stores::{MOST_PER_COMMIT, Record, StoreError, VersionedStore, Write};
use serde_json::Value;

/// So often a commit is tried again that lost against another one about other records, or a history is read again
/// that was deleted meanwhile.
const TRIES: u32 = 6;

/// The row of the latest version.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Latest {
    pub(crate) version: u64,
    /// The first version that is to be seen.
    pub(crate) floor: u64,
    /// The first version that may still have a row.
    pub(crate) kept: u64,
    pub(crate) body: Option<Value>,
}

/// The next version of a record, and on which row it is based.
#[derive(Debug, Clone)]
pub(crate) struct Change<T> {
    pub(crate) id: String,
    /// What tells that the row is as it was read; nothing when there must be none.
    pub(crate) before: Option<T>,
    pub(crate) next: Latest,
}

/// What a database said of changes.
#[derive(Debug)]
pub(crate) enum Applied {
    Done,
    /// A row was not as it was read, or somebody else is at it.
    Lost,
}

/// The rows of a database.
#[async_trait]
pub(crate) trait Rows: Send + Sync + fmt::Debug + 'static {
    /// What the contracts call the database.
    const NAME: &'static str;

    /// What tells that a row is as it was read.
    type Tag: Clone + Send + Sync + fmt::Debug;

    /// The row of the latest version.
    async fn latest(
        &self,
        partition: &str,
        id: &str,
    ) -> Result<Option<(Latest, Self::Tag)>, StoreError>;

    /// Up to `limit` rows of latest versions after an id, in order, deleted ones among them.
    async fn page(
        &self,
        partition: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Latest)>, StoreError>;

    /// Up to `limit` versions from `first` to `last`, in order.
    async fn history(
        &self,
        partition: &str,
        id: &str,
        range: (u64, u64),
        limit: usize,
    ) -> Result<Vec<(u64, Option<Value>)>, StoreError>;

    /// Writes the row of the latest version and that of the version for each change: all of them, or none.
    async fn apply(
        &self,
        partition: &str,
        changes: &[Change<Self::Tag>],
    ) -> Result<Applied, StoreError>;

    /// Removes the rows of versions from `first` up to, but without `end`. Those that are gone are no error.
    async fn purge(
        &self,
        partition: &str,
        id: &str,
        first: u64,
        end: u64,
    ) -> Result<(), StoreError>;
}

pub(crate) fn unavailable<R: Rows>(why: impl fmt::Display) -> StoreError {
    StoreError::Unavailable { backend: R::NAME, why: why.to_string() }
}

pub(crate) fn corrupt<R: Rows>(id: &str, why: impl fmt::Display) -> StoreError {
    StoreError::Corrupt { backend: R::NAME, what: format!("`{id}`: {why}") }
}

pub(crate) fn refused<R: Rows>(why: impl fmt::Display) -> StoreError {
    StoreError::Refused { backend: R::NAME, why: why.to_string() }
}

/// A body from the text that a row holds.
pub(crate) fn body<R: Rows>(id: &str, text: Option<&str>) -> Result<Option<Value>, StoreError> {
    text.map(serde_json::from_str).transpose().map_err(|why| corrupt::<R>(id, why))
}

/// A versioned store over rows.
#[derive(Debug)]
pub(crate) struct Kept<R>(pub(crate) R);

impl<R: Rows> Kept<R> {
    /// The changes that writes are, when each is based on the latest version.
    async fn changes(
        &self,
        partition: &str,
        writes: &[Write],
    ) -> Result<Vec<Change<R::Tag>>, StoreError> {
        let mut changes = Vec::with_capacity(writes.len());
        for write in writes {
            let found = self.0.latest(partition, &write.id).await?;
            let (there, before) = match found {
                None => (Latest { version: 0, floor: 1, kept: 1, body: None }, None),
                Some((latest, tag)) => (latest, Some(tag)),
            };
            if there.version != write.base {
                return Err(StoreError::Conflict { id: write.id.clone() });
            }
            if there.kept < there.floor {
                // Nearly always they are gone, and this finds nothing.
                self.0.purge(partition, &write.id, there.kept, there.floor).await?;
            }
            let version = there.version + 1;
            let floor = if write.body.is_none() { version } else { there.floor };
            let next = Latest { version, floor, kept: there.floor, body: write.body.clone() };
            changes.push(Change { id: write.id.clone(), before, next });
        }
        Ok(changes)
    }

    /// Removes what deletes have hidden.
    async fn clear(&self, partition: &str, changes: &[Change<R::Tag>]) -> Result<(), StoreError> {
        for Change { id, next, .. } in changes.iter().filter(|change| change.next.body.is_none()) {
            let purged = self.0.purge(partition, id, next.kept, next.floor).await;
            purged.map_err(|why| {
                let rest = "the record is deleted; its next write removes the earlier versions";
                unavailable::<R>(format!("{rest}, for now: {why}"))
            })?;
        }
        Ok(())
    }

    fn check(writes: &[Write]) -> Result<(), StoreError> {
        let ids: BTreeSet<&str> = writes.iter().map(|write| write.id.as_str()).collect();
        if writes.len() > MOST_PER_COMMIT || ids.len() != writes.len() {
            let most = format!("a commit has up to {MOST_PER_COMMIT} writes with different ids");
            return Err(refused::<R>(most));
        }
        Ok(())
    }
}

/// Longer with each try, and not the same for everybody.
async fn pause(attempt: u32, salt: usize) {
    let millis = (10_u64 << attempt.min(6)) + (salt as u64 % 17);
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

#[async_trait]
impl<R: Rows> VersionedStore for Kept<R> {
    async fn read(&self, partition: &str, id: &str) -> Result<Option<Record>, StoreError> {
        let found = self.0.latest(partition, id).await?;
        let id = id.to_owned();
        Ok(found.map(|(latest, _)| Record { id, version: latest.version, body: latest.body }))
    }

    async fn versions(
        &self,
        partition: &str,
        id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        for attempt in 0..TRIES {
            let Some((latest, _)) = self.0.latest(partition, id).await? else {
                return Ok(Vec::new());
            };
            let first = latest.floor.max(after.saturating_add(1));
            let last = latest.version;
            if first > last || limit == 0 {
                return Ok(Vec::new());
            }
            let rows = self.0.history(partition, id, (first, last), limit).await?;
            let expected = (first..=last).take(limit);
            if rows.iter().map(|(version, _)| *version).eq(expected) {
                let record = |(version, body)| Record { id: id.to_owned(), version, body };
                return Ok(rows.into_iter().map(record).collect());
            }
            // Somebody deleted the record between the two reads; if nobody did, something is lost.
            pause(attempt, id.len()).await;
        }
        Err(corrupt::<R>(id, "a version is not there"))
    }

    async fn list(
        &self,
        partition: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::new();
        let mut after = after.to_owned();
        while records.len() < limit {
            let wanted = limit - records.len();
            let page = self.0.page(partition, &after, wanted).await?;
            let is_last = page.len() < wanted;
            if let Some((id, _)) = page.last() {
                after.clone_from(id);
            }
            let live = page.into_iter().filter(|(_, latest)| latest.body.is_some());
            records.extend(live.map(|(id, latest)| Record {
                id,
                version: latest.version,
                body: latest.body,
            }));
            if is_last {
                break;
            }
        }
        Ok(records)
    }

    async fn commit(&self, partition: &str, writes: &[Write]) -> Result<(), StoreError> {
        Self::check(writes)?;
        if writes.is_empty() {
            return Ok(());
        }
        for attempt in 0..TRIES {
            // A write that is based on an earlier version is found here, also after a try that was lost to it.
            let changes = self.changes(partition, writes).await?;
            match self.0.apply(partition, &changes).await? {
                Applied::Done => return self.clear(partition, &changes).await,
                Applied::Lost => pause(attempt, std::ptr::from_ref(writes).addr() >> 4).await,
            }
        }
        Err(unavailable::<R>("others write the same records all the time; nothing was written"))
    }
}
