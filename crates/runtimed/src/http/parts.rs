//! The parts of a request: decoded, and told apart by where they stand.

use axum::http::request::Parts;
use contract_embed::api::{Operation, Request};
use contract_routing::identity::{Asserted, Part};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Problem;

type Pairs = Vec<(String, String)>;

/// Headers that say who asks; they may agree with the token, and nothing else.
const IDENTITY: [(&str, Part); 5] = [
    ("x-tenant-id", Part::Tenant),
    ("x-mode", Part::Mode),
    ("x-user-id", Part::User),
    ("x-surface-id", Part::Surface),
    ("x-project-id", Part::Project),
];

/// A request that was read.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    path: Pairs,
    query: Pairs,
    headers: Pairs,
    body: Option<(String, Value)>,
}

fn decode(text: &str) -> Result<String, Problem> {
    let decoded = percent_decode_str(text).decode_utf8();
    let bad =
        |_| Problem::new(400, "malformed_uri", format!("`{text}` is no UTF-8 when it is decoded"));
    decoded.map(std::borrow::Cow::into_owned).map_err(bad)
}

impl Asked {
    pub(super) fn read(
        operation: &Operation,
        values: Pairs,
        head: &Parts,
        bytes: &[u8],
    ) -> Result<Asked, Problem> {
        let mut path = Vec::new();
        for (name, value) in values {
            path.push((name, decode(&value)?));
        }
        let mut query = Vec::new();
        for pair in head.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty())
        {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.push((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?));
        }
        let mut headers = Vec::new();
        for (name, value) in &head.headers {
            let bad = |_| Problem::new(400, "malformed_header", format!("`{name}` is no text"));
            headers.push((name.as_str().to_owned(), value.to_str().map_err(bad)?.to_owned()));
        }
        let mut asked = Asked { path, query, headers, body: None };
        if !bytes.is_empty() && operation.takes_body() {
            let media = asked.header("content-type").unwrap_or("application/json");
            let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let value = serde_json::from_slice(bytes).map_err(|error| {
                Problem::new(400, "body_not_json", format!("the body is no JSON: {error}"))
            })?;
            asked.body = Some((media, value));
        }
        Ok(asked)
    }

    /// Whether there is an answer that the client takes: in JSON, and of a version of the contracts that it knows.
    pub(super) fn acceptable(&self) -> Result<(), Problem> {
        let no = |detail: String| Err(Problem::new(406, "not_acceptable", detail));
        if let Some(accept) = self.header("accept") {
            let takes = |range: &str| {
                let mut parts = range.split(';').map(str::trim);
                let media = parts.next().unwrap_or_default();
                let is_json = matches!(
                    media,
                    "*/*" | "application/*" | "application/json" | "application/problem+json"
                );
                is_json && !parts.any(|p| matches!(p, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
            };
            if !accept.trim().is_empty() && !accept.split(',').any(|range| takes(range.trim())) {
                return no(format!("there are answers in application/json, not in `{accept}`"));
            }
        }
        for name in ["x-contract-version", "contract-version"] {
            if let Some(wanted) = self.header(name)
                && !fits(wanted)
            {
                let ours = contract_embed::VERSION;
                return no(format!(
                    "this runtime speaks version {ours} of the contracts, not `{wanted}`"
                ));
            }
        }
        Ok(())
    }

    pub(super) fn as_request(&self) -> Request<'_> {
        Request {
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: self.body.as_ref().map(|(media, value)| (media.as_str(), value)),
        }
    }

    /// The bearer token.
    pub(super) fn token(&self) -> Option<String> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    }

    /// What the request says of itself: in headers, and where it names a project or a surface to write to.
    pub(super) fn asserted(&self) -> Asserted {
        let mut asserted = Asserted::new();
        for (name, part) in IDENTITY {
            for (_, value) in self.headers.iter().filter(|(header, _)| header == name) {
                asserted = asserted.with(part, value);
            }
        }
        let in_body = |key: &str| self.body()?.get(key)?.as_str();
        let surface = in_body("surface_id");
        let project = self.path("project_id").or_else(|| in_body("project_id"));
        for (part, value) in [(Part::Surface, surface), (Part::Project, project)] {
            if let Some(value) = value {
                asserted = asserted.with(part, value);
            }
        }
        asserted
    }

    fn find<'p>(pairs: &'p Pairs, name: &str) -> Option<&'p str> {
        pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        Asked::find(&self.headers, name)
    }

    pub(crate) fn path(&self, name: &str) -> Option<&str> {
        Asked::find(&self.path, name)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        Asked::find(&self.query, name)
    }

    pub(crate) fn body(&self) -> Option<&Value> {
        self.body.as_ref().map(|(_, value)| value)
    }

    /// The version in `If-Match`, which was checked to be one.
    pub(crate) fn base(&self) -> u64 {
        let tag = self.header("if-match").unwrap_or_default();
        tag.trim_matches('"').parse().unwrap_or(u64::MAX)
    }

    /// The version of a record that is wanted; one that is too large to be read is never there.
    pub(crate) fn version(&self) -> Option<u64> {
        self.query("version").map(|version| version.parse().unwrap_or(u64::MAX))
    }

    /// Cursor and length of a page.
    pub(crate) fn page(&self) -> (Option<&str>, usize) {
        let limit = self.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
        (self.query("cursor"), limit)
    }
}

/// Whether somebody who knows this version of the contracts understands ours: the same major, and no later one.
fn fits(wanted: &str) -> bool {
    let numbers = |text: &str| {
        let core = text.split(['-', '+']).next().unwrap_or_default();
        let mut parts = core.split('.').map(|part| part.parse::<u64>().ok());
        Some((
            parts.next()??,
            parts.next().flatten().unwrap_or(0),
            parts.next().flatten().unwrap_or(0),
        ))
    };
    match (numbers(wanted), numbers(contract_embed::VERSION)) {
        (Some(wanted), Some(ours)) => wanted.0 == ours.0 && wanted <= ours,
        _ => false,
    }
}
