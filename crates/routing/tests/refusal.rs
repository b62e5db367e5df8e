//! What may be called outside. What a document does not declare reaches neither rate limit nor cache nor network.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use contract_routing::outbound::{
    Api, ApiError, Bucket, Call, Client, Events, Failed, Outgoing, RateLimit, Response,
    ResponseCache, Settings, Transport, Undeclared,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Counts what gets through, and is every one of those that a client calls with.
#[derive(Default)]
struct Outside {
    limits: Cell<u32>,
    lookups: Cell<u32>,
    sent: RefCell<Vec<Outgoing>>,
    kept: RefCell<BTreeMap<String, Response>>,
    events: RefCell<Vec<Value>>,
    is_full: Cell<bool>,
    is_failing: Cell<bool>,
    /// In which order things were asked.
    order: RefCell<Vec<&'static str>>,
}

impl Transport for &Outside {
    fn send(&self, outgoing: &Outgoing) -> Result<Response, String> {
        self.order.borrow_mut().push("network");
        self.sent.borrow_mut().push(outgoing.clone());
        let status = if self.is_failing.get() { 500 } else { 200 };
        Ok(Response { status, body: b"{}".to_vec() })
    }
}

impl RateLimit for &Outside {
    fn acquire(&self) -> Result<(), Duration> {
        self.order.borrow_mut().push("limit");
        self.limits.set(self.limits.get() + 1);
        if self.is_full.get() { Err(Duration::from_millis(20)) } else { Ok(()) }
    }
}

impl ResponseCache for &Outside {
    fn get(&self, target: &str) -> Option<Response> {
        self.order.borrow_mut().push("cache");
        self.lookups.set(self.lookups.get() + 1);
        self.kept.borrow().get(target).cloned()
    }

    fn put(&self, target: &str, response: &Response) {
        self.kept.borrow_mut().insert(target.to_owned(), response.clone());
    }
}

impl Events for &Outside {
    fn record(&self, event: &Value) {
        self.events.borrow_mut().push(event.clone());
    }
}

impl Outside {
    fn touched(&self) -> (u32, u32, usize) {
        (self.limits.get(), self.lookups.get(), self.sent.borrow().len())
    }
}

fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1.0.0"},
        "components": {"parameters": {
            "Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}
        }},
        "paths": {
            "/api/stock/{ticker}/flow": {
                "parameters": [{"name": "ticker", "in": "path", "required": true}],
                "get": {
                    "operationId": "flow",
                    "parameters": [
                        {"$ref": "#/components/parameters/Limit"},
                        {"name": "side", "in": "query", "schema": {"type": "array"}},
                        {"name": "X-Trace", "in": "header"}
                    ]
                }
            },
            "/api/stock/all/flow": {"get": {"operationId": "all"}},
            "/api/alerts": {
                "post": {"requestBody": {"required": true}},
                "get": {"parameters": [{"name": "since", "in": "query", "required": true}]}
            },
            "/api/report.{format}": {"get": {"requestBody": {}}, "put": {"requestBody": {}}}
        }
    })
}

type Tested<'o> = Client<&'o Outside, &'o Outside, &'o Outside, &'o Outside>;

fn client(outside: &Outside) -> Tested<'_> {
    let api = Api::compile(&document(), 4).unwrap();
    let settings = Settings { event_type: "uw_invalid_endpoint_attempt".to_owned() };
    Client::new(api, settings, outside, outside, outside, outside)
}

fn get<'c>(path: &'c str, query: &'c [(&'c str, &'c str)]) -> Call<'c> {
    Call { method: "GET", path, query, body: None }
}

