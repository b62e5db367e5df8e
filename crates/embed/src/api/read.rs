//! Reading operations out of the documents, over references between them.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Answer, Body, Operation, Parameter};
use crate::schema::documents;

/// A place in a document.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The document, from the contracts root.
    pub(crate) path: String,
    /// JSON Pointer (RFC 6901) into it.
    pub(crate) pointer: String,
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// More references in a row than any description needs; more are a circle.
const MOST_STEPS: usize = 32;

impl Site {
    fn join(&self, key: &str) -> Site {
        let key = key.replace('~', "~0").replace('/', "~1");
        Site { path: self.path.clone(), pointer: format!("{}/{key}", self.pointer) }
    }

    fn value(&self) -> Option<&'static Value> {
        documents().get(self.path.as_str())?.pointer(&self.pointer)
    }

    /// Where a reference at this place leads, or this place.
    fn resolved(self) -> Site {
        let mut site = self;
        for _ in 0..MOST_STEPS {
            let reference = site.value().and_then(|value| value.get("$ref")?.as_str());
            let Some(reference) = reference else { break };
            let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
            let path = if file.is_empty() { site.path } else { beside(&site.path, file) };
            site = Site { path, pointer: decoded(pointer) };
        }
        site
    }

    /// The places of the members of an object.
    fn members(&self, key: &str) -> Vec<(&'static String, Site)> {
        let at = self.join(key);
        let members = at.value().and_then(Value::as_object);
        members.into_iter().flatten().map(|(name, _)| (name, at.join(name))).collect()
    }

    fn text(&self, key: &str) -> Option<String> {
        Some(self.value()?.get(key)?.as_str()?.to_owned())
    }

    fn is_true(&self, key: &str) -> bool {
        self.value().and_then(|value| value.get(key)?.as_bool()) == Some(true)
    }
}

/// `%7B` in a pointer is `{` (RFC 6901, section 6).
fn decoded(pointer: &str) -> String {
    percent_decode_str(pointer).decode_utf8_lossy().into_owned()
}

/// A relative path from the folder of another.
fn beside(path: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

pub(super) fn operations(main: &str) -> Vec<Operation> {
    let document = Site { path: main.to_owned(), pointer: String::new() };
    let mut found = Vec::new();
    for (path, item) in document.members("paths") {
        let item = item.resolved();
        for method in METHODS {
            let at = item.join(method);
            if at.value().is_some() {
                found.extend(operation(path, method, &item, &at));
            }
        }
    }
    found
}

fn operation(path: &str, method: &str, item: &Site, at: &Site) -> Option<Operation> {
    let mut parameters: BTreeMap<(String, String), Parameter> = BTreeMap::new();
    for parameter in listed(item, "parameters").into_iter().chain(listed(at, "parameters")) {
        let parameter = read_parameter(&parameter)?;
        // One of the operation replaces that of the path.
        parameters.insert((parameter.place.clone(), parameter.name.clone()), parameter);
    }
    let body = at.join("requestBody").resolved();
    let body = body
        .value()
        .is_some()
        .then(|| Body { is_required: body.is_true("required"), content: content(&body) });
    let responses = at.members("responses").into_iter();
    let security = at.value()?.get("security").and_then(Value::as_array);
    Some(Operation {
        id: at.text("operationId")?,
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        is_open: security.is_some_and(Vec::is_empty),
        parameters: parameters.into_values().collect(),
        body,
        responses: responses.map(|(status, at)| (status.clone(), answer(&at.resolved()))).collect(),
    })
}

fn listed(site: &Site, key: &str) -> Vec<Site> {
    let at = site.join(key);
    let length = at.value().and_then(Value::as_array).map_or(0, Vec::len);
    (0..length).map(|index| at.join(&index.to_string()).resolved()).collect()
}

fn read_parameter(at: &Site) -> Option<Parameter> {
    Some(Parameter {
        name: at.text("name")?,
        place: at.text("in")?,
        is_required: at.is_true("required"),
        schema: at.join("schema"),
    })
}

fn content(at: &Site) -> BTreeMap<String, Site> {
    let types = at.members("content").into_iter();
    types.map(|(media, at)| (media.clone(), at.join("schema"))).collect()
}

fn answer(at: &Site) -> Answer {
    let headers = at.members("headers").into_iter().map(|(name, at)| {
        let at = at.resolved();
        (name.to_ascii_lowercase(), (at.is_true("required"), at.join("schema")))
    });
    Answer { content: content(at), headers: headers.collect() }
}
