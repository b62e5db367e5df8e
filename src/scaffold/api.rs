//! What the template of an endpoint has to know: the document that it goes into, and how that document
//! refuses.

use serde_json::{Map, Value as Json, json};

use super::Blocked;
use super::surroundings::Surroundings;
use crate::catalog::{Catalog, ItemId, Kind};
use crate::tree::ArtifactPath;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The variables of an endpoint.
pub(super) fn variables(
    around: &Surroundings<'_>,
    answers: &Map<String, Json>,
) -> Result<Map<String, Json>, Blocked> {
    let text = |name: &str| answers.get(name).and_then(Json::as_str).unwrap_or_default().trim();
    let (method, path) = (text("method").to_ascii_lowercase(), text("url"));
    if !METHODS.contains(&method.as_str()) {
        let message = format!("`{method}` is no method of an endpoint");
        return Err(Blocked::new(message, format!("write one of {}", METHODS.join(", "))));
    }
    let parameters = parameters(path)?;
    let (file, document) = document(around, text("file"))?;
    let mut wanted = vec!["400", "401", "403"];
    if !parameters.is_empty() {
        wanted.push("404");
    }
    wanted.extend(["422", "429"]);
    let (mut refusals, mut components) = (Map::new(), json!({}));
    // Where there is no document yet, nothing is known of it.
    let id = document.unwrap_or(ItemId::MAX);
    for status in wanted {
        let response = around.catalog.refusal(id, status).unwrap_or_else(|| {
            let first = around.catalog.first_refusal(id, status);
            gather(&mut components, first.components);
            first.response
        });
        refusals.insert(status.to_owned(), response);
    }
    let mut variables = Map::new();
    variables.insert("file".to_owned(), json!(file));
    variables.insert("method".to_owned(), json!(method));
    variables.insert("url".to_owned(), json!(path));
    variables.insert("parameters".to_owned(), json!(parameters));
    variables.insert("refusals".to_owned(), Json::Object(refusals));
    variables.insert("components".to_owned(), components);
    Ok(variables)
}

/// Adds members of members.
fn gather(all: &mut Json, more: Json) {
    match (all, more) {
        (Json::Object(all), Json::Object(more)) => {
            more.into_iter().for_each(|(k, v)| gather(all.entry(k).or_insert(json!({})), v));
        }
        (all, more) => *all = more,
    }
}

/// The parameters in a path.
pub(super) fn parameters(path: &str) -> Result<Vec<String>, Blocked> {
    let wrong = |what: &str| {
        Blocked::new(format!("`{path}` {what}"), "write a path such as `/v1/notes/{note_id}`")
    };
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "-._~/{}:@!$&'()*+,;=%".contains(c);
    if !path.starts_with('/') || !path.chars().all(is_fine) || path.contains("//") {
        return Err(wrong("is no path of an endpoint"));
    }
    let mut found: Vec<String> = Vec::new();
    for segment in path.split('{').skip(1) {
        let name = segment
            .split_once('}')
            .map(|(name, _)| name)
            .ok_or_else(|| wrong("has an open `{`"))?;
        let is_name = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if !is_name || found.iter().any(|other| other == name) {
            return Err(wrong("has a parameter without a name of its own"));
        }
        found.push(name.to_owned());
    }
    if path.matches('}').count() != found.len() {
        return Err(wrong("has a `}` too many"));
    }
    Ok(found)
}

/// The document that an endpoint goes into: the named one, the one of the module, or the main one.
fn document(around: &Surroundings<'_>, named: &str) -> Result<(String, Option<ItemId>), Blocked> {
    let catalog = around.catalog;
    if !named.is_empty() {
        let find = |path: &str| catalog.find(&ArtifactPath::new(path).ok()?);
        let below = format!("{}/{named}", around.root_folder());
        let is_api = |id: &ItemId| catalog.item(*id).is_some_and(|i| i.kind == Kind::OpenApi);
        let id = find(named).or_else(|| find(&below)).filter(is_api).ok_or_else(|| {
            let message = format!("there is no OpenAPI document `{named}`");
            Blocked::new(message, known(catalog))
        })?;
        return Ok((catalog.path(id).to_string(), Some(id)));
    }
    let mut own: Vec<ItemId> = catalog
        .of_kind(Kind::OpenApi)
        .filter(|(id, item)| item.module.as_deref() == around.module && catalog.has_paths(*id))
        .map(|(id, _)| id)
        .collect();
    own.sort_by_key(|id| catalog.item(*id).is_none_or(|item| item.stem() != "main"));
    match own.first() {
        Some(id) => Ok((catalog.path(*id).to_string(), Some(*id))),
        None if around.module.is_some() => {
            Ok((format!("{}/openapi.yaml", around.folder("api")), None))
        }
        None => Ok((format!("{}/openapi/main.yaml", around.folder("api")), None)),
    }
}

fn known(catalog: &Catalog) -> String {
    let names: Vec<String> =
        catalog.of_kind(Kind::OpenApi).map(|(_, item)| item.path.to_string()).collect();
    match names.as_slice() {
        [] => "leave `--file` out: a document is made".to_owned(),
        names => format!("there is {}", names.join(", ")),
    }
}
