//! The API under load: every response is one that the contracts describe, whatever plugins, threads and locks do.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use contract_embed::api;
use contract_plugin_host::{Host, Quiet, router};
use serde_json::{Value, json};
use tower_service::Service;

use crate::common::{RUN, check, host, limits, module, program};

/// What came back.
struct Response {
    status: u16,
    media_type: String,
    headers: Vec<(String, String)>,
    body: Value,
}

/// Asks the router, and sees that the contracts describe the response.
async fn ask(router: &Router, method: Method, path: &str, body: Vec<u8>) -> Response {
    let request = Request::builder().method(method.clone()).uri(path).body(Body::from(body));
    let response = router.clone().call(request.unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.as_str().to_owned(), value.to_str().unwrap().to_owned())
    };
    let headers: Vec<(String, String)> = response.headers().iter().map(header).collect();
    let media_type = headers.iter().find(|(name, _)| name == "content-type").unwrap().1.clone();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    if status != 405 {
        let id = match (method, path.rsplit('/').next().unwrap()) {
            (Method::POST, _) => "callPlugin",
            (_, "plugins") => "listPlugins",
            (_, "health") => "getPluginHealth",
            _ => "getPlugin",
        };
        let response =
            api::Response { status, headers: &headers, body: Some((&media_type, &body)) };
        let problems = api::operation(id).unwrap().check_response(&response);
        assert_eq!(problems, [], "{path}: {body}");
    }
    Response { status, media_type, headers, body }
}

fn block<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(future)
}

fn a_call(function: &str) -> Vec<u8> {
    json!({"function": function, "arguments": {"page": 1}, "run_id": RUN}).to_string().into_bytes()
}

#[test]
fn every_answer_is_complete() {
    let (host, _) = host();
    host.register(program("ocr", "")).unwrap();
    host.register(program("speech", "load-missing")).unwrap();
    let router = router(host.clone());
    block(async {
        let get = async |path: &str| ask(&router, Method::GET, path, Vec::new()).await;
        let post = async |path: &str, body: Vec<u8>| ask(&router, Method::POST, path, body).await;
        assert_eq!(get("/v1/plugins").await.body["items"][1]["state"], "REGISTERED");
        assert_eq!(post("/v1/plugins/ocr/calls", a_call("echo")).await.status, 409);
        host.start_all();
        let health = get("/v1/plugins/ocr/health").await;
        assert_eq!((health.status, &health.body["state"]), (200, &json!("READY")));
        assert!(health.body["uptime_seconds"].as_f64().unwrap() >= 0.0);
        let speech = get("/v1/plugins/speech").await.body;
        assert_eq!(speech["missing"], "dependency");
        assert_eq!(post("/v1/plugins/speech/calls", a_call("echo")).await.status, 409);

        let well = post("/v1/plugins/ocr/calls", a_call("echo")).await;
        assert_eq!((well.status, &well.body["value"]), (200, &json!({"page": 1})));
        let ill = post("/v1/plugins/ocr/calls", a_call("panic")).await;
        assert_eq!(
            (ill.status, &ill.body["ok"], &ill.body["state"]),
            (200, &json!(false), &json!("FAILED"))
        );

        assert_eq!(post("/v1/plugins/ocr/calls", b"no JSON".to_vec()).await.status, 400);
        let bad = post("/v1/plugins/ocr/calls", b"{\"function\": \"A\"}".to_vec()).await;
        assert_eq!(bad.status, 422);
        assert!(bad.body["errors"].as_array().unwrap().len() >= 2, "{}", bad.body);
        assert_eq!(post("/v1/plugins/ocr/calls", vec![b' '; 5 << 20]).await.status, 413);

        for name in ["nobody", "OCR", "%00", "%ff", "a%2Fb", "%F0%9F%A6%80", &"x".repeat(9000)] {
            for path in ["", "/health"] {
                let answer = get(&format!("/v1/plugins/{name}{path}")).await;
                assert_eq!(answer.status, 404);
                assert_eq!(answer.media_type, "application/problem+json");
            }
            assert_eq!(
                post(&format!("/v1/plugins/{name}/calls"), a_call("echo")).await.status,
                404
            );
        }
        assert_eq!(host.unknown_calls().count, 7);
        let method = ask(&router, Method::DELETE, "/v1/plugins/ocr", Vec::new()).await;
        assert_eq!(method.status, 405);
        assert!(method.headers.iter().any(|(name, _)| name == "allow"), "{:?}", method.headers);
    });
}

