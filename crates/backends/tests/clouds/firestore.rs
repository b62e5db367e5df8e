//! A Firestore in memory: the calls of its REST API that our client makes, with the limits that its documentation
//! names. It keeps documents, not indexes or transactions.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::server::{Between, Reply, Request, Service};

pub(crate) const TOKEN: &str = "owner";

#[derive(Default)]
pub(crate) struct Firestore {
    documents: Mutex<(u64, BTreeMap<String, Value>)>,
    /// Answers commits that only delete with an error.
    pub(crate) keeps_rows: AtomicBool,
    pub(crate) between: Between,
}

fn error(status: u16, word: &str) -> Reply {
    Reply::new(status, json!({"error": {"code": status, "status": word, "message": word}}))
}

impl Firestore {
    /// How many documents there are.
    pub(crate) fn count(&self) -> usize {
        self.documents.lock().unwrap().1.len()
    }

    fn commit(&self, body: &Value) -> Reply {
        let writes = body["writes"].as_array().unwrap();
        if writes.len() > 500 || body.to_string().len() > 10 << 20 {
            return error(400, "INVALID_ARGUMENT");
        }
        if writes.iter().all(|write| write.get("delete").is_some())
            && self.keeps_rows.load(Ordering::SeqCst)
        {
            return error(503, "UNAVAILABLE");
        }
        self.between.happen();
        let mut locked = self.documents.lock().unwrap();
        let (clock, documents) = &mut *locked;
        let mut changed = documents.clone();
        *clock += 1;
        let time = format!("2026-11-20T09:30:00.{clock:09}Z");
        for write in writes {
            if let Some(name) = write.get("delete").and_then(Value::as_str) {
                changed.remove(name);
                continue;
            }
            let update = &write["update"];
            let name = update["name"].as_str().unwrap();
            if !is_name(name) || update.to_string().len() > (1 << 20) - 4 {
                return error(400, "INVALID_ARGUMENT");
            }
            let there = documents.get(name);
            let condition = &write["currentDocument"];
            if condition["exists"] == json!(false) && there.is_some() {
                return error(409, "ALREADY_EXISTS");
            }
            if let Some(time) = condition.get("updateTime")
                && there.map(|there| &there["updateTime"]) != Some(time)
            {
                return error(400, "FAILED_PRECONDITION");
            }
            let document = json!({"name": name, "fields": update["fields"], "updateTime": time});
            changed.insert(name.to_owned(), document);
        }
        *documents = changed;
        Reply::new(200, json!({"commitTime": time}))
    }

    fn query(&self, parent: &str, query: &Value) -> Reply {
        let query = &query["structuredQuery"];
        let collection = query["from"][0]["collectionId"].as_str().unwrap();
        let bound = |op: &str| {
            let filters = query["where"]["compositeFilter"]["filters"].as_array().unwrap();
            let found = filters.iter().find(|one| one["fieldFilter"]["op"] == op).unwrap();
            found["fieldFilter"]["value"]["referenceValue"].as_str().unwrap().to_owned()
        };
        let (first, last) = (bound("GREATER_THAN_OR_EQUAL"), bound("LESS_THAN_OR_EQUAL"));
        let limit = usize::try_from(query["limit"].as_u64().unwrap()).unwrap();
        let prefix = format!("{parent}/{collection}/");
        let documents = self.documents.lock().unwrap();
        let found = documents.1.range(first..=last);
        let found = found
            .filter(|(name, _)| name.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('/')));
        let mut answer: Vec<Value> = found
            .take(limit)
            .map(|(_, document)| json!({"document": document, "readTime": "x"}))
            .collect();
        if answer.is_empty() {
            answer.push(json!({"readTime": "x"}));
        }
        Reply::new(200, Value::Array(answer))
    }
}

/// Pairs of collection and document, none of them a name that Firestore keeps for itself.
fn is_name(name: &str) -> bool {
    let Some((_, path)) = name.split_once("/documents/") else { return false };
    let segments: Vec<&str> = path.split('/').collect();
    segments.len().is_multiple_of(2)
        && segments.iter().all(|segment| {
            let reserved = segment.starts_with("__") && segment.ends_with("__");
            (1..=1500).contains(&segment.len()) && !reserved && ![".", ".."].contains(segment)
        })
}

impl Service for Firestore {
    fn answer(&self, request: &Request) -> Reply {
        if request.headers.get("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return error(401, "UNAUTHENTICATED");
        }
        let path = request.path.strip_prefix("/v1/").unwrap();
        match (request.method.as_str(), request.verb.as_deref()) {
            ("POST", Some("commit")) => self.commit(&request.body),
            ("POST", Some("runQuery")) => self.query(path, &request.body),
            ("GET", None) => match self.documents.lock().unwrap().1.get(path) {
                Some(document) => Reply::new(200, document.clone()),
                None => error(404, "NOT_FOUND"),
            },
            _ => error(400, "INVALID_ARGUMENT"),
        }
    }
}
