//! A database in a file (redb), for lab: one process, one host. The route has to say so, with a label that users see.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use contract_embed::{Backend, Mode};
use contract_routing::Route;
use contract_stores::{Record, StoreError, VersionedStore, Write};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde_json::{Value, json};

const NAME: &str = "filesystem";

/// By partition and id: the latest version, and the first one that is still there.
const LATEST: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("latest");

/// By partition, id and version: the body.
const VERSIONS: TableDefinition<'_, (&str, &str, u64), &[u8]> = TableDefinition::new("versions");

/// A file database.
#[derive(Clone)]
pub struct Embedded {
    path: PathBuf,
    database: Arc<Database>,
}

/// The open databases by path: one file is opened once, however many routes lead to it.
#[derive(Default)]
pub(crate) struct Files(Mutex<BTreeMap<PathBuf, Embedded>>);

impl Files {
    pub(crate) fn open(
        &self,
        data: &Path,
        route: &Route,
    ) -> Result<Arc<dyn VersionedStore>, StoreError> {
        let is_labelled = route.label.as_ref().is_some_and(|label| label.visible);
        if route.mode != Mode::Lab || !is_labelled {
            let why = "files keep records in lab alone, by a route with a visible label".to_owned();
            return Err(StoreError::Refused { backend: NAME, why });
        }
        let path = data.join(&route.target.name).join("records.redb");
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = open.get(&path) {
            return Ok(Arc::new(there.clone()));
        }
        let store = Embedded::open(&path)?;
        open.insert(path, store.clone());
        Ok(Arc::new(store))
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("path", &self.path).finish_non_exhaustive()
    }
}

fn unavailable(error: impl fmt::Display) -> StoreError {
    StoreError::Unavailable { backend: NAME, why: error.to_string() }
}

fn corrupt(id: &str, why: impl fmt::Display) -> StoreError {
    StoreError::Corrupt { backend: NAME, what: format!("`{id}`: {why}") }
}

impl Embedded {
    /// Opens the database of a file, or makes it.
    ///
    /// # Errors
    /// When another process has it open, or it is no database.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        debug_assert_eq!(NAME, Backend::Filesystem.as_str());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(unavailable)?;
        }
        let database = Database::create(path).map_err(unavailable)?;
        // A table that nobody has written to is not there to be read.
        let first = database.begin_write().map_err(unavailable)?;
        first.open_table(LATEST).map(drop).map_err(unavailable)?;
        first.open_table(VERSIONS).map(drop).map_err(unavailable)?;
        first.commit().map_err(unavailable)?;
        Ok(Embedded { path: path.to_owned(), database: Arc::new(database) })
    }

    /// Files make a thread wait, and it is not one of those that serve.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = Arc::clone(&self.database);
        tokio::task::spawn_blocking(move || work(&database)).await.map_err(unavailable)?
    }
}

/// What the first table holds.
struct Latest {
    version: u64,
    /// The first version that is there; earlier ones went with a delete.
    floor: u64,
    body: Option<Value>,
}

impl Latest {
    fn read(id: &str, bytes: &[u8]) -> Result<Self, StoreError> {
        let mut value: Value = serde_json::from_slice(bytes).map_err(|why| corrupt(id, why))?;
        let number = |key: &str| {
            value.get(key).and_then(Value::as_u64).ok_or_else(|| corrupt(id, format!("no `{key}`")))
        };
        let (version, floor) = (number("version")?, number("floor")?);
        let body = value.as_object_mut().and_then(|fields| fields.shift_remove("body"));
        Ok(Latest { version, floor, body })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut value = json!({"version": self.version, "floor": self.floor});
        if let (Some(body), Some(fields)) = (&self.body, value.as_object_mut()) {
            fields.insert("body".to_owned(), body.clone());
        }
        value.to_string().into_bytes()
    }

    fn record(self, id: &str) -> Record {
        Record { id: id.to_owned(), version: self.version, body: self.body }
    }
}

/// A body as the second table holds it: nothing at all for a delete.
fn body_bytes(body: Option<&Value>) -> Vec<u8> {
    body.map(|body| body.to_string().into_bytes()).unwrap_or_default()
}

fn body(id: &str, bytes: &[u8]) -> Result<Option<Value>, StoreError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(bytes).map(Some).map_err(|why| corrupt(id, why))
}