#[test]
fn too_many_calls_are_put_off() {
    let host = Host::new(Quiet, 0);
    host.register(program("ocr", "")).unwrap();
    host.start("ocr").unwrap();
    let router = router(host.clone());
    let answer = block(ask(&router, Method::POST, "/v1/plugins/ocr/calls", a_call("echo")));
    assert_eq!((answer.status, host.plugin("ocr").unwrap().error_count), (429, 1));
    assert!(answer.headers.contains(&("retry-after".to_owned(), "1".to_owned())));
}

/// 64 threads read and write while plugins die, and other threads die with the locks in their hands.
#[test]
fn every_answer_is_valid_under_load() {
    const THREADS: usize = 64;
    const ROUNDS: usize = 100;
    let folder = tempfile::tempdir().unwrap();
    let (host, recorder) = host();
    let mut slow = program("dying", "");
    limits(&mut slow).wall = Duration::from_millis(100);
    host.register(slow).unwrap();
    host.register(program("absent", "load-missing")).unwrap();
    host.register(module(folder.path(), "module", "i64.const 14")).unwrap();
    host.register(module(folder.path(), "trap", "unreachable")).unwrap();
    host.start_all();
    let router = router(host.clone());
    let (answers, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    block(async {
        let handle = tokio::runtime::Handle::current();
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|n| {
                    let (host, router, handle, answers) =
                        (&host, &router, handle.clone(), &answers);
                    scope.spawn(move || {
                        for round in 0..ROUNDS {
                            handle.block_on(one(host, router, n, round));
                            answers.fetch_add(1, Ordering::Relaxed);
                        }
                    })
                })
                .collect();
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    host.poison();
                    thread::sleep(Duration::from_millis(1));
                }
            });
            let done: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
            is_over.store(true, Ordering::Relaxed);
            assert!(done.iter().all(Result::is_ok));
        });
    });
    assert_eq!(answers.load(Ordering::Relaxed), THREADS * ROUNDS);
    check(&host);
    consistent(&host, &recorder);
    // It was a load: calls of every kind came to something.
    let plugins = host.plugins();
    let sum =
        |count: fn(&contract_plugin_host::Snapshot) -> u64| plugins.iter().map(count).sum::<u64>();
    assert!(sum(|plugin| plugin.success_count) > 5, "{plugins:?}");
    assert!(sum(|plugin| plugin.error_count) > 20, "{plugins:?}");
    assert!(recorder.of("PLUGIN_CALL_FAILED").len() > 5 && host.unknown_calls().count > 5);
}

async fn one(host: &Host, router: &Router, thread: usize, round: usize) {
    let name = ["dying", "absent", "module", "trap", "nobody"][(thread + round) % 5];
    let path = format!("/v1/plugins/{name}");
    let get = async |path: &str| ask(router, Method::GET, path, Vec::new()).await.status;
    let expected = if name == "nobody" { 404 } else { 200 };
    match (thread + round / 5) % 6 {
        0 => assert_eq!(get("/v1/plugins").await, 200),
        1 => assert_eq!(get(&path).await, expected),
        2 => assert_eq!(get(&format!("{path}/health")).await, expected),
        3 => {
            let function = ["panic", "abort", "loop", "echo"][round % 4];
            let path = format!("{path}/calls");
            let status = ask(router, Method::POST, &path, a_call(function)).await.status;
            assert!([200, 404, 409, 429].contains(&status), "{status}");
        }
        4 => drop(host.start(name)),
        _ => drop(if round.is_multiple_of(3) { host.stop(name) } else { Ok(()) }),
    }
}

/// What was told is a chain: each change begins where the last one of the plugin ended.
fn consistent(host: &Host, recorder: &crate::common::Recorder) {
    assert_eq!(host.untold(), 0);
    let changes = recorder.of("PLUGIN_STATE_CHANGED");
    for plugin in host.plugins() {
        let mut last = json!("REGISTERED");
        for change in changes.iter().filter(|change| change["name"] == plugin.name.as_str()) {
            assert_eq!(change["previous_state"], last, "{change}");
            last = change["state"].clone();
        }
        assert_eq!(last, plugin.state.as_str());
    }
}
