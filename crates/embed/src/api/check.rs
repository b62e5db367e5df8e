//! Whether a request or a response is what the contracts describe.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::{Operation, Site};
use crate::schema::within;

/// A request, read as far as its parts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'r> {
    /// The values of the path, decoded.
    pub path: &'r [(String, String)],
    /// The values of the query, decoded.
    pub query: &'r [(String, String)],
    /// The headers, with names in lower case.
    pub headers: &'r [(String, String)],
    /// The media type without its parameters, and the body.
    pub body: Option<(&'r str, &'r Value)>,
}

/// A response.
#[derive(Debug, Clone, Copy, Default)]
pub struct Response<'r> {
    /// The status.
    pub status: u16,
    /// The headers, with names in lower case.
    pub headers: &'r [(String, String)],
    /// The media type without its parameters, and the body.
    pub body: Option<(&'r str, &'r Value)>,
}

/// Something that the contracts do not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// JSON Pointer (RFC 6901) into the body, or the name of a parameter.
    pub at: String,
    /// What is wrong there.
    pub detail: String,
}

impl Problem {
    fn new(at: &str, detail: impl Into<String>) -> Self {
        Problem { at: at.to_owned(), detail: detail.into() }
    }
}

impl Operation {
    /// What is wrong with a request; nothing when the contracts allow it.
    pub fn check_request(&self, request: &Request<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for parameter in &self.parameters {
            let given = match parameter.place.as_str() {
                "path" => request.path,
                "query" => request.query,
                _ => request.headers,
            };
            let is_it = |name: &str| match parameter.place.as_str() {
                "header" => name.eq_ignore_ascii_case(&parameter.name),
                _ => name == parameter.name,
            };
            let mut values = given.iter().filter(|(name, _)| is_it(name)).map(|(_, value)| value);
            match (values.next(), values.next()) {
                (None, _) if parameter.is_required => {
                    problems.push(Problem::new(&parameter.name, "it is required"));
                }
                (None, _) => {}
                (Some(_), Some(_)) => {
                    problems.push(Problem::new(&parameter.name, "it is there twice"));
                }
                (Some(text), None) => {
                    if let Err(why) = check_text(&parameter.schema, text) {
                        problems.push(Problem::new(&parameter.name, why));
                    }
                }
            }
        }
        match (&self.body, request.body) {
            (Some(body), None) if body.is_required => {
                problems.push(Problem::new("", "the request has no body"));
            }
            (Some(body), Some((media, value))) => match body.content.get(media) {
                Some(schema) => problems.extend(check(schema, value)),
                None => {
                    let known: Vec<&str> = body.content.keys().map(String::as_str).collect();
                    let detail = format!("`{media}` is not accepted; send {}", known.join(" or "));
                    problems.push(Problem::new("content-type", detail));
                }
            },
            _ => {}
        }
        problems
    }

    /// What is wrong with a response; nothing when the contracts describe it.
    pub fn check_response(&self, response: &Response<'_>) -> Vec<Problem> {
        let status = response.status.to_string();
        let class = format!("{}XX", status.get(..1).unwrap_or_default());
        let answers = [status.as_str(), &class, "default"];
        let Some(answer) = answers.iter().find_map(|status| self.responses.get(*status)) else {
            let detail = format!("`{}` has no response {status}", self.id);
            return vec![Problem::new("status", detail)];
        };
        let mut problems = Vec::new();
        for (name, (is_required, schema)) in &answer.headers {
            let value = response.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
            match value {
                Some((_, value)) => {
                    if let Err(why) = check_text(schema, value) {
                        problems.push(Problem::new(name, why));
                    }
                }
                None if *is_required => problems.push(Problem::new(name, "it is required")),
                None => {}
            }
        }
        match response.body {
            None if answer.content.is_empty() => {}
            None => problems.push(Problem::new("", "the response has no body")),
            Some((media, value)) => match answer.content.get(media) {
                Some(schema) => problems.extend(check(schema, value)),
                None => problems
                    .push(Problem::new("content-type", format!("`{media}` is not described"))),
            },
        }
        problems
    }

    /// Whether a request may have a body.
    pub fn takes_body(&self) -> bool {
        self.body.is_some()
    }

    /// The media types in which it answers with a status.
    pub fn media_types(&self, status: u16) -> Vec<&str> {
        let answer = self.responses.get(&status.to_string());
        answer.into_iter().flat_map(|answer| answer.content.keys().map(String::as_str)).collect()
    }

    /// Whether the contracts describe a response of this status.
    pub fn answers(&self, status: u16) -> bool {
        self.responses.contains_key(&status.to_string())
    }
}

type Compiled = Result<Arc<Validator>, String>;

/// Each is compiled when it is first asked.
static VALIDATORS: LazyLock<Mutex<BTreeMap<(String, String), Compiled>>> =
    LazyLock::new(Mutex::default);

fn validator(site: &Site) -> Compiled {
    let key = (site.path.clone(), site.pointer.clone());
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let made = || within(&site.path, &uri_fragment(&site.pointer)).map(Arc::new);
    known.entry(key).or_insert_with(made).clone()
}

/// A pointer as the fragment of a URI (RFC 6901, section 6): braces are no part of one.
fn uri_fragment(pointer: &str) -> String {
    pointer.replace('%', "%25").replace('{', "%7B").replace('}', "%7D")
}

fn check(site: &Site, value: &Value) -> Vec<Problem> {
    match validator(site) {
        Ok(validator) => {
            let errors = validator.iter_errors(value);
            errors.map(|e| Problem::new(&e.instance_path().to_string(), e.to_string())).collect()
        }
        Err(why) => vec![Problem::new("", why)],
    }
}

/// A text is checked as itself, and as the number or boolean that it may be.
fn check_text(site: &Site, text: &str) -> Result<(), String> {
    let validator = validator(site)?;
    let as_text = Value::String(text.to_owned());
    let first = match validator.validate(&as_text) {
        Ok(()) => return Ok(()),
        Err(error) => error.to_string(),
    };
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => {
            validator.validate(&value).map_err(|error| match error.kind() {
                // It was meant as a text.
                ValidationErrorKind::Type { .. } => first,
                _ => error.to_string(),
            })
        }
        _ => Err(first),
    }
}
