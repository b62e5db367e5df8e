//! Azure Cosmos DB for NoSQL, through its REST API. A container with the partition key path `/p` holds documents of
//! latest versions (`l`) and of versions (`v`). A commit is one transactional batch in one partition, with an ETag for
//! each document that it replaces.
//!
//! Reads ask for strong consistency; an account with a weaker default refuses them, and that is what it should do.

use std::fmt;

use async_trait::async_trait;
use contract_embed::Backend;
use contract_stores::StoreError;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::Sha256;
use ureq::Agent;
use ureq::http::Method;

use crate::http;
use crate::rest::{Answer, Call, call};
use crate::rows::{Applied, Change, Latest, Rows, body, corrupt, refused, unavailable};

/// The version of the REST API; the first with transactional batches is 2018-12-31.
const VERSION: &str = "2018-12-31";

/// The most operations of a batch are 100.
const BATCH: u64 = 50;

/// How Cosmos DB is reached.
#[derive(Clone)]
pub struct CosmosSettings {
    /// Such as `https://account.documents.azure.com`.
    pub endpoint: String,
    /// The database.
    pub database: String,
    key: Vec<u8>,
}

impl fmt::Debug for CosmosSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.endpoint, self.database)
    }
}

impl CosmosSettings {
    /// With the primary or secondary key of the account, as the portal shows it.
    ///
    /// # Errors
    /// When the key is no base64.
    pub fn new(endpoint: &str, database: &str, key: &str) -> Result<CosmosSettings, StoreError> {
        let key = BASE64.decode(key.as_bytes());
        let key = key.map_err(|_| refused::<Container>("the key of the account is no base64"))?;
        let (endpoint, database) = (endpoint.to_owned(), database.to_owned());
        Ok(CosmosSettings { endpoint, database, key })
    }
}

/// A container.
#[derive(Debug, Clone)]
pub(crate) struct Container {
    agent: Agent,
    settings: CosmosSettings,
    name: String,
}

impl Container {
    pub(crate) fn new(settings: &CosmosSettings, name: &str) -> Container {
        let (settings, name) = (settings.clone(), name.to_owned());
        Container { agent: http::agent(), settings, name }
    }

    fn link(&self) -> String {
        format!("dbs/{}/colls/{}", self.settings.database, self.name)
    }

