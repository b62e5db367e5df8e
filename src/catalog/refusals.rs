//! How an API says no: the response that its operations, or its shared components, have for a status.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Catalog, ItemId, Kind};
use crate::document::{Pointer, Value, to_json};

/// What the responses of a status are usually called in `components`.
const NAMES: [(&str, &[&str]); 8] = [
    ("400", &["BadRequest"]),
    ("401", &["Unauthorized", "Unauthenticated"]),
    ("403", &["Forbidden"]),
    ("404", &["NotFound"]),
    ("409", &["Conflict"]),
    ("412", &["PreconditionFailed"]),
    ("422", &["UnprocessableContent", "UnprocessableEntity", "ValidationError"]),
    ("429", &["TooManyRequests", "RateLimited"]),
];

/// What a status says, for people (RFC 9110, section 15.5; RFC 6585, section 4).
pub fn status_text(status: &str) -> &'static str {
    match status {
        "400" => "The request is malformed.",
        "401" => "There are no valid credentials.",
        "403" => "The credentials do not allow this.",
        "404" => "There is nothing here.",
        "409" => "What is there contradicts the request.",
        "412" => "A precondition of the request does not hold.",
        "422" => "The request is well formed, and its content is wrong.",
        "429" => "There were too many requests.",
        _ => "The request is refused.",
    }
}

impl Catalog {
    /// The response that a document has for a status: what its operations write most often, else a shared
    /// component of it or of another document. The value is what stands in `responses`.
    pub fn refusal(&self, document: ItemId, status: &str) -> Option<Json> {
        self.written_refusal(document, status).or_else(|| self.shared_refusal(document, status))
    }

    fn written_refusal(&self, document: ItemId, status: &str) -> Option<Json> {
        let paths = self.item(document)?.value()?.get("paths")?;
        let operations = paths.members().iter().flat_map(|path| path.value.members());
        let written = operations.filter_map(|m| m.value.get("responses")?.get(status));
        let mut votes: BTreeMap<String, (usize, Json)> = BTreeMap::new();
        for value in written.map(to_json) {
            votes.entry(value.to_string()).or_insert((0, value)).0 += 1;
        }
        // A response that is written out may say what is true of one operation only.
        let shared = votes.into_values().filter(|(_, value)| value.get("$ref").is_some());
        shared.max_by_key(|(votes, _)| *votes).map(|(_, value)| value)
    }

    fn shared_refusal(&self, document: ItemId, status: &str) -> Option<Json> {
        let names = NAMES.iter().find(|(s, _)| *s == status).map(|(_, names)| *names)?;
        let own = self.item(document)?;
        let others = self
            .of_kind(Kind::OpenApi)
            .filter(|(_, it)| it.module.is_none() || it.module == own.module);
        let all = std::iter::once((document, own)).chain(others);
        let found = all.filter_map(|(id, item)| {
            let responses = item.value()?.get("components")?.get("responses")?;
            let fits = |key: &str| {
                let plain = key.trim_end_matches("Response").trim_end_matches("Error");
                names.iter().any(|name| plain.eq_ignore_ascii_case(name)) || key == status
            };
            let member = responses.members().iter().find(|m| fits(&m.key))?;
            let at = Pointer::root().path(&["components", "responses", &member.key]);
            Some((id, at))
        });
        let (item, at) = found.into_iter().next()?;
        let file = match item == document {
            true => String::new(),
            false => own.path.towards(&self.path(item)),
        };
        Some(json!({"$ref": format!("{file}#{at}")}))
    }

    /// Whether a document has paths of its own.
    pub fn has_paths(&self, document: ItemId) -> bool {
        let value = self.item(document).and_then(super::Item::value);
        value.and_then(|v| v.get("paths")).is_some_and(Value::is_object)
    }
}

/// The components of a document for a status that nobody has described yet, and the name of the response.
pub fn first_refusal(status: &str) -> (String, Json) {
    let names = NAMES.iter().find(|(s, _)| *s == status);
    let name = names
        .and_then(|(_, names)| names.first())
        .map_or_else(|| format!("Refused{status}"), |n| (*n).to_owned());
    let body =
        json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    let parts = json!({
        "responses": {(name.clone()): {"description": status_text(status), "content": body}},
        "schemas": {"Problem": {
            "title": "Problem",
            "description": "A problem, as RFC 9457 has it.",
            "type": "object",
            "required": ["title", "status"],
            "properties": {
                "type": {"type": "string", "format": "uri-reference"},
                "title": {"type": "string"},
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": {"type": "string"},
            },
        }},
    });
    (name, parts)
}
