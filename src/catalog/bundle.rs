//! A schema as one document: whatever it refers to, in this file or another, becomes a definition of it.
//! What comes out can be compiled alone and compared with another version of itself.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Draft;
use serde_json::{Map, Value as Json, json};

use super::dialect::{Dialect, Holds, applicator};
use super::refs::Reference;
use super::walk::RefKind;
use super::{Catalog, ItemId, Kind};
use crate::document::{Data, Pointer, Value, to_json};

/// A schema that refers to nothing outside of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// The schema, with its dialect.
    pub schema: Json,
    /// Its dialect.
    pub draft: Draft,
}

/// Why there is no bundle: the keyword, and a clause.
pub type NoBundle = (&'static str, String);

type Place = (ItemId, Pointer);

impl Bundle {
    /// The schema as those see it who need not write members with one of these marks: `readOnly` for a
    /// request, `writeOnly` for an answer (OpenAPI 3.1, section 4.8.24.3).
    pub fn without_demand(&self, marks: &[&str]) -> Bundle {
        let mut schema = self.schema.clone();
        let root = &self.schema;
        each_schema(&mut schema, &|map| {
            let Some(Json::Object(properties)) = map.get("properties") else { return };
            let is_marked = |schema: &Json| {
                let target = schema.get("$ref").and_then(Json::as_str);
                let target = target.and_then(|text| root.pointer(text.trim_start_matches('#')));
                let all = [Some(schema), target].into_iter().flatten();
                all.into_iter()
                    .any(|s| marks.iter().any(|mark| s.get(mark) == Some(&Json::Bool(true))))
            };
            let marked: Vec<String> = properties
                .iter()
                .filter(|(_, s)| is_marked(s))
                .map(|(name, _)| name.clone())
                .collect();
            if let Some(Json::Array(required)) = map.get_mut("required") {
                required.retain(|name| !marked.iter().any(|m| name.as_str() == Some(m)));
            }
        });
        Bundle { schema, draft: self.draft }
    }
}

/// Whether the value of a keyword is data, whatever it looks like.
pub fn holds_data(keyword: &str) -> bool {
    DATA.contains(&keyword)
}

/// Whether the value of a keyword maps names to schemas.
pub fn holds_named(keyword: &str) -> bool {
    MAPS.contains(&keyword) || keyword == "$defs" || keyword == "definitions"
}

/// Visits a schema and all schemas in it; data that they hold is none.
pub fn each_schema(schema: &mut Json, visit: &impl Fn(&mut Map<String, Json>)) {
    let Json::Object(map) = schema else { return };
    visit(map);
    for (key, inner) in map.iter_mut() {
        match inner {
            _ if holds_data(key) => {}
            Json::Object(named) if holds_named(key) => {
                named.values_mut().for_each(|inner| each_schema(inner, visit));
            }
            Json::Array(items) => items.iter_mut().for_each(|inner| each_schema(inner, visit)),
            other => each_schema(other, visit),
        }
    }
}

impl Catalog {
    /// The schema at a place, with everything that it refers to.
    pub fn bundle(&self, item: ItemId, at: &Pointer) -> Result<Bundle, NoBundle> {
        let draft = self.draft_at(item);
        let mut bundler = Bundler {
            catalog: self,
            draft,
            names: BTreeMap::new(),
            taken: BTreeSet::new(),
            queue: Vec::new(),
            anchors: BTreeMap::new(),
            is_dynamic: false,
        };
        let mut schema = bundler.copy(item, at)?;
        let mut definitions = Map::new();
        while let Some((name, (item, at))) = bundler.queue.pop() {
            let copy = bundler.copy(item, &at)?;
            definitions.insert(name, copy);
        }
        if bundler.is_dynamic && bundler.anchors.values().any(|count| *count > 1) {
            return Err(("$dynamicRef", "more than one schema has the anchor it names".to_owned()));
        }
        if let Json::Object(root) = &mut schema {
            let mut whole = Map::new();
            whole.insert("$schema".to_owned(), super::dialect::identifier(draft).into());
            whole.append(root);
            if !definitions.is_empty() {
                definitions.sort_keys();
                whole.insert(key_of(draft).to_owned(), Json::Object(definitions));
            }
            schema = Json::Object(whole);
        }
        Ok(Bundle { schema, draft })
    }

    /// Whether every keyword of 2020-12 means something in a file: a meta-schema of the tree may leave
    /// vocabularies out (JSON Schema Core 2020-12, section 8.1.2).
    pub(super) fn asserts_all(&self, item: ItemId) -> bool {
        let schema = self.schemas.get(&item);
        if schema.is_none_or(|schema| schema.dialect != Dialect::Custom) {
            return true;
        }
        let given = self.item(item).and_then(|item| item.value()?.str_at("$schema"));
        let bare = given.map(|given| given.strip_suffix('#').unwrap_or(given));
        let meta = bare.and_then(|bare| self.claims.get(bare)?.first());
        let meta = meta.and_then(|claim| self.item(claim.item)?.value());
        let Some(vocabularies) = meta.and_then(|meta| meta.get("$vocabulary")) else { return true };
        let has = |name: &str| {
            let id = format!("https://json-schema.org/draft/2020-12/vocab/{name}");
            vocabularies.get(&id).is_some()
        };
        ["core", "applicator", "unevaluated", "validation"].into_iter().all(has)
    }

    /// The dialect of the schemas in a file.
    fn draft_at(&self, item: ItemId) -> Draft {
        let known = self.schemas.get(&item).and_then(|schema| schema.dialect.draft());
        known.unwrap_or(Draft::Draft202012)
    }

    /// Whether a file is an OpenAPI document before 3.1, whose schemas are of a dialect of their own.
    pub fn is_openapi_30(&self, item: ItemId) -> bool {
        let item = self.item(item).filter(|item| item.kind == Kind::OpenApi);
        let version = item.and_then(|item| item.value()).and_then(|v| v.str_at("openapi"));
        version.is_some_and(|version| version.starts_with("3.0") || version.starts_with("2."))
    }

    /// The references of a file, by the place that holds them.
    pub fn references_in(&self, item: ItemId) -> &[Reference] {
        let is_api = self.item(item).is_some_and(|i| i.kind == Kind::OpenApi);
        let all = if is_api { &self.api_references } else { &self.references };
        let (from, to) =
            (all.partition_point(|r| r.item < item), all.partition_point(|r| r.item <= item));
        all.get(from..to).unwrap_or_default()
    }

    /// The static reference that the value at a place is or holds.
    pub fn reference_at(&self, item: ItemId, at: &Pointer) -> Option<&Reference> {
        let all = self.references_in(item);
        let from = all.partition_point(|r| r.holder < *at);
        let own = all.get(from..).unwrap_or_default().iter().take_while(|r| r.holder == *at);
        own.into_iter().find(|r| r.kind == RefKind::Static)
    }
}

impl Catalog {
    /// A schema and all schemas in it, by place; references are not followed.
    pub fn schemas_within(&self, item: ItemId, at: &Pointer) -> Vec<Pointer> {
        let mut found = vec![at.clone()];
        let mut next = 0;
        while let Some(at) = found.get(next).cloned() {
            next += 1;
            let members = self.value_at(item, &at).map(Value::members).unwrap_or_default();
            for member in members {
                let Some((holds, _)) = applicator(&member.key) else { continue };
                let at = at.join(&member.key);
                match (holds, &member.value.data) {
                    (Holds::Map, Data::Object(named)) => {
                        found.extend(named.iter().map(|m| at.join(&m.key)));
                    }
                    (Holds::Many | Holds::One, Data::Array(items)) => {
                        found.extend((0..items.len()).map(|i| at.index(i)));
                    }
                    (Holds::Many | Holds::One, Data::Object(_)) => found.push(at),
                    _ => {}
                }
            }
        }
        found
    }
}

fn key_of(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 | Draft::Draft6 | Draft::Draft7 => "definitions",
        _ => "$defs",
    }
}

