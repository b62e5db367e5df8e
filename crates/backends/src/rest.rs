//! JSON over HTTP for the databases that have no client library here: one endpoint, and answers with their status.

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderName, HeaderValue, Method, Request};

use crate::http;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    #[cfg_attr(not(feature = "cosmos"), expect(dead_code, reason = "the others page in bodies"))]
    pub(crate) headers: ureq::http::HeaderMap,
    /// JSON; null for a body that is empty, or is none.
    pub(crate) body: Value,
}

/// A call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
}

/// Sends a call and waits without keeping others from their work.
pub(crate) async fn call(agent: &Agent, call: Call) -> Result<Answer, String> {
    let agent = agent.clone();
    let sent = tokio::task::spawn_blocking(move || send(&agent, call)).await;
    sent.map_err(|error| error.to_string())?
}

fn send(agent: &Agent, call: Call) -> Result<Answer, String> {
    let bytes = call.body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let mut request = Request::new(bytes);
    *request.method_mut() = call.method;
    *request.uri_mut() =
        call.url.parse().map_err(|error| format!("`{}` is no URL: {error}", call.url))?;
    for (name, value) in call.headers {
        // A value may be a secret, so it is in no message.
        let value = HeaderValue::from_str(&value).map_err(|_| format!("the header `{name}`"))?;
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    let (parts, body) = http::send(agent, request)?.into_parts();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
}

impl Answer {
    /// What the database said, for messages.
    pub(crate) fn said(&self) -> String {
        let text = self.body.to_string();
        format!("status {}: {}", self.status, text.chars().take(500).collect::<String>())
    }

    pub(crate) fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
