//! How an API says no: the response that its operations, or its shared components, have for a status.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Api, Catalog, ItemId, Kind};
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
fn status_text(status: &str) -> &'static str {
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
            // A document with paths is an API of its own, and shares nothing.
            .filter(|(id, it)| {
                (it.module.is_none() || it.module == own.module) && !self.has_paths(*id)
            });
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

/// How a document is to refuse where nobody has described it yet.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstRefusal {
    /// What stands in `responses` of the operation.
    pub response: Json,
    /// What `components` of the document lack for it; nothing that is there is changed by merging them.
    pub components: Json,
}

impl Catalog {
    /// The first response of a status: with the body of other refusals of the document, or with a problem
    /// as RFC 9457 has it.
    pub fn first_refusal(&self, document: ItemId, status: &str) -> FirstRefusal {
        let root = self.item(document).and_then(super::Item::value);
        let components = root.and_then(|root| root.get("components"));
        let has = |kind: &str, name: &str| {
            components.and_then(|c| c.get(kind)).is_some_and(|kind| kind.get(name).is_some())
        };
        let names = NAMES.iter().find(|(s, _)| *s == status).and_then(|(_, names)| names.first());
        let name = names.map_or_else(|| format!("Refused{status}"), |name| (*name).to_owned());
        let free = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}{n}")));
        let name = free.into_iter().find(|name| !has("responses", name)).unwrap_or(name);
        let known = self.refused_content(document);
        let is_own = known.is_none();
        let content = known.unwrap_or_else(|| {
            json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}})
        });
        let response = json!({"description": status_text(status), "content": content});
        let mut components = json!({"responses": {(name.clone()): response}});
        // A schema of that name is somebody's, and means what it means.
        if is_own
            && !has("schemas", "Problem")
            && let Some(members) = components.as_object_mut()
        {
            members.insert("schemas".to_owned(),
                    json!({"Problem": self.problem.get_or_init(|| self.common_problem()).clone().unwrap_or_else(problem)}),
                );
        }
        FirstRefusal {
            response: json!({"$ref": format!("#/components/responses/{name}")}),
            components,
        }
    }

    /// The body that most refusals of the tree have, where it stands by itself: one tree has one error
    /// schema.
    fn common_problem(&self) -> Option<Json> {
        let api = Api::of(self);
        let mut votes: BTreeMap<String, (usize, Json)> = BTreeMap::new();
        for operation in api.operations.values().filter(|operation| !operation.sends) {
            for (_, part) in operation.responses(self).iter().filter(|(s, _)| s.starts_with('4')) {
                let contents = part.contents(self).into_iter();
                let bodies = contents.filter(|(media, _)| media.contains("json"));
                for schema in bodies.filter_map(|(_, content)| content.member(self, "schema")) {
                    let value = to_json(schema.value);
                    votes.entry(value.to_string()).or_insert((0, value)).0 += 1;
                }
            }
        }
        let alone = votes.into_iter().filter(|(text, _)| !text.contains("\"$ref\""));
        alone.map(|(_, vote)| vote).max_by_key(|(votes, _)| *votes).map(|(_, schema)| schema)
    }

    /// The content of another refusal of a document.
    fn refused_content(&self, document: ItemId) -> Option<Json> {
        let paths = self.item(document)?.value()?.get("paths")?;
        let operations = paths.members().iter().flat_map(|path| path.value.members());
        let responses = operations.filter_map(|m| m.value.get("responses"));
        let mut refused = responses.flat_map(Value::members).filter(|m| m.key.starts_with('4'));
        refused.find_map(|member| {
            let own = member.value.str_at("$ref").and_then(|r| r.strip_prefix('#'));
            let value = match own {
                Some(at) => self.value_at(document, &Pointer::from(at))?,
                None => &member.value,
            };
            value.get("content").map(to_json)
        })
    }
}

fn problem() -> Json {
    json!({
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
    })
}
