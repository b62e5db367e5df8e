//! Messages on a stream: the frames of LSP and JSON-RPC 2.0 inside them. What is malformed is told to the
//! other side and skipped; a length that somebody claims is never allocated.
//!
//! `lsp-server` is not used for this: its reader ends the connection at the first malformed message, and
//! makes a buffer of whatever length a header names.

use std::io::{self, BufRead, Read, Write};

use gen_lsp_types::ErrorCodes;
use serde_json::{Value, json};

/// Bytes of the largest message that is read.
const LARGEST: u64 = 128 << 20;

/// Bytes of the longest line of a header.
const LONGEST_LINE: u64 = 8 << 10;

/// What the other side says.
#[derive(Debug)]
pub(super) enum Incoming {
    /// It wants an answer.
    Request { id: Value, method: String, params: Value },
    /// It wants none.
    Notification { method: String, params: Value },
    /// It answers; nothing that is asked here needs that.
    Response,
    /// It is no message.
    Broken { id: Value, error: Refusal },
}

/// Why there is no result.
#[derive(Debug)]
pub(super) struct Refusal {
    pub code: ErrorCodes,
    pub message: String,
}

impl Refusal {
    pub(super) fn new(code: ErrorCodes, message: impl Into<String>) -> Self {
        Refusal { code, message: message.into() }
    }
}

/// The next message; `None` when the stream is at its end or broken.
pub(super) fn read(input: &mut impl BufRead) -> Option<Incoming> {
    match read_frame(input).ok()?? {
        Frame::Body(body) => Some(understand(&body)),
        Frame::Malformed(message) => Some(broken(Value::Null, ErrorCodes::ParseError, message)),
    }
}

fn broken(id: Value, code: ErrorCodes, message: impl Into<String>) -> Incoming {
    Incoming::Broken { id, error: Refusal::new(code, message) }
}

enum Frame {
    Body(Vec<u8>),
    Malformed(&'static str),
}

/// Header lines, an empty line, and as many bytes as the header says (LSP 3.17, "Base Protocol").
fn read_frame(input: &mut impl BufRead) -> io::Result<Option<Frame>> {
    let mut length: Option<u64> = None;
    let mut lines = 0_usize;
    loop {
        let mut line = Vec::new();
        if input.take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line).trim().to_ascii_lowercase();
        if line.is_empty() {
            match (length, lines) {
                (Some(_), _) => break,
                // Empty lines between messages harm nobody.
                (None, 0) => continue,
                (None, _) => return Ok(Some(Frame::Malformed("there is no `Content-Length`"))),
            }
        }
        lines += 1;
        // Wherever it stands in its line: after garbage without an end it does not begin one.
        if let Some((_, value)) = line.rsplit_once("content-length:") {
            length = value.trim().parse().ok();
        }
    }
    let length = length.unwrap_or_default();
    if length > LARGEST {
        io::copy(&mut input.take(length), &mut io::sink())?;
        return Ok(Some(Frame::Malformed("the message is too large")));
    }
    let mut body = Vec::new();
    let read = input.take(length).read_to_end(&mut body)?;
    // The other side went away in the middle.
    Ok((read as u64 == length).then_some(Frame::Body(body)))
}

fn understand(body: &[u8]) -> Incoming {
    let mut message = match serde_json::from_slice(body) {
        Ok(Value::Object(message)) => message,
        Ok(_) => {
            return broken(Value::Null, ErrorCodes::InvalidRequest, "a message is an object");
        }
        Err(error) => return broken(Value::Null, ErrorCodes::ParseError, error.to_string()),
    };
    let id = message.remove("id");
    let params = message.remove("params").unwrap_or_default();
    let is_id = |id: &Value| id.is_string() || id.is_i64() || id.is_u64();
    match (id, message.remove("method")) {
        (None, Some(Value::String(method))) => Incoming::Notification { method, params },
        (Some(id), Some(Value::String(method))) if is_id(&id) => {
            Incoming::Request { id, method, params }
        }
        (Some(_), None) if message.contains_key("result") || message.contains_key("error") => {
            Incoming::Response
        }
        (Some(id), method) if is_id(&id) => {
            let wrong =
                if method.is_some() { "`method` is no text" } else { "there is no `method`" };
            broken(id, ErrorCodes::InvalidRequest, wrong)
        }
        _ => broken(Value::Null, ErrorCodes::InvalidRequest, "it is neither request nor response"),
    }
}

/// Writes messages. After the first failure nobody listens, and nothing is tried any more.
pub(super) struct Speaker<W> {
    out: W,
    /// Whether anybody listens.
    pub is_open: bool,
}

impl<W: Write> Speaker<W> {
    pub(super) fn new(out: W) -> Self {
        Speaker { out, is_open: true }
    }

    pub(super) fn answer(&mut self, id: &Value, result: Result<Value, Refusal>) {
        let message = match result {
            Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            Err(Refusal { code, message }) => {
                json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
            }
        };
        self.send(&message);
    }

    pub(super) fn request(&mut self, id: &str, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
    }

    pub(super) fn notify(&mut self, method: &str, params: &impl serde::Serialize) {
        if let Ok(params) = serde_json::to_value(params) {
            self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let head = format!("Content-Length: {}\r\n\r\n", body.len());
        let out = &mut self.out;
        let written = out.write_all(head.as_bytes()).and_then(|()| out.write_all(body.as_bytes()));
        self.is_open &= written.and_then(|()| self.out.flush()).is_ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut input = text.as_bytes();
        let mut found = Vec::new();
        while let Some(message) = read(&mut input) {
            found.push(match message {
                Incoming::Request { id, method, .. } => format!("request {id} {method}"),
                Incoming::Notification { method, .. } => format!("notification {method}"),
                Incoming::Response => "response".to_owned(),
                Incoming::Broken { id, error } => format!("broken {id} {:?}", error.code),
            });
        }
        found
    }

    fn frame(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn tells_messages_apart() {
        let bodies = [
            r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#,
            r#"{"jsonrpc":"2.0","id":"x","method":"b","params":{}}"#,
            r#"{"jsonrpc":"2.0","method":"c"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":null}"#,
            r#"{"jsonrpc":"2.0","id":7}"#,
            r#"{"jsonrpc":"2.0","id":8,"method":9}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"d"}"#,
            "[]",
            "{",
        ];
        let text: String = bodies.iter().map(|body| frame(body)).collect();
        let expected = [
            "request 1 a",
            "request \"x\" b",
            "notification c",
            "response",
            "broken 7 InvalidRequest",
            "broken 8 InvalidRequest",
            "broken null InvalidRequest",
            "broken null InvalidRequest",
            "broken null ParseError",
        ];
        assert_eq!(all(&text), expected);
    }

    #[test]
    fn finds_back_into_the_stream() {
        let good = frame(r#"{"jsonrpc":"2.0","method":"c"}"#);
        for bad in ["X: y\r\n\r\n", "garbage\r\n", "{}", "Content-Length: -1\r\n\r\n", "\r\n\r\n"] {
            let found = all(&format!("{bad}{good}"));
            assert_eq!(found.last().map(String::as_str), Some("notification c"), "{bad:?}");
        }
    }

    #[test]
    fn believes_no_length() {
        assert_eq!(
            all("Content-Length: 18446744073709551615\r\n\r\n{}"),
            ["broken null ParseError"]
        );
        assert!(all("Content-Length: 1000\r\n\r\n{}").is_empty());
    }
}
