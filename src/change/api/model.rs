//! Operations with their parts, found through references over files.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Kind};
use crate::change::pairs::{Both, Place};
use crate::change::{Change, Impact};
use crate::document::{Data, Part as Where, Pointer, Value};
use crate::finding::Code;

/// The methods of OpenAPI 3.1, section 4.8.9.1, in the order of the specification.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An object of an OpenAPI document, references followed.
#[derive(Clone)]
pub(crate) struct Part<'c> {
    pub place: Place,
    pub value: &'c Value,
}

impl<'c> Part<'c> {
    /// The object at a place, or the one that it refers to.
    fn at(catalog: &'c Catalog, mut place: Place) -> Option<Part<'c>> {
        // A chain of references cannot be longer than there are places; circles end here.
        for _ in 0..64 {
            let target = catalog.reference_at(place.0, &place.1).and_then(|r| r.target.place());
            match target {
                Some((item, at)) => place = (item, at.clone()),
                None => break,
            }
        }
        let value = catalog.value_at(place.0, &place.1)?;
        Some(Part { place, value })
    }

    /// What a member holds, references followed.
    pub(crate) fn member(&self, catalog: &'c Catalog, key: &str) -> Option<Part<'c>> {
        self.value.get(key)?;
        Part::at(catalog, (self.place.0, self.place.1.join(key)))
    }

    /// All members, references followed.
    pub(crate) fn members(&self, catalog: &'c Catalog) -> BTreeMap<String, Part<'c>> {
        let all = self.value.members().iter().filter(|m| !m.key.starts_with("x-"));
        all.filter_map(|m| Some((m.key.clone(), self.member(catalog, &m.key)?))).collect()
    }

    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.value.get(key).is_some_and(|v| v.data == Data::Bool(true))
    }
}

/// An operation.
pub(crate) struct Operation<'c> {
    /// The method in upper case, then the path as written.
    pub name: String,
    pub part: Part<'c>,
    /// The document that it is reached from.
    pub document: Part<'c>,
    /// Whether it is the API that calls: a webhook. What is sent and answered changes places.
    pub sends: bool,
    /// By location and name; parameters of the path by their number in it.
    pub parameters: BTreeMap<(String, String), Part<'c>>,
}

impl<'c> Operation<'c> {
    /// What it means that something must be sent now, or need not be any more.
    pub(crate) fn demand(&self, is_required: bool) -> Impact {
        if is_required == self.sends { Impact::Minor } else { Impact::Major }
    }

    /// The value of a member, or that of the document where the operation has none.
    pub(crate) fn own_or_shared(&self, key: &str) -> Option<&'c Value> {
        self.part.value.get(key).or_else(|| self.document.value.get(key))
    }
}

/// All operations of a tree, by shape of the path and method.
pub(crate) struct Api<'c> {
    pub catalog: &'c Catalog,
    pub operations: BTreeMap<(String, String), Operation<'c>>,
    /// The documents themselves.
    pub documents: Vec<Part<'c>>,
}

impl<'c> Api<'c> {
    fn of(catalog: &'c Catalog) -> Api<'c> {
        let mut api = Api { catalog, operations: BTreeMap::new(), documents: Vec::new() };
        for (item, _) in catalog.of_kind(Kind::OpenApi) {
            let Some(document) = Part::at(catalog, (item, Pointer::root())) else { continue };
            for (key, sends) in [("paths", false), ("webhooks", true)] {
                let paths = document.member(catalog, key).map(|p| p.members(catalog));
                for (path, shared) in paths.unwrap_or_default() {
                    api.add(&path, &shared, &document, sends);
                }
            }
            api.documents.push(document);
        }
        api
    }
}

impl<'c> Api<'c> {
    fn add(&mut self, path: &str, shared: &Part<'c>, document: &Part<'c>, sends: bool) {
        for method in METHODS {
            let Some(part) = shared.member(self.catalog, method) else { continue };
            let parameters = parameters(self.catalog, path, shared, &part);
            let (kind, key) = match sends {
                true => ("webhook ", path.to_owned()),
                false => ("", shape(path)),
            };
            let name = format!("{kind}{} {path}", method.to_uppercase());
            let document = document.clone();
            let operation = Operation { name, part, document, sends, parameters };
            // Reached from two documents it is one.
            self.operations.entry((format!("{kind}{key}"), method.to_owned())).or_insert(operation);
        }
    }
}

/// The path with `{}` for each parameter.
fn shape(path: &str) -> String {
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
    let trimmed = out.trim_end_matches('/');
    if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() }
}

