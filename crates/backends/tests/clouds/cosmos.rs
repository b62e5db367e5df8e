//! A Cosmos DB in memory: the calls of its REST API that our client makes, signed as it wants them, with batches that
//! succeed as a whole and answers in short pages. It knows our two queries and no other.

use std::collections::BTreeMap;
use std::sync::Mutex;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::server::{Between, Reply, Request, Service};

pub(crate) const KEY: &[u8] = b"the key of an account in a test.";

/// Fewer than asked for, so that a client has to go on.
const PAGE: usize = 40;

type Documents = BTreeMap<(String, String), Value>;

#[derive(Default)]
pub(crate) struct Cosmos {
    documents: Mutex<(u64, Documents)>,
    pub(crate) between: Between,
}

fn error(status: u16, why: &str) -> Reply {
    Reply::new(status, json!({"code": why, "message": why}))
}

impl Cosmos {
    fn batch(&self, partition: &str, operations: &Value) -> Reply {
        let operations = operations.as_array().unwrap();
        if operations.len() > 100 {
            return error(400, "BadRequest");
        }
        self.between.happen();
        let mut locked = self.documents.lock().unwrap();
        let mut changed = locked.clone();
        let mut failed = None;
        for (index, operation) in operations.iter().enumerate() {
            if let Err(status) = apply(&mut changed, partition, operation) {
                failed = Some((index, status));
                break;
            }
        }
        let status = |index| match failed {
            None => 200,
            Some((at, status)) if at == index => status,
            Some(_) => 424,
        };
        let results: Vec<Value> =
            (0..operations.len()).map(|index| json!({"statusCode": status(index)})).collect();
        if failed.is_none() {
            *locked = changed;
        }
        Reply::new(if failed.is_none() { 200 } else { 207 }, Value::Array(results))
    }

    fn query(&self, request: &Request, partition: &str) -> Reply {
        let parameter = |name: &str| {
            let all = request.body["parameters"].as_array().unwrap();
            let found = all.iter().find(|one| one["name"] == name).unwrap();
            found["value"].as_str().unwrap().to_owned()
        };
        assert_eq!(parameter("@p"), partition);
        let documents = self.documents.lock().unwrap();
        let own = documents.1.iter().filter(|((of, _), _)| of == partition);
        let text = |document: &Value, name: &str| document[name].as_str().unwrap().to_owned();
        let query = request.body["query"].as_str().unwrap();
        let mut found: Vec<(String, Value)> = if query.contains("c.kind = 'l'") {
            assert!(query.ends_with("AND c.of > @after ORDER BY c.of"), "{query}");
            let after = parameter("@after");
            let latest = own.filter(|(_, d)| d["kind"] == "l" && text(d, "of") > after);
            latest.map(|(_, d)| (text(d, "of"), d.clone())).collect()
        } else {
            assert!(
                query.ends_with(
                    "c.of = @of AND c.version >= @first AND c.version <= @last ORDER BY c.version"
                ),
                "{query}"
            );
            let (of, range) = (parameter("@of"), parameter("@first")..=parameter("@last"));
            let versions = own.filter(|(_, d)| {
                d["kind"] == "v" && text(d, "of") == of && range.contains(&text(d, "version"))
            });
            versions.map(|(_, d)| (text(d, "version"), d.clone())).collect()
        };
        found.sort_by(|one, other| one.0.cmp(&other.0));
        let start =
            request.headers.get("x-ms-continuation").map_or(0, |text| text.parse().unwrap());
        let asked: usize = request.headers["x-ms-max-item-count"].parse().unwrap();
        let end = found.len().min(start + asked.min(PAGE));
        let page: Vec<Value> = found[start..end].iter().map(|(_, d)| d.clone()).collect();
        let mut reply = Reply::new(200, json!({"Documents": page, "_count": page.len()}));
        if end < found.len() {
            reply.headers.push(("x-ms-continuation", end.to_string()));
        }
        reply
    }
}

fn apply(state: &mut (u64, Documents), partition: &str, operation: &Value) -> Result<(), u64> {
    let body = operation.get("resourceBody");
    let id = operation.get("id").or_else(|| body.and_then(|body| body.get("id"))).unwrap();
    let id = id.as_str().unwrap();
    let is_ours = body.is_none_or(|body| body["p"] == partition && body["id"] == id);
    let size = body.map_or(0, |body| body.to_string().len());
    if !is_ours || id.len() > 1023 || id.contains(['/', '\\', '?', '#']) || size > 2 << 20 {
        return Err(400);
    }
    let key = (partition.to_owned(), id.to_owned());
    let there = state.1.get(&key);
    match (operation["operationType"].as_str().unwrap(), there) {
        ("Create", Some(_)) => return Err(409),
        ("Create", None) => {}
        ("Replace" | "Delete", None) => return Err(404),
        ("Replace" | "Delete", Some(there)) => {
            if operation.get("ifMatch").is_some_and(|tag| *tag != there["_etag"]) {
                return Err(412);
            }
        }
        _ => return Err(400),
    }
    state.0 += 1;
    match body {
        None => drop(state.1.remove(&key)),
        Some(body) => {
            let mut body = body.clone();
            body["_etag"] = json!(format!("\"{}\"", state.0));
            state.1.insert(key, body);
        }
    }
    Ok(())
}

/// The signature, as the REST reference describes it.
fn is_signed(request: &Request) -> bool {
    let Some(date) = request.headers.get("x-ms-date") else { return false };
    let path = request.path.trim_start_matches('/');
    let link = if request.method == "POST" { path.strip_suffix("/docs").unwrap() } else { path };
    let method = request.method.to_lowercase();
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("{method}\ndocs\n{link}\n{}\n\n", date.to_lowercase()).as_bytes());
    let expected =
        format!("type=master&ver=1.0&sig={}", BASE64.encode(&mac.finalize().into_bytes()));
    let given = request.headers.get("authorization").map(String::as_str).unwrap_or_default();
    date.ends_with(" GMT") && percent_decode_str(given).decode_utf8().unwrap() == expected
}

impl Service for Cosmos {
    fn answer(&self, request: &Request) -> Reply {
        if !is_signed(request) {
            return error(401, "Unauthorized");
        }
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        if header("x-ms-consistency-level") != Some("Strong") {
            return error(400, "BadRequest");
        }
        let partition: Vec<String> =
            serde_json::from_str(header("x-ms-documentdb-partitionkey").unwrap()).unwrap();
        let is = |name| header(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        match request.method.as_str() {
            "GET" => {
                let id = request.path.rsplit('/').next().unwrap().to_owned();
                match self.documents.lock().unwrap().1.get(&(partition[0].clone(), id)) {
                    Some(document) => Reply::new(200, document.clone()),
                    None => error(404, "NotFound"),
                }
            }
            "POST" if is("x-ms-documentdb-isquery") => self.query(request, &partition[0]),
            "POST" if is("x-ms-cosmos-is-batch-request") && is("x-ms-cosmos-batch-atomic") => {
                self.batch(&partition[0], &request.body)
            }
            _ => error(400, "BadRequest"),
        }
    }
}
