//! Notes: each belongs to a user and stays until that user deletes it.

use contract_embed::ResourceKind;
use contract_routing::identity::Identity;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::face::{Once, check, commit_once, delete, latest, page, partition, record_id};
use crate::{Error, Page, Place, Stores, Write, Written};

const WHAT: &str = "note";

/// Face of `notes_store`.
#[derive(Clone, Copy)]
pub struct Notes<'s> {
    stores: &'s Stores,
}

/// Which notes are wanted; what is not said is every one.
#[derive(Debug, Clone, Default)]
pub struct NoteFilter {
    /// Of this surface.
    pub surface_id: Option<String>,
    /// Of this project.
    pub project_id: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
}

impl<'s> Notes<'s> {
    pub(crate) fn new(stores: &'s Stores) -> Self {
        Notes { stores }
    }

    fn place(&self, who: &Identity) -> Result<(Place, String), Error> {
        let place = self.stores.place_of(ResourceKind::NotesStore, who)?;
        let parts = ["notes", &who.tenant_id, who.mode.as_str(), &who.user_id];
        Ok((place, partition(&parts)))
    }

    /// Writes a note: the body of `createNote`, to which owner, id, version and times are added. `author` is an
    /// `Author` of the contracts.
    ///
    /// # Errors
    /// When it is no note, or cannot be kept.
    pub async fn create(
        &self,
        who: &Identity,
        body: &Value,
        author: &Value,
        idempotency_key: Option<&str>,
    ) -> Result<Written, Error> {
        let (place, partition) = self.place(who)?;
        let now = self.stores.now().to_string();
        let id = Uuid::new_v4().to_string();
        let mut note = owned(who, &id, body);
        note.insert("source".to_owned(), author.clone());
        note.insert("version".to_owned(), json!(1));
        note.insert("timestamps".to_owned(), json!({"created_at": now, "updated_at": now}));
        let note = Value::Object(note);
        check("storage/note", &note)?;
        let once = Once { key: idempotency_key, request: body };
        let listed = listed(&note, 0);
        let write = Write { id: record_id(&id), base: 0, body: Some(note) };
        commit_once(&place, &partition, once, (write, Some(listed)), WHAT).await
    }

    /// A note.
    ///
    /// # Errors
    /// When the user has none with this id.
    pub async fn get(&self, who: &Identity, id: &str) -> Result<Value, Error> {
        let (place, partition) = self.place(who)?;
        latest(&place, &partition, id, WHAT).await.map(|(_, note)| note)
    }

    /// Writes the next version of a note: the body of `replaceNote`. Returns the note before and the one now.
    ///
    /// # Errors
    /// When there is no such note, or `base` is not its latest version.
    pub async fn replace(
        &self,
        who: &Identity,
        id: &str,
        body: &Value,
        author: &Value,
        base: u64,
    ) -> Result<(Value, Value), Error> {
        let (place, partition) = self.place(who)?;
        let (_, before) = latest(&place, &partition, id, WHAT).await?;
        let mut note = owned(who, id, body);
        // A note stays on the surface on which it was written.
        for key in ["surface_id", "timestamps"] {
            note.insert(key.to_owned(), before.get(key).cloned().unwrap_or_default());
        }
        note.insert("source".to_owned(), author.clone());
        note.insert("version".to_owned(), json!(base.saturating_add(1)));
        if let Some(times) = note.get_mut("timestamps").and_then(Value::as_object_mut) {
            times.insert("updated_at".to_owned(), json!(self.stores.now().to_string()));
        }
        let note = Value::Object(note);
        check("storage/note", &note)?;
        let once = Once { key: None, request: body };
        let listed = listed(&note, base);
        let write = Write { id: record_id(id), base, body: Some(note) };
        let writes = (write, Some(listed));
        let written = commit_once(&place, &partition, once, writes, WHAT).await?;
        Ok((before, written.record))
    }

    /// Deletes a note, and returns what it was.
    ///
    /// # Errors
    /// When there is no such note, or `base` is not its latest version.
    pub async fn delete(&self, who: &Identity, id: &str, base: u64) -> Result<Value, Error> {
        let (place, partition) = self.place(who)?;
        let (_, before) = latest(&place, &partition, id, WHAT).await?;
        let unlisted = Write { id: by_time(&before), base, body: None };
        delete(&place, &partition, (id, base), Some(unlisted), WHAT).await?;
        Ok(before)
    }

    /// The notes of a user, those that were made last first. The cursor is the place of the last one in time.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn list(
        &self,
        who: &Identity,
        filter: &NoteFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, Error> {
        let (place, partition) = self.place(who)?;
        if !cursor.is_none_or(is_place) {
            return Err(Error::Refused("the cursor is not one of `next_cursor`".to_owned()));
        }
        page(&place, &partition, BY_TIME, cursor, limit, |note| filter.has(note)).await
    }
}

/// Everything that the index of notes by time comes after.
const BY_TIME: &str = "t:";

/// The id of a note in the index by time, in which the latest comes first. It is that of its making, which no edit
/// changes, so that an edit leaves nothing behind in the index.
fn by_time(note: &Value) -> String {
    let text = |pointer: &str| note.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let time = text("/timestamps/created_at").parse().map_or(0, jiff::Timestamp::as_nanosecond);
    let later = u64::MAX - u64::try_from(time.max(0)).unwrap_or(u64::MAX);
    format!("{BY_TIME}{later:020}.{}", text("/note_id"))
}

/// Whether a cursor is the rest of such an id.
fn is_place(cursor: &str) -> bool {
    let Some((time, id)) = cursor.split_once('.') else { return false };
    let is_number = time.len() == 20 && time.bytes().all(|b| b.is_ascii_digit());
    is_number && Uuid::try_parse(id).is_ok()
}

/// A version of a note in the index, which has the versions of the note.
fn listed(note: &Value, base: u64) -> Write {
    Write { id: by_time(note), base, body: Some(note.clone()) }
}

/// A body with what only the server knows: whose the note is, whatever the body says.
fn owned(who: &Identity, id: &str, body: &Value) -> Map<String, Value> {
    let mut note = body.as_object().cloned().unwrap_or_default();
    note.insert("note_id".to_owned(), json!(id));
    note.insert("tenant_id".to_owned(), json!(who.tenant_id));
    note.insert("mode".to_owned(), json!(who.mode));
    note.insert("user_id".to_owned(), json!(who.user_id));
    note
}

impl NoteFilter {
    fn has(&self, note: &Value) -> bool {
        let is = |key: &str, wanted: &Option<String>| {
            let there = note.get(key).and_then(Value::as_str);
            wanted.as_deref().is_none_or(|wanted| there == Some(wanted))
        };
        let tags = note.get("tags").and_then(Value::as_array);
        let has_tag = |wanted: &str| {
            tags.is_some_and(|tags| tags.iter().any(|tag| tag.as_str() == Some(wanted)))
        };
        is("surface_id", &self.surface_id)
            && is("project_id", &self.project_id)
            && self.tag.as_deref().is_none_or(has_tag)
    }
}