fn latest(database: &Database, partition: &str, id: &str) -> Result<Option<Latest>, StoreError> {
    let reading = database.begin_read().map_err(unavailable)?;
    let table = reading.open_table(LATEST).map_err(unavailable)?;
    let found = table.get((partition, id)).map_err(unavailable)?;
    found.map(|bytes| Latest::read(id, bytes.value())).transpose()
}

fn versions(
    database: &Database,
    partition: &str,
    id: &str,
    after: u64,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let Some(latest) = latest(database, partition, id)? else { return Ok(Vec::new()) };
    let first = latest.floor.max(after.saturating_add(1));
    let reading = database.begin_read().map_err(unavailable)?;
    let table = reading.open_table(VERSIONS).map_err(unavailable)?;
    if first > latest.version {
        return Ok(Vec::new());
    }
    let range = table
        .range((partition, id, first)..=(partition, id, latest.version))
        .map_err(unavailable)?;
    let mut records = Vec::new();
    for entry in range.take(limit) {
        let (key, bytes) = entry.map_err(unavailable)?;
        let version = key.value().2;
        records.push(Record { id: id.to_owned(), version, body: body(id, bytes.value())? });
    }
    Ok(records)
}

fn commit(database: &Database, partition: &str, writes: &[Write]) -> Result<(), StoreError> {
    let writing = database.begin_write().map_err(unavailable)?;
    {
        let mut table = writing.open_table(LATEST).map_err(unavailable)?;
        let mut history = writing.open_table(VERSIONS).map_err(unavailable)?;
        for write in writes {
            let id = write.id.as_str();
            let key = (partition, id);
            let there = table.get(key).map_err(unavailable)?;
            let there = there.map(|bytes| Latest::read(id, bytes.value())).transpose()?;
            let (base, floor) = there.as_ref().map_or((0, 1), |there| (there.version, there.floor));
            if base != write.base {
                // Leaving without a commit writes nothing.
                return Err(StoreError::Conflict { id: id.to_owned() });
            }
            let version = base + 1;
            // A delete takes with it what was there, and is itself the first version that is.
            let gone = if write.body.is_none() { floor..version } else { 0..0 };
            let floor = if write.body.is_none() { version } else { floor };
            for gone in gone {
                history.remove((partition, id, gone)).map_err(unavailable)?;
            }
            let bytes = body_bytes(write.body.as_ref());
            history.insert((partition, id, version), bytes.as_slice()).map_err(unavailable)?;
            let latest = Latest { version, floor, body: write.body.clone() };
            table.insert(key, latest.bytes().as_slice()).map_err(unavailable)?;
        }
    }
    writing.commit().map_err(unavailable)
}

fn list(
    database: &Database,
    partition: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let reading = database.begin_read().map_err(unavailable)?;
    let table = reading.open_table(LATEST).map_err(unavailable)?;
    let range = table.range((partition, after)..).map_err(unavailable)?;
    let mut records = Vec::new();
    for entry in range {
        let (key, bytes) = entry.map_err(unavailable)?;
        let (of, id) = key.value();
        if of != partition || records.len() == limit {
            break;
        }
        if id == after {
            continue;
        }
        let latest = Latest::read(id, bytes.value())?;
        if latest.body.is_some() {
            records.push(latest.record(id));
        }
    }
    Ok(records)
}

#[async_trait]
impl VersionedStore for Embedded {
    async fn read(&self, partition: &str, id: &str) -> Result<Option<Record>, StoreError> {
        let (partition, id) = (partition.to_owned(), id.to_owned());
        let read = move |database: &Database| {
            latest(database, &partition, &id).map(|l| l.map(|l| l.record(&id)))
        };
        self.blocking(read).await
    }

    async fn versions(
        &self,
        partition: &str,
        id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let (partition, id) = (partition.to_owned(), id.to_owned());
        self.blocking(move |database| versions(database, &partition, &id, after, limit)).await
    }

    async fn list(
        &self,
        partition: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let (partition, after) = (partition.to_owned(), after.to_owned());
        self.blocking(move |database| list(database, &partition, &after, limit)).await
    }

    async fn commit(&self, partition: &str, writes: &[Write]) -> Result<(), StoreError> {
        let (partition, writes) = (partition.to_owned(), writes.to_vec());
        self.blocking(move |database| commit(database, &partition, &writes)).await
    }
}
