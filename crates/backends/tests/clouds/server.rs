//! As much of HTTP/1.1 as our client speaks, on loopback: requests with a length, answered one after the other on each
//! connection.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use percent_encoding::percent_decode_str;
use serde_json::Value;

pub(crate) struct Request {
    pub(crate) method: String,
    /// Decoded.
    pub(crate) path: String,
    /// What follows the last colon of the path that is not encoded.
    pub(crate) verb: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn new(status: u16, body: Value) -> Reply {
        Reply { status, headers: Vec::new(), body }
    }
}

/// What happens just before the next commit is done: somebody else is faster.
#[derive(Default)]
pub(crate) struct Between(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Between {
    pub(crate) fn set(&self, what: impl FnOnce() + Send + 'static) {
        *self.0.lock().unwrap() = Some(Box::new(what));
    }

    pub(crate) fn happen(&self) {
        let what = self.0.lock().unwrap().take();
        if let Some(what) = what {
            what();
        }
    }
}

pub(crate) trait Service: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> Reply;
}

/// Serves as long as the test runs; the endpoint.
pub(crate) fn serve(service: Arc<impl Service>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let service = Arc::clone(&service);
            std::thread::spawn(move || while converse(&stream, &*service).is_some() {});
        }
    });
    endpoint
}

fn converse(stream: &TcpStream, service: &impl Service) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        let read = reader.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let (path, verb) = match target.rsplit_once(':') {
        Some((path, verb)) => (path.to_owned(), Some(verb.to_owned())),
        None => (target, None),
    };
    let path = percent_decode_str(&path).decode_utf8().unwrap().into_owned();
    let reply = service.answer(&Request { method, path, verb, headers, body });
    let text = if reply.body.is_null() { String::new() } else { reply.body.to_string() };
    let more: String =
        reply.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let (status, length) = (reply.status, text.len());
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{more}\r\n");
    let mut stream = stream;
    stream.write_all(&[head.as_bytes(), text.as_bytes()].concat()).ok()
}
