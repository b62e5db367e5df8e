//! What is answered when something is not done: `Error` of `api/openapi/common.yaml` (RFC 9457).

use std::time::Duration;

use contract_embed::ResourceKind;
use contract_embed::api::{self, Operation};
use contract_routing::identity::Refused;
use contract_stores::{Error, StoreError};
use serde_json::{Value, json};

use super::Reply;

/// The media type of problems.
pub(super) const MEDIA: &str = "application/problem+json";

/// Why something is not done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    status: u16,
    code: &'static str,
    detail: String,
    errors: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    pub(crate) trace_id: Option<String>,
    /// The kind that has no route.
    pub(super) missing: Option<ResourceKind>,
}

impl Problem {
    pub(crate) fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Problem {
        let (errors, headers) = (Vec::new(), Vec::new());
        let detail = detail.into();
        Problem { status, code, detail, errors, headers, trace_id: None, missing: None }
    }

    pub(super) fn method(methods: &[&str]) -> Problem {
        let allowed = methods.join(", ");
        let detail = format!("this path is only there for {allowed}");
        let mut problem = Problem::new(405, "method_not_allowed", detail);
        problem.headers.push(("allow", allowed));
        problem
    }

    pub(super) fn no_path(path: &str) -> Problem {
        let path: String = path.chars().take(100).collect();
        Problem::new(404, "no_such_path", format!("the API has no path `{path}`"))
    }

    pub(super) fn busy() -> Problem {
        let detail = "as many requests as may be are being answered; try again in a second";
        let mut problem = Problem::new(429, "too_many_requests", detail);
        problem.headers.push(("retry-after", "1".to_owned()));
        problem
    }

    pub(crate) fn retry(mut self, seconds: u64) -> Problem {
        self.headers.push(("retry-after", seconds.max(1).to_string()));
        self
    }

    pub(super) fn too_large(most: usize) -> Problem {
        Problem::new(413, "content_too_large", format!("a body may have {most} bytes"))
    }

    pub(super) fn too_slow(patience: Duration) -> Problem {
        let detail = format!("the body did not come within {} s", patience.as_secs());
        Problem::new(408, "body_too_slow", detail)
    }

    pub(super) fn internal() -> Problem {
        Problem::new(503, "internal", "a fault of the runtime; the log has more under the trace")
    }

    pub(crate) fn forbidden(why: &str) -> Problem {
        Problem::new(403, "forbidden", why)
    }

    pub(super) fn unprocessable(problems: &[api::Problem]) -> Problem {
        let detail = "the request is not as the contracts describe it; `errors` says where";
        let mut problem = Problem::new(422, "unprocessable_content", detail);
        // A thousand faults help nobody.
        let shown = problems.iter().take(20);
        problem.errors =
            shown.map(|p| (p.at.clone(), p.detail.chars().take(500).collect())).collect();
        problem
    }

    pub(super) fn of_identity(refused: &Refused) -> Problem {
        let code = refused.code();
        let status = refused.status();
        let mut problem = Problem::new(status, code, refused.to_string());
        if status == 401 {
            problem.headers.push(("www-authenticate", "Bearer".to_owned()));
        }
        problem
    }

    /// Makes it one of the answers that an operation has.
    pub(super) fn fit(&mut self, operation: &Operation) {
        let nearest: &[u16] = match self.status {
            404 => &[404, 422, 403],
            408 => &[408, 400, 422],
            409 => &[409, 422],
            412 => &[412, 409, 422],
            413 => &[413, 422, 400],
            503 => &[503, 429, 403],
            other => &[other, 422, 400],
        };
        if let Some(status) = nearest.iter().find(|status| operation.answers(**status)) {
            self.status = *status;
        }
        if self.status == 429 && !self.headers.iter().any(|(name, _)| *name == "retry-after") {
            self.headers.push(("retry-after", "1".to_owned()));
        }
    }

    pub(super) fn reply(self) -> Reply {
        let title = match self.status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            406 => "Not Acceptable",
            409 => "Conflict",
            412 => "Precondition Failed",
            413 => "Content Too Large",
            422 => "Unprocessable Content",
            429 => "Too Many Requests",
            _ => "Service Unavailable",
        };
        let mut body = json!({
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        });
        if let Some(fields) = body.as_object_mut() {
            if let Some(trace) = self.trace_id {
                fields.insert("trace_id".to_owned(), json!(trace));
            }
            if !self.errors.is_empty() {
                let errors = self.errors.iter();
                let errors: Vec<Value> =
                    errors.map(|(at, why)| json!({"pointer": at, "detail": why})).collect();
                fields.insert("errors".to_owned(), Value::Array(errors));
            }
        }
        Reply { status: self.status, headers: self.headers, body: Some(body) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let (status, code) = match &error {
            Error::Missing(missing) => (missing.status(), missing.code()),
            Error::Store(StoreError::Conflict { .. }) | Error::Conflict { .. } => {
                (412, "version_conflict")
            }
            Error::Store(StoreError::Unavailable { .. }) => (503, "backend_unavailable"),
            Error::Store(StoreError::Refused { .. }) => (413, "refused_by_backend"),
            Error::Store(StoreError::Corrupt { .. }) => (503, "record_unreadable"),
            Error::Schema(_) => (503, "contract_missing"),
            Error::Invalid(_) => (422, "unprocessable_content"),
            Error::NotFound { .. } => (404, "not_found"),
            Error::Exists { .. } => (409, "already_there"),
            Error::OtherRequest => (422, "idempotency_key_reused"),
            Error::TooLarge { .. } => (413, "content_too_large"),
            Error::Overdrawn { .. } => (429, "budget_used_up"),
            Error::Refused(_) => (422, "refused"),
        };
        let mut problem = Problem::new(status, code, error.to_string());
        match error {
            Error::Invalid(invalid) => {
                problem.errors = invalid.errors.into_iter().take(20).collect();
            }
            Error::Missing(missing) => problem.missing = Some(missing.kind),
            _ => {}
        }
        problem
    }
}
