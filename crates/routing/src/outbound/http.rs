//! The transport over HTTP/1.1: one origin, no redirects, no proxies of the environment, and an answer of any status is
//! an answer. It is built with the feature `http`; HTTPS needs `tls`.

use std::fmt;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderValue, Request, Uri};

use super::client::{Outgoing, Response, Transport};

/// The largest answer that is taken, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Sends to one origin.
pub struct Http {
    agent: Agent,
    origin: String,
    authorization: Option<HeaderValue>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Http({})", self.origin)
    }
}

/// Why a text is no origin that calls may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginRefused {
    /// It is not a scheme, a host and perhaps a port, and nothing else.
    NotAnOrigin,
    /// It is HTTPS, and this program was built without the feature `tls`.
    WithoutTls,
    /// The value of the authorization is none that a header can have.
    Authorization,
}

impl fmt::Display for OriginRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OriginRefused::NotAnOrigin => {
                "an origin is a scheme, a host and perhaps a port, such as https://api.example.com"
            }
            OriginRefused::WithoutTls => {
                "the origin is HTTPS, and this program was built without the feature `tls`"
            }
            OriginRefused::Authorization => "the authorization has characters that no header has",
        })
    }
}

impl std::error::Error for OriginRefused {}

impl Http {
    /// Sends to an origin such as `https://api.example.com`, with the value of the header `Authorization` where there
    /// is one. Each call takes at most `longest`.
    ///
    /// # Errors
    /// When it is no origin.
    pub fn new(
        origin: &str,
        authorization: Option<&str>,
        longest: Duration,
    ) -> Result<Http, OriginRefused> {
        let uri: Uri = origin.parse().map_err(|_| OriginRefused::NotAnOrigin)?;
        let scheme = uri.scheme_str().unwrap_or_default();
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        let is_plain = ["http", "https"].contains(&scheme)
            && !authority.is_empty()
            && !authority.contains('@')
            && origin.trim_end_matches('/') == format!("{scheme}://{authority}");
        if !is_plain {
            return Err(OriginRefused::NotAnOrigin);
        }
        if scheme == "https" && !cfg!(feature = "tls") {
            return Err(OriginRefused::WithoutTls);
        }
        let authorization = authorization.map(|value| {
            let mut value = HeaderValue::from_str(value)?;
            value.set_sensitive(true);
            Ok::<_, ureq::http::header::InvalidHeaderValue>(value)
        });
        let authorization = authorization.transpose().map_err(|_| OriginRefused::Authorization)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect leads to what nobody declared.
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(longest))
            .user_agent("contract-routing")
            .build();
        let origin = format!("{scheme}://{authority}");
        Ok(Http { agent: Agent::new_with_config(config), origin, authorization })
    }
}

impl Transport for Http {
    fn send(&self, outgoing: &Outgoing) -> Result<Response, String> {
        let failed = |error: ureq::Error| error.to_string();
        let mut request = Request::builder()
            .method(outgoing.method.as_str())
            .uri(format!("{}{}", self.origin, outgoing.target));
        if let Some(value) = &self.authorization {
            request = request.header("authorization", value);
        }
        let response = match &outgoing.body {
            Some(body) => {
                let request = request.header("content-type", "application/json");
                let request = request.body(body.as_str()).map_err(|error| error.to_string())?;
                self.agent.run(request).map_err(failed)?
            }
            None => {
                let request = request.body(()).map_err(|error| error.to_string())?;
                self.agent.run(request).map_err(failed)?
            }
        };
        let (parts, mut body) = response.into_parts();
        let body = body.with_config().limit(LARGEST).read_to_vec().map_err(failed)?;
        Ok(Response { status: parts.status.as_u16(), body })
    }
}
