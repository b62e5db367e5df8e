//! The operations of HTTP APIs with their parts, found through references over files.

use std::collections::BTreeMap;

use super::{Catalog, ItemId, Kind};
use crate::document::{Data, Pointer, Value};

/// A place in the tree.
type Place = (ItemId, Pointer);

/// The methods of OpenAPI 3.1, section 4.8.9.1, in the order of the specification.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An object of an OpenAPI document, references followed.
#[derive(Clone)]
pub struct ApiPart<'c> {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub value: &'c Value,
}

impl<'c> ApiPart<'c> {
    /// The object at a place of a file, or the one that it refers to.
    pub fn read(catalog: &'c Catalog, item: ItemId, at: &Pointer) -> Option<ApiPart<'c>> {
        ApiPart::at(catalog, (item, at.clone()))
    }

    fn at(catalog: &'c Catalog, mut place: Place) -> Option<ApiPart<'c>> {
        // A chain of references cannot be longer than there are places; circles end here.
        for _ in 0..64 {
            let target = catalog.reference_at(place.0, &place.1).and_then(|r| r.target.place());
            match target {
                Some((item, at)) => place = (item, at.clone()),
                None => break,
            }
        }
        let value = catalog.value_at(place.0, &place.1)?;
        Some(ApiPart { place, value })
    }

    /// What a member holds, references followed.
    pub fn member(&self, catalog: &'c Catalog, key: &str) -> Option<ApiPart<'c>> {
        self.value.get(key)?;
        ApiPart::at(catalog, (self.place.0, self.place.1.join(key)))
    }

    /// All members, references followed.
    pub fn members(&self, catalog: &'c Catalog) -> BTreeMap<String, ApiPart<'c>> {
        let all = self.value.members().iter().filter(|m| !m.key.starts_with("x-"));
        all.filter_map(|m| Some((m.key.clone(), self.member(catalog, &m.key)?))).collect()
    }

    /// The contents of a body, response or parameter, by media type.
    pub fn contents(&self, catalog: &'c Catalog) -> BTreeMap<String, ApiPart<'c>> {
        let content = self.member(catalog, "content");
        let all = content.map(|content| content.members(catalog)).unwrap_or_default();
        // RFC 9110, section 8.3.1: type and subtype are not case-sensitive, nor is blank space counted.
        let name = |text: String| text.to_ascii_lowercase().replace(' ', "");
        all.into_iter().map(|(media, part)| (name(media), part)).collect()
    }

    /// The headers of a response, by name in lower case.
    pub fn headers(&self, catalog: &'c Catalog) -> BTreeMap<String, ApiPart<'c>> {
        let headers = self.member(catalog, "headers");
        let all = headers.map(|h| h.members(catalog)).unwrap_or_default();
        all.into_iter().map(|(name, part)| (name.to_ascii_lowercase(), part)).collect()
    }

    /// Whether a member is `true`.
    pub fn is_true(&self, key: &str) -> bool {
        self.value.get(key).is_some_and(|v| v.data == Data::Bool(true))
    }
}

/// An operation.
pub struct Operation<'c> {
    /// The method in upper case, then the path as written.
    pub name: String,
    /// The operation itself.
    pub part: ApiPart<'c>,
    /// The path as written; the name of a webhook.
    pub path: String,
    /// What all operations of the path share.
    pub shared: ApiPart<'c>,
    /// The document that it is reached from.
    pub document: ApiPart<'c>,
    /// Whether it is the API that calls: a webhook. What is sent and answered changes places.
    pub sends: bool,
    /// By location and name; parameters of the path by their number in it.
    pub parameters: BTreeMap<(String, String), ApiPart<'c>>,
}

impl<'c> Operation<'c> {
    /// The responses of an operation, by status.
    pub fn responses(&self, catalog: &'c Catalog) -> BTreeMap<String, ApiPart<'c>> {
        let responses = self.part.member(catalog, "responses");
        let all = responses.map(|r| r.members(catalog)).unwrap_or_default();
        all.into_iter().map(|(status, part)| (status.replace("xx", "XX"), part)).collect()
    }

    /// The value of a member, or that of the document where the operation has none.
    pub fn own_or_shared(&self, key: &str) -> Option<&'c Value> {
        self.part.value.get(key).or_else(|| self.document.value.get(key))
    }
}

/// All operations of a tree, by shape of the path and method.
pub struct Api<'c> {
    /// The tree.
    pub catalog: &'c Catalog,
    /// By shape of the path and method.
    pub operations: BTreeMap<(String, String), Operation<'c>>,
    /// Calls that operations make back, by operation, name, expression and method.
    pub callbacks: BTreeMap<(String, String), Operation<'c>>,
    /// The documents themselves.
    pub documents: Vec<ApiPart<'c>>,
}

impl<'c> Api<'c> {
    /// Reads all OpenAPI documents of a tree.
    pub fn of(catalog: &'c Catalog) -> Api<'c> {
        let mut api = Api::empty(catalog);
        catalog.of_kind(Kind::OpenApi).for_each(|(item, _)| api.read(item));
        api
    }

    /// Reads one document, with what it refers to in others.
    pub fn of_document(catalog: &'c Catalog, item: ItemId) -> Api<'c> {
        let mut api = Api::empty(catalog);
        api.read(item);
        api
    }

    fn empty(catalog: &'c Catalog) -> Api<'c> {
        let (operations, callbacks) = (BTreeMap::new(), BTreeMap::new());
        Api { catalog, operations, callbacks, documents: Vec::new() }
    }

    fn read(&mut self, item: ItemId) {
        let Some(document) = ApiPart::at(self.catalog, (item, Pointer::root())) else { return };
        for (key, sends) in [("paths", false), ("webhooks", true)] {
            let paths = document.member(self.catalog, key).map(|p| p.members(self.catalog));
            for (path, shared) in paths.unwrap_or_default() {
                self.add(&path, &shared, &document, sends);
            }
        }
        self.documents.push(document);
    }

    fn add(&mut self, path: &str, shared: &ApiPart<'c>, document: &ApiPart<'c>, sends: bool) {
        for method in METHODS {
            let Some(part) = shared.member(self.catalog, method) else { continue };
            let parameters = parameters(self.catalog, path, shared, &part);
            let (kind, key) = match sends {
                true => ("webhook ", path.to_owned()),
                false => ("", path_shape(path)),
            };
            let name = format!("{kind}{} {path}", method.to_uppercase());
            let operation = Operation {
                name,
                path: path.to_owned(),
                shared: shared.clone(),
                part,
                document: document.clone(),
                sends,
                parameters,
            };
            let mut key = (format!("{kind}{key}"), method.to_owned());
            let known = self.operations.get(&key);
            if known.is_some_and(|known| known.part.place == operation.part.place) {
                // Reached from two documents it is one.
                continue;
            }
            if known.is_some() {
                // Two APIs may have the same paths.
                let file = self.catalog.path(document.place.0);
                key.0.push_str(&format!(" in {file}"));
            }
            self.add_callbacks(&key.0, &operation);
            self.operations.entry(key).or_insert(operation);
        }
    }

    /// The calls that an operation makes back. What those call back in turn is not looked at.
    fn add_callbacks(&mut self, key: &str, operation: &Operation<'c>) {
        let callbacks = operation.part.member(self.catalog, "callbacks");
        for (name, callback) in callbacks.map(|c| c.members(self.catalog)).unwrap_or_default() {
            for (expression, shared) in callback.members(self.catalog) {
                for method in METHODS {
                    let Some(part) = shared.member(self.catalog, method) else { continue };
                    let parameters = parameters(self.catalog, &expression, &shared, &part);
                    let shown = method.to_uppercase();
                    let back = Operation {
                        name: format!("callback {name} {shown} of {}", operation.name),
                        path: expression.clone(),
                        shared: shared.clone(),
                        part,
                        document: operation.document.clone(),
                        sends: true,
                        parameters,
                    };
                    let verb = operation.name.split(' ').next().unwrap_or_default();
                    let key = format!("{verb} {key} {name} {expression}");
                    self.callbacks.entry((key, method.to_owned())).or_insert(back);
                }
            }
        }
    }
}

/// The path with `{}` for each parameter.
pub fn path_shape(path: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_u32;
    for c in path.chars() {
        match c {
            '{' => {
                depth += 1;
                out.push('{');
            }
            '}' => {
                depth = depth.saturating_sub(1);
                out.push('}');
            }
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn parameters<'c>(
    catalog: &'c Catalog,
    path: &str,
    shared: &ApiPart<'c>,
    own: &ApiPart<'c>,
) -> BTreeMap<(String, String), ApiPart<'c>> {
    let mut found = BTreeMap::new();
    for holder in [shared, own] {
        let list = holder.value.get("parameters").map_or(0, |list| list.items().len());
        let at = holder.place.1.join("parameters");
        for i in 0..list {
            let Some(part) = ApiPart::at(catalog, (holder.place.0, at.index(i))) else { continue };
            let (Some(place), Some(name)) = (part.value.str_at("in"), part.value.str_at("name"))
            else {
                continue;
            };
            let name = match place {
                "path" => number_in(path, name),
                // RFC 9110, section 5.1
                "header" => name.to_ascii_lowercase(),
                _ => name.to_owned(),
            };
            found.insert((place.to_owned(), name), part);
        }
    }
    found
}

/// The number of a parameter in the path; its name when it is not there.
fn number_in(path: &str, name: &str) -> String {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names
        .enumerate()
        .find(|(_, n)| *n == name)
        .map_or_else(|| name.to_owned(), |(i, _)| format!("#{}", i + 1))
}