fn parameters<'c>(
    catalog: &'c Catalog,
    path: &str,
    shared: &Part<'c>,
    own: &Part<'c>,
) -> BTreeMap<(String, String), Part<'c>> {
    let mut found = BTreeMap::new();
    for holder in [shared, own] {
        let list = holder.value.get("parameters").map_or(0, |list| list.items().len());
        let at = holder.place.1.join("parameters");
        for i in 0..list {
            let Some(part) = Part::at(catalog, (holder.place.0, at.index(i))) else { continue };
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

/// Two APIs.
pub(crate) struct ApiPair<'b, 'c> {
    pub both: &'b Both<'c>,
    pub old: Api<'c>,
    pub new: Api<'c>,
}

impl<'b, 'c> ApiPair<'b, 'c> {
    pub(super) fn new(both: &'b Both<'c>) -> Self {
        ApiPair { both, old: Api::of(both.old), new: Api::of(both.new) }
    }

    /// Operations that both have.
    pub(crate) fn common(&self) -> impl Iterator<Item = (&Operation<'c>, &Operation<'c>)> {
        self.old
            .operations
            .iter()
            .filter_map(|(key, old)| Some((old, self.new.operations.get(key)?)))
    }

    /// A change at an object of the new tree, which was another in the old one.
    pub(crate) fn change(
        &self,
        (impact, code): (Impact, Code),
        message: String,
        now: &Place,
        was: Option<&Place>,
    ) -> Change {
        let at = self.both.now(now.0, &now.1, Where::Key);
        let mut change = self.both.change(impact, code, message, at).labelled("here");
        if let Some((item, at)) = was {
            change = change.was(self.both.was(*item, at, Where::Key));
        }
        change
    }

    /// Keys that both, only the old, and only the new of two maps have.
    pub(crate) fn keys<K: Ord + Clone, V>(
        old: &BTreeMap<K, V>,
        new: &BTreeMap<K, V>,
    ) -> (Vec<K>, Vec<K>, Vec<K>) {
        let all: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
        let of = |in_old, in_new| {
            let fits = |k: &&&K| old.contains_key(**k) == in_old && new.contains_key(**k) == in_new;
            all.iter().filter(fits).map(|k| (*k).clone()).collect()
        };
        (of(true, true), of(true, false), of(false, true))
    }

    /// The contents of a body, response or parameter, by media type.
    pub(crate) fn contents(catalog: &'c Catalog, holder: &Part<'c>) -> BTreeMap<String, Part<'c>> {
        let content = holder.member(catalog, "content");
        let all = content.map(|content| content.members(catalog)).unwrap_or_default();
        // RFC 9110, section 8.3.1: type and subtype are not case-sensitive, nor is blank space counted.
        let name = |text: String| text.to_ascii_lowercase().replace(' ', "");
        all.into_iter().map(|(media, part)| (name(media), part)).collect()
    }

    /// The responses of an operation, by status.
    pub(crate) fn responses(
        catalog: &'c Catalog,
        operation: &Operation<'c>,
    ) -> BTreeMap<String, Part<'c>> {
        let responses = operation.part.member(catalog, "responses");
        let all = responses.map(|r| r.members(catalog)).unwrap_or_default();
        all.into_iter().map(|(status, part)| (status.replace("xx", "XX"), part)).collect()
    }

    /// The headers of a response, by name in lower case.
    pub(crate) fn headers(catalog: &'c Catalog, response: &Part<'c>) -> BTreeMap<String, Part<'c>> {
        let headers = response.member(catalog, "headers");
        let all = headers.map(|h| h.members(catalog)).unwrap_or_default();
        all.into_iter().map(|(name, part)| (name.to_ascii_lowercase(), part)).collect()
    }
}