#[test]
fn what_is_not_declared_is_refused() {
    let body = json!({});
    let with_body = |method, path| Call { method, path, query: &[], body: Some(&body) };
    let without = |method, path| Call { method, path, query: &[], body: None };
    let refused: Vec<(Call<'_>, &str)> = vec![
        (get("/api/stock/AAPL", &[]), "path"),
        (get("/api/stock/AAPL/flow/more", &[]), "path"),
        (get("/api/stock//flow", &[]), "not_a_path"),
        (get("/api/stock/AAPL/flow/", &[]), "path"),
        (get("/API/stock/AAPL/flow", &[]), "path"),
        (get("/v2/api/stock/AAPL/flow", &[]), "path"),
        (get("/", &[]), "path"),
        (get("", &[]), "not_a_path"),
        (get("api/alerts", &[]), "not_a_path"),
        // Out of the folder, in every writing.
        (get("/api/stock/../flow", &[]), "not_a_path"),
        (get("/api/stock/./flow", &[]), "not_a_path"),
        (get("/api/stock/%2e%2e/flow", &[]), "not_a_path"),
        (get("/api/stock/.%2E/flow", &[]), "not_a_path"),
        (get("/api/stock/%252e%252e/flow", &[]), "not_a_path"),
        (get("/api/stock/a%2Fb/flow", &[]), "not_a_path"),
        (get("/api/stock/a%2fflow", &[]), "not_a_path"),
        (get("/api/stock/a%5Cb/flow", &[]), "not_a_path"),
        (get("/api/stock/a\\b/flow", &[]), "not_a_path"),
        (get("/api/stock/a%00/flow", &[]), "not_a_path"),
        (get("/api/stock/a%0d%0aHost:x/flow", &[]), "not_a_path"),
        (get("/api/stock/a\r\nHost: x/flow", &[]), "not_a_path"),
        (get("/api/stock/a b/flow", &[]), "not_a_path"),
        (get("/api/stock/a%/flow", &[]), "not_a_path"),
        (get("/api/stock/a%ff/flow", &[]), "not_a_path"),
        // Another host.
        (get("//evil.example/api/alerts", &[]), "not_a_path"),
        (get("https://evil.example/api/alerts", &[]), "not_a_path"),
        (get("@evil.example/api/alerts", &[]), "not_a_path"),
        (get("/\\evil.example/api/alerts", &[]), "not_a_path"),
        // A query within the path.
        (get("/api/stock/AAPL/flow?limit=1", &[]), "not_a_path"),
        (get("/api/stock/AAPL/flow#x", &[]), "not_a_path"),
        // Methods.
        (without("POST", "/api/stock/AAPL/flow"), "method"),
        (without("DELETE", "/api/alerts"), "method"),
        (without("get", "/api/stock/AAPL/flow"), "method"),
        (without("GET\r\n", "/api/stock/AAPL/flow"), "method"),
        (without("PARAMETERS", "/api/stock/AAPL/flow"), "method"),
        // Queries.
        (get("/api/stock/AAPL/flow", &[("offset", "1")]), "query"),
        (get("/api/stock/AAPL/flow", &[("limit", "1"), ("limit", "2")]), "query"),
        (get("/api/stock/AAPL/flow", &[("ticker", "1")]), "query"),
        (get("/api/stock/AAPL/flow", &[("X-Trace", "1")]), "query"),
        (get("/api/alerts", &[]), "query_missing"),
        // Bodies.
        (without("POST", "/api/alerts"), "body"),
        (with_body("GET", "/api/stock/AAPL/flow"), "body"),
        (get("/api/report.", &[]), "path"),
    ];
    for (call, code) in &refused {
        let outside = Outside::default();
        let answer = client(&outside).call(call);
        let Err(Failed::Undeclared(why)) = answer else { panic!("{call:?}: {answer:?}") };
        assert_eq!(why.code(), *code, "{call:?}: {why}");
        assert_eq!(outside.touched(), (0, 0, 0), "{call:?}");
        let events = outside.events.borrow();
        let [event] = events.as_slice() else { panic!("{call:?}: {events:?}") };
        assert_eq!(event["event_type"], "uw_invalid_endpoint_attempt");
        assert_eq!((&event["reason"], &event["method"]), (&json!(code), &json!(call.method)));
    }
}

