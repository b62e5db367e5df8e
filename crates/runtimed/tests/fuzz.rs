//! Requests that nobody would send: whatever they are, the answer is one that the contracts describe, and never a
//! fault of the server.

use contract_embed::api;
use serde_json::{Value, json};

use crate::server::Server;
use crate::setup::{claims, token};

/// Numbers that look random and are always the same (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

const TEXTS: [&str; 22] = [
    "",
    "a",
    "0",
    "-1",
    "1",
    "null",
    "true",
    "62f746b4-84e6-4ceb-95bd-447e7184d454",
    "01M7W5QYQ0B27BE7PQH8EW0BH7",
    "garden",
    "chat",
    "../../etc/passwd",
    "%00",
    "%2e%2e%2f",
    "\u{e4}",
    "9999999999999999999999",
    "\"1\"",
    "\"0\"",
    "GREEN",
    "echo",
    "1e309",
    "2026-13-45T99:99:99Z",
];

fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.roll(if depth > 3 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(dice.roll(2) == 0),
        2 => json!(i64::MIN),
        3 => json!(1e300),
        4 | 5 => json!(dice.pick(&TEXTS)),
        6 => (0..dice.roll(4)).map(|_| value(dice, depth + 1)).collect(),
        _ => object(dice, depth),
    }
}

const KEYS: [&str; 20] = [
    "title",
    "content",
    "content_format",
    "tags",
    "surface_id",
    "project_id",
    "value",
    "band",
    "ttl_seconds",
    "name",
    "json_blob",
    "kind",
    "event_id",
    "run_id",
    "step_id",
    "timestamp",
    "event_type",
    "source",
    "payload",
    "arguments",
];

fn object(dice: &mut Dice, depth: usize) -> Value {
    let mut members = serde_json::Map::new();
    for _ in 0..dice.roll(8) {
        members.insert((*dice.pick(&KEYS)).to_owned(), value(dice, depth + 1));
    }
    Value::Object(members)
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._%".contains(&byte);
    text.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[test]
fn no_request_is_answered_with_a_fault() {
    let server = Server::new();
    server.app.plugins().start_all();
    let bearer = format!("Bearer {}", token(&claims("ada")));
    let mut dice = Dice(20_261_122);
    let operations: Vec<_> = api::operations().collect();
    let rounds = std::env::var("FUZZ_REQUESTS").ok().and_then(|n| n.parse().ok()).unwrap_or(3000);
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..rounds {
        let operation = dice.pick(&operations);
        let mut path = operation.path.clone();
        let mut headers = vec![("authorization", bearer.clone())];
        let mut query = Vec::new();
        for parameter in &operation.parameters {
            let text = *dice.pick(&TEXTS);
            match parameter.place.as_str() {
                "path" => {
                    let text = if text.is_empty() { "x" } else { text };
                    path = path.replace(&format!("{{{}}}", parameter.name), &encoded(text));
                }
                "query" if dice.roll(2) == 0 => {
                    query.push(format!("{}={}", parameter.name, encoded(text)))
                }
                "header" if dice.roll(3) > 0 && text.is_ascii() => {
                    headers.push((parameter.name.as_str(), text.to_owned()));
                }
                _ => {}
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let body = (dice.roll(4) > 0).then(|| object(&mut dice, 0).to_string().into_bytes());
        let media = if dice.roll(10) == 0 { "text/plain" } else { "application/json" };
        headers.push(("content-type", media.to_owned()));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let answer = server.raw(&operation.method, &path, &headers, body.as_deref());
        assert!(answer.status < 500, "{} {path}: {answer:?}", operation.method);
        *seen.entry(answer.status).or_insert(0) += 1;
    }
    // A fuzz that only ever meets one refusal shows nothing.
    assert!(seen.len() >= 5, "{seen:?}");
}
