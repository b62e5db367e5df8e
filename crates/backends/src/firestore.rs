//! Google Cloud Firestore in native mode, through its REST API v1. A collection holds a document for each partition,
//! and below it the collections `l` (latest versions) and `v` (versions). A commit is one `documents:commit` with a
//! precondition on each document; it succeeds as a whole.
//!
//! Names of documents keep the order of ids: `.` and `/` are written as `.a` and `.b`, and each name begins with `i`.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use contract_embed::Backend;
use contract_stores::StoreError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Method;

use crate::http;
use crate::rest::{Answer, Call, call};
use crate::rows::{Applied, Change, Latest, Rows, body, corrupt, refused, unavailable};

/// The most writes of one commit that purges.
const BATCH: u64 = 100;

/// RFC 3986, 2.3.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Gives the OAuth 2.0 access token of the moment. An error is told to whoever reads or writes.
pub type AccessToken = Arc<dyn Fn() -> Result<String, String> + Send + Sync>;

/// How Firestore is reached.
#[derive(Clone)]
pub struct FirestoreSettings {
    /// Such as `https://firestore.googleapis.com`.
    pub endpoint: String,
    /// The project.
    pub project: String,
    /// The database, such as `(default)`.
    pub database: String,
    /// Who proves that we may.
    pub token: AccessToken,
}

impl fmt::Debug for FirestoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.endpoint, self.project, self.database)
    }
}

/// A collection.
#[derive(Debug, Clone)]
pub(crate) struct Collection {
    agent: Agent,
    settings: FirestoreSettings,
    name: String,
}

impl Collection {
    pub(crate) fn new(settings: &FirestoreSettings, name: &str) -> Collection {
        let (settings, name) = (settings.clone(), name.to_owned());
        Collection { agent: http::agent(), settings, name }
    }

    /// The name of the database, below which all documents are.
    fn root(&self) -> String {
        let FirestoreSettings { project, database, .. } = &self.settings;
        format!("projects/{project}/databases/{database}/documents")
    }

    fn partition(&self, partition: &str) -> String {
        format!("{}/{}/{}", self.root(), self.name, escaped(partition))
    }

    fn latest_name(&self, partition: &str, id: &str) -> String {
        format!("{}/l/{}", self.partition(partition), escaped(id))
    }

    fn version_name(&self, partition: &str, id: &str, version: u64) -> String {
        format!("{}/v/{}#{version:020}", self.partition(partition), escaped(id))
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        verb: &str,
        body: Option<Value>,
    ) -> Result<Answer, StoreError> {
        let token = (self.settings.token)().map_err(unavailable::<Collection>)?;
        let encoded: Vec<String> =
            path.split('/').map(|part| utf8_percent_encode(part, SEGMENT).to_string()).collect();
        // A colon begins the verb of a custom method; those of names are encoded.
        let (endpoint, path) = (self.settings.endpoint.trim_end_matches('/'), encoded.join("/"));
        let url = format!("{endpoint}/v1/{path}{verb}");
        let headers = vec![
            ("authorization", format!("Bearer {token}")),
            ("content-type", "application/json".to_owned()),
        ];
        let sent = call(&self.agent, Call { method, url, headers, body }).await;
        sent.map_err(unavailable::<Collection>)
    }

    async fn commit(&self, writes: Vec<Value>) -> Result<Answer, StoreError> {
        let body = json!({"writes": writes});
        self.call(Method::POST, &self.root(), ":commit", Some(body)).await
    }

    /// Documents of a collection below a partition with names from one to another, both included.
    async fn between(
        &self,
        partition: &str,
        collection: &str,
        (first, last): (&str, &str),
        limit: usize,
    ) -> Result<Vec<Value>, StoreError> {
        let field = json!({"fieldPath": "__name__"});
        let limit_of = |op: &str, name: &str| json!({"fieldFilter": {"field": field, "op": op, "value": {"referenceValue": name}}});
        let bounds =
            [limit_of("GREATER_THAN_OR_EQUAL", first), limit_of("LESS_THAN_OR_EQUAL", last)];
        let query = json!({"structuredQuery": {
            "from": [{"collectionId": collection}],
            "where": {"compositeFilter": {"op": "AND", "filters": bounds}},
            "orderBy": [{"field": field, "direction": "ASCENDING"}],
            "limit": limit,
        }});
        let path = self.partition(partition);
        let answer = self.call(Method::POST, &path, ":runQuery", Some(query)).await?;
        match (&answer.body, answer.is_ok()) {
            (Value::Array(entries), true) => {
                Ok(entries.iter().filter_map(|entry| entry.get("document").cloned()).collect())
            }
            _ => Err(failed(&answer)),
        }
    }
}

/// The name of a document, in the order of the ids and partitions.
fn escaped(id: &str) -> String {
    let mut name = String::from("i");
    for character in id.chars() {
        match character {
            '.' => name.push_str(".a"),
            '/' => name.push_str(".b"),
            other => name.push(other),
        }
    }
    name
}