struct Bundler<'c> {
    catalog: &'c Catalog,
    draft: Draft,
    names: BTreeMap<Place, String>,
    taken: BTreeSet<String>,
    queue: Vec<(String, Place)>,
    /// How often each dynamic anchor occurs.
    anchors: BTreeMap<String, usize>,
    is_dynamic: bool,
}

/// Keywords that name a place; in a bundle every place has its name already.
const IDENTITY: [&str; 7] =
    ["$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary"];

/// Keywords whose value is data.
const DATA: [&str; 7] =
    ["const", "enum", "default", "examples", "example", "required", "dependentRequired"];

/// Keywords whose value maps names to schemas.
const MAPS: [&str; 4] = ["properties", "patternProperties", "dependentSchemas", "dependencies"];

impl Bundler<'_> {
    fn copy(&mut self, item: ItemId, at: &Pointer) -> Result<Json, NoBundle> {
        if self.catalog.draft_at(item) != self.draft {
            return Err((
                "$schema",
                "schemas of different dialects refer to each other".to_owned(),
            ));
        }
        if !self.catalog.asserts_all(item) {
            let why = "its meta-schema leaves vocabularies out".to_owned();
            return Err(("$schema", why));
        }
        match self.catalog.value_at(item, at) {
            Some(value) => self.schema(item, at, value),
            None => Err(("$ref", "a reference leads nowhere".to_owned())),
        }
    }

    fn schema(&mut self, item: ItemId, at: &Pointer, value: &Value) -> Result<Json, NoBundle> {
        let Data::Object(members) = &value.data else {
            return match &value.data {
                Data::Array(items) => {
                    let all = items.iter().enumerate();
                    all.map(|(i, v)| self.schema(item, &at.index(i), v)).collect()
                }
                _ => Ok(to_json(value)),
            };
        };
        let mut copy = Map::new();
        for member in members.iter() {
            let (key, inner) = (member.key.as_str(), &member.value);
            match key {
                "$dynamicAnchor" => {
                    let name = inner.as_str().unwrap_or_default().to_owned();
                    *self.anchors.entry(name).or_default() += 1;
                }
                "$recursiveAnchor" => *self.anchors.entry(String::new()).or_default() += 1,
                "id" if inner.as_str().is_none() || self.draft != Draft::Draft4 => {
                    copy.insert(key.to_owned(), to_json(inner));
                }
                _ if IDENTITY.contains(&key) => {}
                "$defs" | "definitions" | "components" => {}
                "$ref" | "$dynamicRef" | "$recursiveRef" if inner.as_str().is_some() => {
                    self.is_dynamic |= key != "$ref";
                    copy.insert("$ref".to_owned(), self.refer(item, at, key)?.into());
                }
                _ if DATA.contains(&key) || key.starts_with("x-") => {
                    copy.insert(key.to_owned(), to_json(inner));
                }
                _ if MAPS.contains(&key) => {
                    let mut named = Map::new();
                    for m in inner.members() {
                        let place = at.join(key).join(&m.key);
                        named.insert(m.key.clone(), self.schema(item, &place, &m.value)?);
                    }
                    let is_map = inner.is_object();
                    copy.insert(
                        key.to_owned(),
                        if is_map { Json::Object(named) } else { to_json(inner) },
                    );
                }
                _ => {
                    copy.insert(key.to_owned(), self.schema(item, &at.join(key), inner)?);
                }
            }
        }
        if self.catalog.is_openapi_30(item) {
            modernise(&mut copy);
        }
        Ok(Json::Object(copy))
    }

    /// The name of what a reference leads to.
    fn refer(&mut self, item: ItemId, at: &Pointer, key: &str) -> Result<String, NoBundle> {
        let all = self.catalog.references_in(item);
        let from = all.partition_point(|r| r.holder < *at);
        let mut own = all.get(from..).unwrap_or_default().iter().take_while(|r| r.holder == *at);
        let reference = own.find(|r| r.kind.keyword() == key);
        let place = reference.and_then(|r| r.target.place()).ok_or_else(|| {
            let text = reference.map_or("?", |r| r.text.as_str());
            ("$ref", format!("`{text}` leads to nothing in the tree"))
        })?;
        let place = (place.0, place.1.clone());
        let name = match self.names.get(&place) {
            Some(name) => name.clone(),
            None => self.name(place),
        };
        Ok(format!("#/{}/{name}", key_of(self.draft)))
    }

    /// A name that needs no escapes, and is the same for the same place in another tree.
    fn name(&mut self, place: Place) -> String {
        let text = format!("{}{}", self.catalog.path(place.0), place.1.as_str());
        let clean = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' };
        let mut name: String = text.chars().map(clean).collect();
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        self.names.insert(place.clone(), name.clone());
        self.queue.push((name.clone(), place));
        name
    }
}

/// A schema object of OpenAPI 3.0 in the words of 2020-12 (Migrating from OpenAPI 3.0 to 3.1.0).
fn modernise(schema: &mut Map<String, Json>) {
    if schema.contains_key("$ref") {
        schema.retain(|key, _| key == "$ref");
        return;
    }
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Json::Bool(is_exclusive)) = schema.get(flag) {
            let is_exclusive = *is_exclusive;
            schema.shift_remove(flag);
            if is_exclusive && let Some(value) = schema.shift_remove(bound) {
                schema.insert(flag.to_owned(), value);
            }
        }
    }
    let nullable = schema.shift_remove("nullable") == Some(Json::Bool(true));
    if nullable && let Some(Json::String(name)) = schema.get("type") {
        let both = json!([name, "null"]);
        schema.insert("type".to_owned(), both);
    }
}