    /// Calls something about documents. `link` is the resource that is signed, without the name of the collection of
    /// documents behind it.
    async fn call(
        &self,
        method: Method,
        (link, path): (&str, &str),
        partition: &str,
        more: &[(&'static str, &str)],
        body: Option<Value>,
    ) -> Result<Answer, StoreError> {
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now());
        let date = date.map_err(unavailable::<Container>)?;
        let authorization = authorization(&self.settings.key, &method, link, &date)
            .ok_or_else(|| refused::<Container>("the key of the account cannot sign"))?;
        let mut headers = vec![
            ("authorization", authorization),
            ("x-ms-date", date),
            ("x-ms-version", VERSION.to_owned()),
            ("x-ms-consistency-level", "Strong".to_owned()),
            ("x-ms-documentdb-partitionkey", json!([partition]).to_string()),
        ];
        if body.is_some() && !more.iter().any(|(name, _)| *name == "content-type") {
            headers.push(("content-type", "application/json".to_owned()));
        }
        headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let url = format!("{}/{path}", self.settings.endpoint.trim_end_matches('/'));
        let sent = call(&self.agent, Call { method, url, headers, body }).await;
        sent.map_err(unavailable::<Container>)
    }

    /// Documents of a partition that a query names, page by page.
    async fn query(
        &self,
        partition: &str,
        query: Value,
        limit: usize,
    ) -> Result<Vec<Value>, StoreError> {
        let (link, mut found) = (self.link(), Vec::new());
        let mut continuation = String::new();
        loop {
            let wanted = (limit - found.len()).to_string();
            let mut headers = vec![
                ("x-ms-documentdb-isquery", "True"),
                ("content-type", "application/query+json"),
                ("x-ms-max-item-count", wanted.as_str()),
            ];
            if !continuation.is_empty() {
                headers.push(("x-ms-continuation", continuation.as_str()));
            }
            let path = (link.as_str(), format!("{link}/docs"));
            let path = (path.0, path.1.as_str());
            let answer =
                self.call(Method::POST, path, partition, &headers, Some(query.clone())).await?;
            let documents = answer.body.get("Documents").and_then(Value::as_array);
            let Some(documents) = documents.filter(|_| answer.is_ok()) else {
                return Err(failed(&answer));
            };
            found.extend(documents.iter().take(limit - found.len()).cloned());
            let next = answer.headers.get("x-ms-continuation").and_then(|next| next.to_str().ok());
            match next.filter(|next| !next.is_empty() && found.len() < limit) {
                Some(next) => continuation = next.to_owned(),
                None => return Ok(found),
            }
        }
    }

    async fn batch(&self, partition: &str, operations: Value) -> Result<Answer, StoreError> {
        let link = self.link();
        let headers = [
            ("x-ms-cosmos-is-batch-request", "True"),
            ("x-ms-cosmos-batch-atomic", "True"),
            ("x-ms-cosmos-batch-continue-on-error", "False"),
        ];
        let path = format!("{link}/docs");
        self.call(Method::POST, (&link, &path), partition, &headers, Some(operations)).await
    }
}

/// The header of a master key ("Access control on Azure Cosmos DB resources" in its REST reference).
fn authorization(key: &[u8], method: &Method, link: &str, date: &str) -> Option<String> {
    let (method, date) = (method.as_str().to_lowercase(), date.to_lowercase());
    let text = format!("{method}\ndocs\n{link}\n{date}\n\n");
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    let signature = BASE64.encode(&mac.finalize().into_bytes());
    let header = format!("type=master&ver=1.0&sig={signature}");
    Some(utf8_percent_encode(&header, NON_ALPHANUMERIC).to_string())
}

/// Ids of documents have neither `/` nor `#`; `!` and `|` are in no id of ours.
fn document_id(kind: &str, id: &str, version: u64) -> String {
    let id = id.replace('/', "!");
    if kind == "l" { format!("l|{id}") } else { format!("v|{id}|{version:020}") }
}

fn document(kind: &str, partition: &str, id: &str, latest: &Latest) -> Value {
    let mut document = json!({
        "id": document_id(kind, id, latest.version),
        "p": partition,
        "kind": kind,
        "of": id,
        // As text: numbers are doubles there.
        "version": format!("{:020}", latest.version),
        "floor": latest.floor.to_string(),
        "kept": latest.kept.to_string(),
    });
    if let Some(body) = &latest.body {
        document["body"] = json!(body.to_string());
    }
    document
}

fn read(document: &Value) -> Result<(String, Latest), StoreError> {
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let id = text("of").ok_or_else(|| corrupt::<Container>("a document", "it has no `of`"))?;
    let number = |name: &str| {
        let number = text(name).and_then(|text| text.parse().ok());
        number.ok_or_else(|| corrupt::<Container>(id, name))
    };
    let latest = Latest {
        version: number("version")?,
        floor: number("floor")?,
        kept: number("kept")?,
        body: body::<Container>(id, text("body"))?,
    };
    Ok((id.to_owned(), latest))
}

fn failed(answer: &Answer) -> StoreError {
    match answer.status {
        400 | 413 => refused::<Container>(answer.said()),
        _ => unavailable::<Container>(answer.said()),
    }
}

/// The statuses of the operations of a batch, without those that failed for another one (424).
fn statuses(answer: &Answer) -> Vec<u64> {
    let results = answer.body.as_array().map_or(&[][..], Vec::as_slice);
    let statuses = results.iter().filter_map(|result| result.get("statusCode")?.as_u64());
    statuses.filter(|status| *status != 424).collect()
}

#[async_trait]
impl Rows for Container {
    const NAME: &'static str = "cosmos_db";

    /// The ETag of the document.
    type Tag = String;