fn unescaped(name: &str) -> Option<String> {
    let mut id = String::new();
    let mut characters = name.strip_prefix('i')?.chars();
    while let Some(character) = characters.next() {
        id.push(match character {
            '.' => match characters.next()? {
                'a' => '.',
                'b' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(id)
}

fn fields(latest: &Latest) -> Value {
    let integer = |number: u64| json!({"integerValue": number.to_string()});
    let mut fields = json!({
        "version": integer(latest.version),
        "floor": integer(latest.floor),
        "kept": integer(latest.kept),
    });
    if let Some(body) = &latest.body {
        // As text: Firestore keeps neither the precision of numbers nor every name of a field.
        fields["body"] = json!({"stringValue": body.to_string()});
    }
    fields
}

fn read(id: &str, document: &Value) -> Result<Latest, StoreError> {
    let field = |name: &str| document.get("fields").and_then(|fields| fields.get(name));
    let number = |name: &str| {
        let text = field(name).and_then(|field| field.get("integerValue")).and_then(Value::as_str);
        let number = text.and_then(|text| text.parse().ok());
        number.ok_or_else(|| corrupt::<Collection>(id, name))
    };
    let text = match field("body").map(|body| body.get("stringValue").and_then(Value::as_str)) {
        None => None,
        Some(Some(text)) => Some(text),
        Some(None) => return Err(corrupt::<Collection>(id, "the body is no text")),
    };
    Ok(Latest {
        version: number("version")?,
        floor: number("floor")?,
        kept: number("kept")?,
        body: body::<Collection>(id, text)?,
    })
}

/// `error.status` of an answer, or of the first entry of one that is an array.
fn status(answer: &Answer) -> &str {
    let body = answer.body.get(0).unwrap_or(&answer.body);
    body.pointer("/error/status").and_then(Value::as_str).unwrap_or_default()
}

fn failed(answer: &Answer) -> StoreError {
    match status(answer) {
        "INVALID_ARGUMENT" => refused::<Collection>(answer.said()),
        _ => unavailable::<Collection>(answer.said()),
    }
}

#[async_trait]
impl Rows for Collection {
    const NAME: &'static str = "firestore";

    /// `updateTime` of the document.
    type Tag = String;

    async fn latest(
        &self,
        partition: &str,
        id: &str,
    ) -> Result<Option<(Latest, String)>, StoreError> {
        debug_assert_eq!(Self::NAME, Backend::Firestore.as_str());
        let answer = self.call(Method::GET, &self.latest_name(partition, id), "", None).await?;
        if answer.status == 404 && status(&answer) == "NOT_FOUND" {
            return Ok(None);
        }
        if !answer.is_ok() {
            return Err(failed(&answer));
        }
        let time = answer.body.get("updateTime").and_then(Value::as_str);
        let time = time.ok_or_else(|| corrupt::<Collection>(id, "it has no `updateTime`"))?;
        Ok(Some((read(id, &answer.body)?, time.to_owned())))
    }

    async fn page(
        &self,
        partition: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Latest)>, StoreError> {
        // `!` comes before every character of a name, and after its end.
        let first = format!("{}!", self.latest_name(partition, after));
        let last = format!("{}/l/j", self.partition(partition));
        let mut page = Vec::new();
        for document in self.between(partition, "l", (&first, &last), limit).await? {
            let name = document.get("name").and_then(Value::as_str).unwrap_or_default();
            let id = name.rsplit('/').next().and_then(unescaped);
            let id = id.ok_or_else(|| corrupt::<Collection>(name, "it is no name of ours"))?;
            let latest = read(&id, &document)?;
            page.push((id, latest));
        }
        Ok(page)
    }

    async fn history(
        &self,
        partition: &str,
        id: &str,
        (first, last): (u64, u64),
        limit: usize,
    ) -> Result<Vec<(u64, Option<Value>)>, StoreError> {
        let name = |version| self.version_name(partition, id, version);
        let documents = self.between(partition, "v", (&name(first), &name(last)), limit).await?;
        let rows = documents.iter().map(|row| read(id, row).map(|row| (row.version, row.body)));
        rows.collect()
    }

    async fn apply(
        &self,
        partition: &str,
        changes: &[Change<String>],
    ) -> Result<Applied, StoreError> {
        let mut writes = Vec::new();
        for Change { id, before, next } in changes {
            let is_as_read = match before {
                None => json!({"exists": false}),
                Some(time) => json!({"updateTime": time}),
            };
            let name = self.latest_name(partition, id);
            let update = json!({"name": name, "fields": fields(next)});
            writes.push(json!({"update": update, "currentDocument": is_as_read}));
            let name = self.version_name(partition, id, next.version);
            let update = json!({"name": name, "fields": fields(next)});
            writes.push(json!({"update": update, "currentDocument": {"exists": false}}));
        }
        let answer = self.commit(writes).await?;
        match status(&answer) {
            _ if answer.is_ok() => Ok(Applied::Done),
            "FAILED_PRECONDITION" | "ALREADY_EXISTS" | "NOT_FOUND" | "ABORTED" => Ok(Applied::Lost),
            _ => Err(failed(&answer)),
        }
    }

    async fn purge(
        &self,
        partition: &str,
        id: &str,
        first: u64,
        end: u64,
    ) -> Result<(), StoreError> {
        let mut first = first;
        while first < end {
            let until = end.min(first.saturating_add(BATCH));
            let delete = |version| json!({"delete": self.version_name(partition, id, version)});
            let writes: Vec<Value> = (first..until).map(delete).collect();
            let answer = self.commit(writes).await?;
            if !answer.is_ok() {
                return Err(failed(&answer));
            }
            first = until;
        }
        Ok(())
    }
}
