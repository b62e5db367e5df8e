//! The API over HTTP, as a router that another crate nests. Who may ask, how often, and over what connection is
//! decided there.

use axum::RequestExt;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::routing::{get, post};

use crate::health::Answer;
use crate::host::Host;

/// The longest body of a call, in bytes.
const LONGEST: usize = 4 << 20;

/// The paths of `api/openapi/modules/plugins.yaml`. Calls wait in threads of their own, so that health answers while
/// plugins run.
pub fn router(host: Host) -> Router {
    Router::new()
        .route("/v1/plugins", get(list))
        .route("/v1/plugins/{name}", get(plugin))
        .route("/v1/plugins/{name}/health", get(health))
        .route("/v1/plugins/{name}/calls", post(call))
        .method_not_allowed_fallback(no_method)
        .with_state(host)
}

async fn list(State(host): State<Host>) -> Response<Body> {
    response(&host.list())
}

async fn plugin(State(host): State<Host>, mut request: Request) -> Response<Body> {
    response(&host.get(&name(&mut request).await))
}

async fn health(State(host): State<Host>, mut request: Request) -> Response<Body> {
    response(&host.health(&name(&mut request).await))
}

async fn call(State(host): State<Host>, mut request: Request) -> Response<Body> {
    let name = name(&mut request).await;
    let Ok(body) = to_bytes(request.into_body(), LONGEST).await else {
        let detail =
            format!("the body of a call has at most {LONGEST} bytes, and all of them have to come");
        return response(&Answer::problem(413, "body_too_large", &detail));
    };
    let answer = tokio::task::spawn_blocking(move || host.post(&name, &body)).await;
    let answer = answer.unwrap_or_else(|_| {
        Answer::problem(429, "host_is_ending", "the host is ending; call again when it is back")
    });
    response(&answer)
}

async fn no_method() -> Response<Body> {
    let detail = "this path has another method; the header `Allow` names it";
    response(&Answer::problem(405, "method_not_allowed", detail))
}

/// The name in the path. One that cannot be read is one that no plugin has.
async fn name(request: &mut Request) -> String {
    let parameters = request.extract_parts::<RawPathParams>().await;
    let parameters = parameters.ok();
    let name = parameters.iter().flatten().find(|(key, _)| *key == "name");
    name.map_or_else(String::new, |(_, value)| value.to_owned())
}

fn response(answer: &Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body.to_string()));
    // Every status that is made here is one.
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::NOT_FOUND);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = answer.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
