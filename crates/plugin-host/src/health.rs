//! What the API says: a status and a body for each operation of `api/openapi/modules/plugins.yaml`. Nothing here can
//! fail because a plugin did, and no answer is of the kind 5xx.

use contract_embed::api;
use serde_json::{Value, json};

use crate::call::{Call, Refused};
use crate::host::Host;
use crate::snapshot::Snapshot;

/// The media type of data.
const JSON: &str = "application/json";
/// The media type of problems (RFC 9457).
const PROBLEM: &str = "application/problem+json";

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status, as in HTTP.
    pub status: u16,
    /// The media type of the body.
    pub media_type: &'static str,
    /// Seconds after which to try again, for the header `Retry-After`.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: Value,
}

impl Answer {
    fn ok(body: Value) -> Answer {
        Answer { status: 200, media_type: JSON, retry_after: None, body }
    }

    /// A problem: `Error` of `api/openapi/common.yaml`.
    pub(crate) fn problem(status: u16, code: &str, detail: &str) -> Answer {
        let title = match status {
            400 => "Bad Request",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            413 => "Content Too Large",
            422 => "Unprocessable Content",
            429 => "Too Many Requests",
            _ => "Error",
        };
        let body = json!({"type": "about:blank", "title": title, "status": status, "code": code,
            "detail": detail});
        Answer { status, media_type: PROBLEM, retry_after: None, body }
    }

    fn no_plugin(name: &str) -> Answer {
        let name: String = name.chars().take(63).collect();
        let detail = format!("no plugin has the name `{name}`; GET /v1/plugins lists all of them");
        Answer::problem(404, "plugin_not_found", &detail)
    }
}

impl Host {
    /// `listPlugins`: always 200.
    pub fn list(&self) -> Answer {
        let items: Vec<Value> = self.plugins().iter().map(Snapshot::value).collect();
        Answer::ok(json!({ "items": items }))
    }

    /// `getPlugin`: 200 or 404.
    pub fn get(&self, name: &str) -> Answer {
        match self.plugin(name) {
            Some(plugin) => Answer::ok(plugin.value()),
            None => Answer::no_plugin(name),
        }
    }

    /// `getPluginHealth`: 200 or 404.
    pub fn health(&self, name: &str) -> Answer {
        match self.plugin(name) {
            Some(plugin) => Answer::ok(plugin.health()),
            None => Answer::no_plugin(name),
        }
    }

    /// `callPlugin`, with the body of the request. A call that fails in the plugin is 200 with `ok` false.
    pub fn post(&self, name: &str, body: &[u8]) -> Answer {
        if self.plugin(name).is_none() {
            // Counted as a call, whatever its body is.
            let _ = self.call(name, &nothing());
            return Answer::no_plugin(name);
        }
        let value: Value = match serde_json::from_slice(body) {
            Ok(value) => value,
            Err(error) => {
                let detail = format!("the body is no JSON: {error}");
                return Answer::problem(400, "body_not_json", &detail);
            }
        };
        let call = match read(name, &value) {
            Ok(call) => call,
            Err(answer) => return *answer,
        };
        match self.call(name, &call) {
            Ok(result) => Answer::ok(result.body()),
            Err(Refused::Unknown(name)) => Answer::no_plugin(&name),
            Err(refused @ Refused::State { .. }) => {
                Answer::problem(409, "plugin_not_callable", &refused.to_string())
            }
            Err(refused @ Refused::Busy(_)) => {
                let problem = Answer::problem(429, "too_many_calls", &refused.to_string());
                Answer { retry_after: Some(1), ..problem }
            }
        }
    }
}

fn nothing() -> Call {
    let (function, run_id) = (String::new(), String::new());
    Call { function, arguments: Value::Null, run_id, step_id: None }
}

/// A call, as far as the contracts allow it.
fn read(name: &str, value: &Value) -> Result<Call, Box<Answer>> {
    let path = [("name".to_owned(), name.to_owned())];
    let request = api::Request { path: &path, body: Some((JSON, value)), ..Default::default() };
    let problems = api::operation("callPlugin").map(|call| call.check_request(&request));
    let problems = problems.unwrap_or_default();
    if !problems.is_empty() {
        let all =
            problems.iter().map(|problem| json!({"pointer": problem.at, "detail": problem.detail}));
        let all: Vec<Value> = all.collect();
        let detail = "the call is not what the contracts allow; `errors` says where";
        let mut answer = Answer::problem(422, "call_invalid", detail);
        if let Value::Object(body) = &mut answer.body {
            body.insert("errors".to_owned(), all.into());
        }
        return Err(Box::new(answer));
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Call {
        function: text("function").unwrap_or_default(),
        arguments: value.get("arguments").cloned().unwrap_or_default(),
        run_id: text("run_id").unwrap_or_default(),
        step_id: text("step_id"),
    })
}
