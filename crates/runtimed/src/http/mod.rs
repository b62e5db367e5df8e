//! The one way in: a request is matched with an operation, its version and sender are settled, its parts are checked,
//! and then it is done. Whatever goes wrong is a problem (RFC 9457) that the contracts describe.

mod parts;
mod problem;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use contract_embed::api::{self, Found, Operation};
use contract_embed::{Band, LogEvent, Metric, Span};
use contract_routing::identity::{Entrance, Identity, Request as Asking};
use serde_json::{Value, json};

use crate::app::{App, tell_missing};
use crate::trace::Trace;
use crate::{access, api as operations, trace};

pub(crate) use parts::Asked;
pub(crate) use problem::Problem;

/// The longest body, in bytes: the largest value of a blackboard, and room for what is around it.
const MOST_BYTES: usize = 1_310_720;

/// How long is waited for a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Reply {
        Reply { status: 200, headers: Vec::new(), body: Some(body) }
    }

    /// A record with its version as the tag.
    pub(crate) fn record(status: u16, record: Value) -> Reply {
        let version = record.get("version").and_then(Value::as_u64).unwrap_or_default();
        let headers = vec![("etag", format!("\"{version}\""))];
        Reply { status, headers, body: Some(record) }
    }

    pub(crate) fn at(mut self, location: String) -> Reply {
        self.headers.push(("location", location));
        self
    }

    pub(crate) fn nothing() -> Reply {
        Reply { status: 204, headers: Vec::new(), body: None }
    }
}

/// The API as a service.
pub fn router(app: Arc<App>) -> Router {
    Router::new().fallback(serve).with_state(app)
}

async fn serve(State(app): State<Arc<App>>, request: Request) -> Response {
    let start = Instant::now();
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let trace = Trace::of(header("traceparent"));
    let (mut tried, mut operation, mut who, mut fault) =
        (Err(Problem::internal()), None, None, None);
    match api::find(head.method.as_str(), head.uri.path()) {
        Found::OtherMethods(methods) => tried = Err(Problem::method(&methods)),
        Found::Nothing => tried = Err(Problem::no_path(head.uri.path())),
        Found::Operation(found, values) => {
            operation = Some(found);
            // A task of its own: a fault in one request is the end of that one alone.
            let work = answer(Arc::clone(&app), (found, values), head, body);
            match tokio::spawn(trace.clone().around(work)).await {
                Ok(done) => (tried, who) = done,
                Err(error) => fault = Some(error.to_string()),
            }
        }
    }
    if let Err(problem) = &mut tried {
        problem.trace_id = Some(trace.trace_id.clone());
        if let Some(kind) = problem.missing {
            tell_missing(&app.log, kind, app.binding.mode);
        }
        if let Some(operation) = operation {
            problem.fit(operation);
        }
    }
    let reply = tried.unwrap_or_else(Problem::reply);
    let took = start.elapsed();
    let operation = operation.map_or("none", |operation| operation.id.as_str());
    let status = reply.status.to_string();
    let labels = [("operation", operation), ("status", status.as_str())];
    app.metrics.count(Metric::RuntimeRequestsTotal, &labels);
    app.metrics.took(Metric::RuntimeRequestDurationSeconds, &[("operation", operation)], took);
    let attributes = json!({
        "operation.id": operation,
        "http.status": reply.status,
        "tenant.id": who.as_ref().map(|who| who.tenant_id.as_str()),
        "tenant.mode": who.as_ref().map(|who| who.mode),
        "fault": fault,
    });
    app.log.line(&trace.line(Span::ApiRequest, attributes, took));
    response(reply)
}

/// Does what is asked; also says who asks, where that is known.
async fn answer(
    app: Arc<App>,
    (operation, values): (&'static Operation, Vec<(String, String)>),
    head: Parts,
    body: Body,
) -> (Result<Reply, Problem>, Option<Identity>) {
    let Some(_inside) = app.enter() else { return (Err(Problem::busy()), None) };
    let asked = match read(operation, values, &head, body).await {
        Ok(asked) => asked,
        Err(problem) => return (Err(problem), None),
    };
    let who = match identity(&app, operation, &asked).await {
        Ok(who) => who,
        Err(problem) => return (Err(problem), None),
    };
    if let Err(problem) = checked(&app, operation, &asked, who.as_ref()).await {
        return (Err(problem), who);
    }
    (operations::perform(&app, operation, &asked, who.as_ref()).await, who)
}

/// Reads the request, and whether it can be answered in a form that the client takes.
async fn read(
    operation: &'static Operation,
    values: Vec<(String, String)>,
    head: &Parts,
    body: Body,
) -> Result<Asked, Problem> {
    let bytes = tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, MOST_BYTES)).await;
    let bytes: Bytes = bytes
        .map_err(|_| Problem::too_slow(PATIENCE))?
        .map_err(|_| Problem::too_large(MOST_BYTES))?;
    let asked = Asked::read(operation, values, head, &bytes)?;
    asked.acceptable()?;
    Ok(asked)
}

/// Who asks. Nobody has to say it where everybody may ask.
async fn identity(
    app: &Arc<App>,
    operation: &Operation,
    asked: &Asked,
) -> Result<Option<Identity>, Problem> {
    if operation.is_open {
        return Ok(None);
    }
    let (app, token, asserted) = (Arc::clone(app), asked.token(), asked.asserted());
    // Recording a mismatch waits for the spine.
    let resolve = move || {
        let entrance = Entrance::Ui;
        let asking = Asking {
            entrance,
            binding: &app.binding,
            token: token.as_deref(),
            asserted: &asserted,
        };
        (app.identities.resolve(&asking), app)
    };
    let (resolved, app) = trace::blocking(resolve).await.map_err(|_| Problem::internal())?;
    resolved.map(Some).map_err(|refused| {
        if refused.code() == "identity_mismatch" {
            let pairs = [("operation", operation.id.as_str())];
            app.metrics.count(Metric::RuntimeIdentityMismatchesTotal, &pairs);
            let fields = json!({
                "trace_id": Trace::here().map(|trace| trace.trace_id),
                "tenant_id": app.binding.tenant_id,
                "operation_id": operation.id,
                "claimed": refused.to_string(),
            });
            app.log.tell(LogEvent::IdentityMismatch, fields);
        }
        Problem::of_identity(&refused)
    })
}

/// Whether the request is as the contracts describe it, and the policy allows it.
async fn checked(
    app: &App,
    operation: &Operation,
    asked: &Asked,
    who: Option<&Identity>,
) -> Result<(), Problem> {
    if let Some(who) = who {
        let band = asked.body().and_then(|body| body.get("band")).and_then(Value::as_str);
        let band = band.and_then(|band| band.parse().ok()).unwrap_or(Band::Green);
        access::allowed(app, &operation.id, who, band).await?;
    }
    let problems = operation.check_request(&asked.as_request());
    if problems.is_empty() { Ok(()) } else { Err(Problem::unprocessable(&problems)) }
}

fn response(reply: Reply) -> Response {
    let mut builder = Response::builder()
        .status(reply.status)
        .header("x-contract-version", contract_embed::VERSION);
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    let body = match reply.body {
        None => Body::empty(),
        Some(value) => {
            let media = if reply.status >= 400 { problem::MEDIA } else { "application/json" };
            builder = builder.header("content-type", media);
            Body::from(value.to_string())
        }
    };
    builder.body(body).unwrap_or_default()
}
