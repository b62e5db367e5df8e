//! The client: first whether a call is declared, then the rate limit, then the cache, then the network. The order is
//! the point of it.

use std::fmt;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::api::Api;
use super::refused::Undeclared;

/// RFC 3986, 2.3: these need no encoding in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// So much of a path goes into an event.
const SHOWN: usize = 200;

/// A call of an operation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Call<'c> {
    /// In upper case, such as `GET`.
    pub method: &'c str,
    /// The path with its parameters filled in, such as `/v1/notes/7`; values are percent-encoded.
    pub path: &'c str,
    /// Names and values, not encoded.
    pub query: &'c [(&'c str, &'c str)],
    /// The body.
    pub body: Option<&'c Value>,
}

/// What goes to the network: a declared call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// In upper case.
    pub method: String,
    /// Path and query, encoded; it begins with `/`. The transport alone knows the host.
    pub target: String,
    /// JSON.
    pub body: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The bytes.
    pub body: Vec<u8>,
}

/// Sends what is declared to the one host that it was made for.
pub trait Transport {
    /// Sends and waits for the answer. An answer with an error status is an answer.
    ///
    /// # Errors
    /// Why there is no answer, without values of keys or tokens.
    fn send(&self, outgoing: &Outgoing) -> Result<Response, String>;
}

/// Says how many calls may go out.
pub trait RateLimit {
    /// Takes the right to one call.
    ///
    /// # Errors
    /// How long to wait.
    fn acquire(&self) -> Result<(), Duration>;
}

/// Keeps answers of calls that only read.
pub trait ResponseCache {
    /// The answer that is kept for a target, when it still counts.
    fn get(&self, target: &str) -> Option<Response>;
    /// Keeps an answer.
    fn put(&self, target: &str, response: &Response);
}

/// Takes structured events.
pub trait Events {
    /// Records an event; it never fails the call.
    fn record(&self, event: &Value);
}

/// What a client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The `event_type` of calls that are not declared, such as `uw_invalid_endpoint_attempt`.
    pub event_type: String,
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// It is none that the document declares. Nothing was sent, counted or looked up.
    Undeclared(Undeclared),
    /// Too many calls; wait so long.
    Limited(Duration),
    /// The network.
    Transport(String),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failed::Undeclared(why) => write!(f, "refused before anything was sent: {why}"),
            Failed::Limited(wait) => {
                write!(f, "too many calls: wait {} ms", wait.as_millis())
            }
            Failed::Transport(why) => write!(f, "no answer: {why}"),
        }
    }
}

impl std::error::Error for Failed {}

/// Calls operations of one API on one host.
#[derive(Debug)]
pub struct Client<T, L, C, E> {
    api: Api,
    settings: Settings,
    transport: T,
    limit: L,
    cache: C,
    events: E,
}

impl<T: Transport, L: RateLimit, C: ResponseCache, E: Events> Client<T, L, C, E> {
    /// With what it may call, and what it calls with.
    pub fn new(
        api: Api,
        settings: Settings,
        transport: T,
        limit: L,
        cache: C,
        events: E,
    ) -> Client<T, L, C, E> {
        Client { api, settings, transport, limit, cache, events }
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// [`Failed::Undeclared`] before anything else is touched; then those of the rate limit and the network.
    pub fn call(&self, call: &Call<'_>) -> Result<Response, Failed> {
        let declared = self.api.operation(call.method, call.path, call.query, call.body.is_some());
        if let Err(why) = declared {
            self.events.record(&self.event(call, &why));
            return Err(Failed::Undeclared(why));
        }
        self.limit.acquire().map_err(Failed::Limited)?;
        let target = target(call);
        let reads = call.method == "GET" && call.body.is_none();
        if reads && let Some(kept) = self.cache.get(&target) {
            return Ok(kept);
        }
        let (method, body) = (call.method.to_owned(), call.body.map(Value::to_string));
        let outgoing = Outgoing { method, target, body };
        let response = self.transport.send(&outgoing).map_err(Failed::Transport)?;
        if reads && response.status == 200 {
            self.cache.put(&outgoing.target, &response);
        }
        Ok(response)
    }

    /// Names of parameters are told, values are not: they may be secrets.
    fn event(&self, call: &Call<'_>, why: &Undeclared) -> Value {
        let path = call.path.split(['?', '#']).next().unwrap_or_default();
        let shown = |text: &str| text.chars().take(SHOWN).collect::<String>();
        let names: Vec<String> = call.query.iter().map(|(name, _)| shown(name)).collect();
        json!({
            "event_type": self.settings.event_type,
            "method": shown(call.method),
            "path": shown(path),
            "query": names,
            "reason": why.code(),
            "detail": why.to_string(),
        })
    }
}

fn target(call: &Call<'_>) -> String {
    let encoded = |text| utf8_percent_encode(text, QUERY).to_string();
    let pairs = call.query.iter().map(|(name, value)| [encoded(name), encoded(value)].join("="));
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() {
        call.path.to_owned()
    } else {
        format!("{}?{}", call.path, pairs.join("&"))
    }
}
