//! The real transport against a real server on loopback.
#![cfg(feature = "http")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use contract_routing::outbound::{
    Api, Bucket, Call, Client, Events, Failed, Http, OriginRefused, Response, Settings, Uncached,
};
use serde_json::{Value, json};

const LONGEST: Duration = Duration::from_secs(20);

struct Silent;

impl Events for Silent {
    fn record(&self, _: &Value) {}
}

/// Answers each request with the next of these, and hands on what was asked.
fn server(answers: Vec<&'static str>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(&stream);
            let mut text = String::new();
            while !text.ends_with("\r\n\r\n") {
                reader.read_line(&mut text).unwrap();
            }
            let lower = text.to_lowercase();
            let length = lower
                .split_once("content-length: ")
                .map_or(0, |(_, rest)| rest.split('\r').next().unwrap().parse().unwrap());
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            text.push_str(&String::from_utf8(body).unwrap());
            (&stream).write_all(answer.as_bytes()).unwrap();
            sender.send(text).unwrap();
        }
    });
    (origin, asked)
}

fn client(origin: &str) -> Client<Http, Bucket, Uncached, Silent> {
    let document = json!({"openapi": "3.1.0", "paths": {"/a/{id}": {
        "get": {"parameters": [{"name": "q", "in": "query"}]},
        "put": {"requestBody": {}}
    }}});
    let api = Api::compile(&document, 1).unwrap();
    let http = Http::new(origin, Some("Bearer s3cret"), LONGEST).unwrap();
    assert!(!format!("{http:?}").contains("s3cret"));
    let bucket = Bucket::new(10, Duration::from_secs(1), std::time::Instant::now());
    let settings = Settings { event_type: "invalid_endpoint_attempt".to_owned() };
    Client::new(api, settings, http, bucket, Uncached, Silent)
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

#[test]
fn declared_calls_reach_the_server() {
    let (origin, asked) = server(vec![OK, OK]);
    let client = client(&origin);
    let get = Call { method: "GET", path: "/a/x%20y", query: &[("q", "1&2")], body: None };
    assert_eq!(client.call(&get), Ok(Response { status: 200, body: b"{}".to_vec() }));
    let text = asked.recv().unwrap();
    assert!(text.starts_with("GET /a/x%20y?q=1%262 HTTP/1.1\r\n"), "{text}");
    assert!(text.to_lowercase().contains("authorization: bearer s3cret"), "{text}");
    let body = json!({"b": 1});
    let put = Call { method: "PUT", path: "/a/1", query: &[], body: Some(&body) };
    assert_eq!(client.call(&put).unwrap().status, 200);
    assert!(asked.recv().unwrap().ends_with("\r\n\r\n{\"b\":1}"));
}

#[test]
fn redirects_are_answers_and_lead_nowhere() {
    let moved =
        "HTTP/1.1 302 Found\r\nlocation: /secret\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (origin, asked) = server(vec![moved, OK]);
    let get = Call { method: "GET", path: "/a/1", query: &[], body: None };
    assert_eq!(client(&origin).call(&get).unwrap().status, 302);
    assert!(asked.recv().unwrap().starts_with("GET /a/1 "));
    assert!(asked.try_recv().is_err());
}

#[test]
fn errors_of_servers_are_answers_and_no_server_is_none() {
    let error = "HTTP/1.1 503 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (origin, _asked) = server(vec![error]);
    let get = Call { method: "GET", path: "/a/1", query: &[], body: None };
    assert_eq!(client(&origin).call(&get).unwrap().status, 503);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failed = client(&format!("http://{free}")).call(&get);
    let Err(Failed::Transport(why)) = failed else { panic!("{failed:?}") };
    assert!(!why.contains("s3cret"), "{why}");
}

#[test]
fn an_origin_is_an_origin() {
    let refused = |origin| Http::new(origin, None, LONGEST).map(drop).err();
    assert_eq!(refused("http://127.0.0.1:1"), None);
    assert_eq!(refused("http://example.com/"), None);
    for text in [
        "",
        "example.com",
        "/a",
        "ftp://a",
        "http://",
        "http://a/b",
        "http://u:p@a",
        "http://a?x=1",
    ] {
        assert_eq!(refused(text), Some(OriginRefused::NotAnOrigin), "{text}");
    }
    let without_tls = (!cfg!(feature = "tls")).then_some(OriginRefused::WithoutTls);
    assert_eq!(refused("https://example.com"), without_tls);
    let bad = Http::new("http://a", Some("a\r\nb"), LONGEST).map(drop);
    assert_eq!(bad, Err(OriginRefused::Authorization));
}
