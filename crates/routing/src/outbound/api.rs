//! What an OpenAPI document (3.0 or 3.1) declares: paths, their methods, and the query parameters of each. Nothing is
//! fetched: a reference to another document must have been put in before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::path::{Segment, fits, segments, template};
use super::refused::{ApiError, Undeclared};

/// The fixed fields of a Path Item Object that are operations (OpenAPI 3.1, 4.8.9).
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// References lead to references at most so often.
const DEEPEST: usize = 16;

/// An operation of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The path as it is declared, such as `/v1/notes/{note_id}`.
    pub path: String,
    /// In upper case.
    pub method: String,
    /// `operationId`, when there is one.
    pub id: Option<String>,
    query: BTreeMap<String, Parameter>,
    body: Body,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Parameter {
    required: bool,
    repeats: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    None,
    May,
    Must,
}

#[derive(Debug, Clone)]
struct Path {
    template: Vec<Segment>,
    operations: BTreeMap<String, Operation>,
}

/// The operations of a document.
#[derive(Debug, Clone)]
pub struct Api {
    paths: Vec<Path>,
}

impl Api {
    /// Compiles a document that is known to have at least so many paths.
    ///
    /// # Errors
    /// When it is no OpenAPI 3 document, has fewer paths, or something in it is corrupt or elsewhere.
    pub fn compile(document: &Value, least: usize) -> Result<Api, ApiError> {
        let version = document.get("openapi").and_then(Value::as_str);
        let version =
            version.ok_or_else(|| ApiError::NotOpenApi("it has no `openapi`".to_owned()))?;
        if !version.starts_with("3.") {
            return Err(ApiError::NotOpenApi(format!("its version is `{version}`")));
        }
        let paths = document.get("paths").and_then(Value::as_object);
        let paths = paths.ok_or_else(|| ApiError::NotOpenApi("it has no `paths`".to_owned()))?;
        if paths.len() < least.max(1) {
            return Err(ApiError::TooFew { found: paths.len(), least: least.max(1) });
        }
        let mut compiled = Vec::new();
        let mut shapes = BTreeSet::new();
        for (text, item) in paths.iter().filter(|(text, _)| !text.starts_with("x-")) {
            let at = format!("/paths/{}", text.replace('~', "~0").replace('/', "~1"));
            let template = template(text).map_err(|what| corrupt(&at, what))?;
            if !shapes.insert(template.clone()) {
                return Err(corrupt(&at, "another path differs in the names of parameters alone"));
            }
            let item = resolved(document, item, &at)?;
            let operations = operations(document, text, item, &at)?;
            compiled.push(Path { template, operations });
        }
        // Literal segments sort before parameters: the concrete path is asked first (OpenAPI 3.1, 4.8.8.2).
        compiled.sort_by(|one, other| one.template.cmp(&other.template));
        Ok(Api { paths: compiled })
    }

    /// Every operation, the more concrete paths first.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.paths.iter().flat_map(|path| path.operations.values())
    }

    /// The operation that a call is.
    ///
    /// # Errors
    /// Why it is none.
    pub fn operation(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        has_body: bool,
    ) -> Result<&Operation, Undeclared> {
        let segments = segments(path)?;
        let found = self.paths.iter().find(|of| fits(&of.template, &segments));
        let found = found.ok_or(Undeclared::Path)?;
        let has = || Undeclared::Method(found.operations.keys().cloned().collect());
        let operation = found.operations.get(method).ok_or_else(has)?;
        operation.takes(query)?;
        match (operation.body, has_body) {
            (Body::None, true) => Err(Undeclared::Body("the operation takes no body")),
            (Body::Must, false) => Err(Undeclared::Body("the operation needs a body")),
            _ => Ok(operation),
        }
    }
}

