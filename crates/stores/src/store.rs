//! What a backend does: it keeps versions of JSON values by partition and id. What the values mean is not its
//! business.

use std::fmt;

use async_trait::async_trait;
use serde_json::Value;

/// The most records that one call gives.
pub const MOST_PER_PAGE: usize = 200;

/// The most writes of one commit.
pub const MOST_PER_COMMIT: usize = 8;

/// A version of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The id within its partition.
    pub id: String,
    /// From 1, one more with every write.
    pub version: u64,
    /// The value; nothing for a record that was deleted.
    pub body: Option<Value>,
}

/// The next version of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The id within the partition.
    pub id: String,
    /// The latest version, on which this one is based; 0 when there has never been one. The new one is one more.
    pub base: u64,
    /// The value; nothing to delete the record, and with it what its earlier versions held.
    pub body: Option<Value>,
}

/// Why a backend did not do what it was asked. Nothing was written, except where `Unavailable` says that nobody
/// knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// A write was based on another version than the latest.
    Conflict {
        /// The record.
        id: String,
    },
    /// The backend does not answer, or not in time. A write may have been done or not.
    Unavailable {
        /// The backend.
        backend: &'static str,
        /// What it said.
        why: String,
    },
    /// The backend holds something that is no record.
    Corrupt {
        /// The backend.
        backend: &'static str,
        /// Where, and what is wrong.
        what: String,
    },
    /// The backend does not take what it was given, such as a value that is too large for it.
    Refused {
        /// The backend.
        backend: &'static str,
        /// What it said.
        why: String,
    },
}

/// Keeps versions. Partitions and ids are 1 to 400 of the characters `A-Z a-z 0-9 . _ : / -`; ids are ordered by
/// their bytes. Every read sees every commit that was acknowledged before it began, whoever made it.
#[async_trait]
pub trait VersionedStore: Send + Sync + fmt::Debug {
    /// The latest version of a record, also when that says that it was deleted.
    async fn read(&self, partition: &str, id: &str) -> Result<Option<Record>, StoreError>;

    /// A version of a record. What was written before a delete is not there any more.
    async fn read_version(
        &self,
        partition: &str,
        id: &str,
        version: u64,
    ) -> Result<Option<Record>, StoreError> {
        let Some(before) = version.checked_sub(1) else { return Ok(None) };
        let mut found = self.versions(partition, id, before, 1).await?;
        Ok(found.pop().filter(|record| record.version == version))
    }

    /// Versions later than `after`, in order; deletes are among them, what was before a delete is not.
    async fn versions(
        &self,
        partition: &str,
        id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError>;

    /// The latest versions of the records with an id greater than `after`, in order, without deleted ones. Fewer than
    /// `limit`, which is 1 to [`MOST_PER_PAGE`], are all there are.
    async fn list(
        &self,
        partition: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError>;

    /// Writes up to [`MOST_PER_COMMIT`] records with different ids: all of them, or none.
    async fn commit(&self, partition: &str, writes: &[Write]) -> Result<(), StoreError>;
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Conflict { id } => write!(f, "`{id}` has a later version"),
            StoreError::Unavailable { backend, why } => {
                write!(f, "`{backend}` does not answer: {why}")
            }
            StoreError::Corrupt { backend, what } => {
                write!(f, "`{backend}` holds something that is no record: {what}")
            }
            StoreError::Refused { backend, why } => write!(f, "`{backend}` refused: {why}"),
        }
    }
}

impl std::error::Error for StoreError {}