#[test]
fn what_is_declared_is_sent() {
    let outside = Outside::default();
    let client = client(&outside);
    let body = json!({"a": 1});
    client
        .call(&get("/api/stock/BRK.B/flow", &[("limit", "1&x=2"), ("side", "a"), ("side", "ü")]))
        .unwrap();
    client
        .call(&Call { method: "POST", path: "/api/alerts", query: &[], body: Some(&body) })
        .unwrap();
    client.call(&get("/api/report.csv", &[])).unwrap();
    client.call(&get("/api/stock/a%20b/flow", &[])).unwrap();
    let targets: Vec<String> = outside.sent.borrow().iter().map(|out| out.target.clone()).collect();
    assert_eq!(
        targets,
        [
            "/api/stock/BRK.B/flow?limit=1%26x%3D2&side=a&side=%C3%BC",
            "/api/alerts",
            "/api/report.csv",
            "/api/stock/a%20b/flow",
        ]
    );
    assert_eq!(outside.sent.borrow()[1].body.as_deref(), Some("{\"a\":1}"));
    assert!(outside.events.borrow().is_empty());
}

#[test]
fn a_query_that_is_required_is_given() {
    let outside = Outside::default();
    client(&outside).call(&get("/api/alerts", &[("since", "1")])).unwrap();
    assert_eq!(outside.sent.borrow()[0].target, "/api/alerts?since=1");
}

#[test]
fn the_limit_comes_before_the_cache_and_the_cache_before_the_network() {
    let outside = Outside::default();
    let client = client(&outside);
    let call = get("/api/stock/all/flow", &[]);
    client.call(&call).unwrap();
    assert_eq!(*outside.order.borrow(), ["limit", "cache", "network"]);
    client.call(&call).unwrap();
    assert_eq!(outside.touched(), (2, 2, 1));
    outside.is_full.set(true);
    assert_eq!(client.call(&call), Err(Failed::Limited(Duration::from_millis(20))));
    assert_eq!(outside.touched(), (3, 2, 1));
}

/// Answers are kept of calls that only read, and only good ones.
#[test]
fn what_changes_something_is_always_sent() {
    let outside = Outside::default();
    let client = client(&outside);
    let body = json!({});
    let path = "/api/report.csv";
    for (method, body) in [("PUT", None), ("PUT", Some(&body)), ("GET", Some(&body))] {
        client.call(&Call { method, path, query: &[], body }).unwrap();
        assert!(outside.kept.borrow().is_empty(), "{method}");
    }
    assert_eq!(outside.touched(), (3, 0, 3));
    outside.is_failing.set(true);
    for sent in [4, 5] {
        assert_eq!(client.call(&get(path, &[])).unwrap().status, 500);
        assert_eq!(outside.sent.borrow().len(), sent);
    }
    outside.is_failing.set(false);
    for _ in 0..2 {
        assert_eq!(client.call(&get(path, &[])).unwrap().status, 200);
        assert_eq!(outside.sent.borrow().len(), 6);
    }
}

#[test]
fn secrets_of_a_refused_call_are_not_in_its_event() {
    let outside = Outside::default();
    let _ = client(&outside).call(&get("/api/none?token=s3cret", &[("key", "s3cret")]));
    let event = outside.events.borrow()[0].to_string();
    assert!(event.contains("\"key\"") && !event.contains("s3cret"), "{event}");
}

#[test]
fn a_concrete_path_comes_before_a_template() {
    let api = Api::compile(&document(), 4).unwrap();
    let id = |path| api.operation("GET", path, &[], false).unwrap().id.clone();
    assert_eq!(id("/api/stock/all/flow").as_deref(), Some("all"));
    assert_eq!(id("/api/stock/ALL/flow").as_deref(), Some("flow"));
    // What the concrete one does not have, the template does not lend it.
    let refused = api.operation("GET", "/api/stock/all/flow", &[("limit", "1")], false);
    assert_eq!(refused.unwrap_err(), Undeclared::Query("limit".to_owned()));
    assert_eq!(api.operations().count(), 6);
}