    async fn latest(
        &self,
        partition: &str,
        id: &str,
    ) -> Result<Option<(Latest, String)>, StoreError> {
        debug_assert_eq!(Self::NAME, Backend::CosmosDb.as_str());
        let document = document_id("l", id, 0);
        let link = format!("{}/docs/{document}", self.link());
        let encoded = utf8_percent_encode(&document, NON_ALPHANUMERIC);
        let path = format!("{}/docs/{encoded}", self.link());
        let answer = self.call(Method::GET, (&link, &path), partition, &[], None).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        if !answer.is_ok() {
            return Err(failed(&answer));
        }
        let tag = answer.body.get("_etag").and_then(Value::as_str);
        let tag = tag.ok_or_else(|| corrupt::<Container>(id, "it has no `_etag`"))?;
        Ok(Some((read(&answer.body)?.1, tag.to_owned())))
    }

    async fn page(
        &self,
        partition: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, Latest)>, StoreError> {
        let query = json!({
            "query": "SELECT * FROM c WHERE c.p = @p AND c.kind = 'l' AND c.of > @after ORDER BY c.of",
            "parameters": [
                {"name": "@p", "value": partition},
                {"name": "@after", "value": after},
            ],
        });
        self.query(partition, query, limit).await?.iter().map(read).collect()
    }

    async fn history(
        &self,
        partition: &str,
        id: &str,
        (first, last): (u64, u64),
        limit: usize,
    ) -> Result<Vec<(u64, Option<Value>)>, StoreError> {
        let query = json!({
            "query": "SELECT * FROM c WHERE c.p = @p AND c.kind = 'v' AND c.of = @of AND c.version >= @first AND c.version <= @last ORDER BY c.version",
            "parameters": [
                {"name": "@p", "value": partition},
                {"name": "@of", "value": id},
                {"name": "@first", "value": format!("{first:020}")},
                {"name": "@last", "value": format!("{last:020}")},
            ],
        });
        let documents = self.query(partition, query, limit).await?;
        let rows = documents.iter().map(|row| read(row).map(|(_, row)| (row.version, row.body)));
        rows.collect()
    }

    async fn apply(
        &self,
        partition: &str,
        changes: &[Change<String>],
    ) -> Result<Applied, StoreError> {
        let mut operations = Vec::new();
        for Change { id, before, next } in changes {
            let latest = document("l", partition, id, next);
            operations.push(match before {
                None => json!({"operationType": "Create", "resourceBody": latest}),
                Some(tag) => json!({
                    "operationType": "Replace",
                    "id": document_id("l", id, 0),
                    "ifMatch": tag,
                    "resourceBody": latest,
                }),
            });
            let version = document("v", partition, id, next);
            operations.push(json!({"operationType": "Create", "resourceBody": version}));
        }
        let answer = self.batch(partition, Value::Array(operations)).await?;
        let statuses = statuses(&answer);
        if answer.status == 200 && statuses.iter().all(|status| (200..300).contains(status)) {
            return Ok(Applied::Done);
        }
        // Gone, there already, another ETag, or somebody else is at it.
        if !statuses.is_empty() && statuses.iter().all(|s| [404, 409, 412, 449].contains(s)) {
            return Ok(Applied::Lost);
        }
        Err(failed(&answer))
    }

    async fn purge(
        &self,
        partition: &str,
        id: &str,
        first: u64,
        end: u64,
    ) -> Result<(), StoreError> {
        // A batch that deletes what is not there fails as a whole, so what is there is asked first.
        let mut first = first;
        while first < end {
            let range = (first, end - 1);
            let rows =
                self.history(partition, id, range, usize::try_from(BATCH).unwrap_or(1)).await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            let delete = |(version, _): &(u64, _)| json!({"operationType": "Delete", "id": document_id("v", id, *version)});
            let operations: Vec<Value> = rows.iter().map(delete).collect();
            let answer = self.batch(partition, Value::Array(operations)).await?;
            let is_done = answer.status == 200
                && statuses(&answer).iter().all(|status| (200..300).contains(status));
            if !is_done {
                return Err(unavailable::<Container>(answer.said()));
            }
            first = last + 1;
        }
        Ok(())
    }
}