impl Operation {
    fn takes(&self, query: &[(&str, &str)]) -> Result<(), Undeclared> {
        for (index, (name, _)) in query.iter().enumerate() {
            let parameter = self.query.get(*name);
            let is_second = query.iter().take(index).any(|(other, _)| other == name);
            if !parameter.is_some_and(|parameter| parameter.repeats || !is_second) {
                return Err(Undeclared::Query((*name).to_owned()));
            }
        }
        let absent = |name: &String| !query.iter().any(|(given, _)| given == name);
        let mut needed = self.query.iter().filter(|(_, parameter)| parameter.required);
        match needed.find(|(name, _)| absent(name)) {
            None => Ok(()),
            Some((name, _)) => Err(Undeclared::QueryMissing(name.clone())),
        }
    }
}

fn corrupt(at: &str, what: &'static str) -> ApiError {
    ApiError::Corrupt { at: at.to_owned(), what }
}

/// What a value is after its references inside the document.
fn resolved<'d>(document: &'d Value, value: &'d Value, at: &str) -> Result<&'d Value, ApiError> {
    let mut value = value;
    for _ in 0..DEEPEST {
        let Some(to) = value.get("$ref") else { return Ok(value) };
        let pointer = to.as_str().and_then(|to| to.strip_prefix('#'));
        let pointer = pointer.ok_or_else(|| {
            corrupt(at, "it refers to another document: bundle the documents first")
        })?;
        let pointer = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        let found = document.pointer(&pointer);
        value = found.ok_or_else(|| corrupt(at, "it refers to nothing"))?;
    }
    Err(corrupt(at, "its references go round in a circle"))
}

fn operations(
    document: &Value,
    path: &str,
    item: &Value,
    at: &str,
) -> Result<BTreeMap<String, Operation>, ApiError> {
    let item = item.as_object().ok_or_else(|| corrupt(at, "a path is no object"))?;
    let mut shared = BTreeMap::new();
    parameters(document, item, at, &mut shared)?;
    let mut operations = BTreeMap::new();
    for method in METHODS {
        let Some(value) = item.get(method) else { continue };
        let at = format!("{at}/{method}");
        let value = value.as_object().ok_or_else(|| corrupt(&at, "an operation is no object"))?;
        let mut query = shared.clone();
        parameters(document, value, &at, &mut query)?;
        let body = match value.get("requestBody") {
            None => Body::None,
            Some(body) => {
                let body = resolved(document, body, &at)?;
                let must = body.get("required").and_then(Value::as_bool).unwrap_or(false);
                if must { Body::Must } else { Body::May }
            }
        };
        let id = value.get("operationId").and_then(Value::as_str).map(str::to_owned);
        let method = method.to_ascii_uppercase();
        let operation =
            Operation { path: path.to_owned(), method: method.clone(), id, query, body };
        operations.insert(method, operation);
    }
    if operations.is_empty() {
        return Err(corrupt(at, "a path has no operation"));
    }
    Ok(operations)
}

/// Adds the query parameters that an operation or a path declares.
fn parameters(
    document: &Value,
    of: &Map<String, Value>,
    at: &str,
    into: &mut BTreeMap<String, Parameter>,
) -> Result<(), ApiError> {
    let Some(list) = of.get("parameters") else { return Ok(()) };
    let list = list.as_array().ok_or_else(|| corrupt(at, "`parameters` is no array"))?;
    for value in list {
        let value = resolved(document, value, at)?;
        let field = |name| value.get(name).and_then(Value::as_str);
        let (name, place) = match (field("name"), field("in")) {
            (Some(name), Some(place)) => (name, place),
            _ => return Err(corrupt(at, "a parameter has no `name` or no `in`")),
        };
        if place == "query" {
            let flag = |name| value.get(name).and_then(Value::as_bool);
            let kind = value.pointer("/schema/type").and_then(Value::as_str);
            // A list is written as a parameter for each item unless `explode` is false.
            let repeats = kind == Some("array") && flag("explode").unwrap_or(true);
            let required = flag("required").unwrap_or(false);
            into.insert(name.to_owned(), Parameter { required, repeats });
        }
    }
    Ok(())
}