#[test]
fn a_document_that_is_cut_off_declares_nothing() {
    let least = |least| Api::compile(&document(), least).map(drop);
    assert_eq!(least(4), Ok(()));
    assert_eq!(least(5), Err(ApiError::TooFew { found: 4, least: 5 }));
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut document = document();
        change(&mut document);
        Api::compile(&document, 1).map(drop).unwrap_err().to_string()
    };
    let said = [
        broken(&|d| *d = json!(null)),
        broken(&|d| d["openapi"] = json!("2.0")),
        broken(&|d| d["paths"] = json!([])),
        broken(&|d| d["paths"] = json!({})),
        broken(&|d| d["paths"]["/a"] = json!({"$ref": "./a.yaml#/paths/~1a"})),
        broken(&|d| d["paths"]["/a"] = json!({"$ref": "#/paths/~1a"})),
        broken(&|d| d["paths"]["/a"] = json!({"$ref": "#/nothing"})),
        broken(&|d| d["paths"]["/a"] = json!({"get": []})),
        broken(&|d| d["paths"]["/a"] = json!({})),
        broken(&|d| d["paths"]["a"] = json!({"get": {}})),
        broken(&|d| d["paths"]["/{a}{b}"] = json!({"get": {}})),
        broken(&|d| d["paths"]["/{}"] = json!({"get": {}})),
        broken(&|d| d["paths"]["/{a"] = json!({"get": {}})),
        broken(&|d| d["paths"]["/a}"] = json!({"get": {}})),
        broken(&|d| d["paths"]["/{a}}"] = json!({"get": {}})),
        broken(&|d| d["paths"]["/api/stock/{other}/flow"] = json!({"get": {}})),
        broken(&|d| d["paths"]["/a"] = json!({"get": {"parameters": [{"name": "x"}]}})),
    ];
    let different: std::collections::BTreeSet<&String> = said.iter().collect();
    assert!(different.len() >= 11, "{said:#?}");
}

#[test]
fn a_bucket_fills_up_with_time() {
    let start = Instant::now();
    let bucket = Bucket::new(2, Duration::from_secs(10), start);
    let at = |seconds| bucket.take(start + Duration::from_secs(seconds));
    assert_eq!((at(0), at(0)), (Ok(()), Ok(())));
    assert_eq!(at(4), Err(Duration::from_secs(6)));
    assert_eq!(at(10), Ok(()));
    assert_eq!(at(15), Err(Duration::from_secs(5)));
    assert_eq!((at(1000), at(1000)), (Ok(()), Ok(())));
    assert!(at(1000).is_err());
}

#[test]
fn a_bucket_asks_the_clock() {
    let bucket = Bucket::new(1, Duration::from_secs(3600), Instant::now());
    assert_eq!(bucket.acquire(), Ok(()));
    assert!(bucket.acquire().is_err_and(|wait| wait <= Duration::from_secs(3600)));
}

#[test]
fn a_path_may_be_so_long_and_no_longer() {
    let api = Api::compile(&document(), 4).unwrap();
    let of = |bytes: usize| {
        let path = format!("/api/stock/{}/flow", "A".repeat(bytes - "/api/stock//flow".len()));
        api.operation("GET", &path, &[], false).err()
    };
    assert_eq!(of(2048), None);
    assert!(matches!(of(2049), Some(Undeclared::NotAPath(_))));
}

proptest! {
    /// Whatever a call says, what is sent has as many segments as a declared path, and leads nowhere else.
    #[test]
    fn nothing_gets_out_of_its_segment(value in "[ -~]{0,12}|[.%/a2eEfF5cC\\\\]{0,10}|\\PC{0,6}") {
        let outside = Outside::default();
        let path = format!("/api/stock/{value}/flow");
        let answer = client(&outside).call(&get(&path, &[]));
        let sent = outside.sent.borrow();
        prop_assert_eq!(answer.is_ok(), sent.len() == 1);
        for out in sent.iter() {
            let decoded = percent_encoding::percent_decode_str(&out.target).decode_utf8().unwrap();
            prop_assert_eq!(decoded.split(['/', '\\']).count(), 5);
            prop_assert!(decoded.split('/').all(|part| part != "." && part != ".."));
        }
    }
}
