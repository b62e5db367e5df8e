//! Schemas to browse: what each demands, property by property, and the examples that show it.

use std::collections::HashMap;

use serde::Serialize;

use super::Page;
use crate::catalog::{Catalog, Example, Expect, Item, ItemId, Partner, Reference, RootId};
use crate::document::{Data, Pointer, Value, to_json};

/// Bytes of bodies on one page; what comes after is named and not shown.
const ROOM: usize = 2_000_000;
/// Bytes of one example.
const LONGEST: usize = 16_000;
/// How deep properties of properties are listed.
const DEEPEST: usize = 5;

#[derive(Serialize)]
pub(super) struct Schema {
    anchor: String,
    path: String,
    kind: &'static str,
    module: Option<String>,
    title: Option<String>,
    description: Option<String>,
    id: Option<String>,
    is_deprecated: bool,
    /// Why there is no body.
    left_out: Option<&'static str>,
    parts: Vec<PartOf>,
    examples: Vec<Shown>,
    hidden_examples: usize,
}

/// The schema itself, or one of its definitions.
#[derive(Serialize)]
struct PartOf {
    anchor: String,
    /// Empty for the schema itself.
    name: String,
    description: Option<String>,
    summary: Option<Row>,
    rows: Vec<Row>,
}

#[derive(Serialize, Default)]
struct Row {
    name: String,
    kind: String,
    link: Option<Link>,
    is_required: bool,
    is_deprecated: bool,
    description: Option<String>,
    limits: Vec<String>,
}

#[derive(Serialize, Clone)]
pub(super) struct Link {
    pub anchor: String,
    pub text: String,
}

#[derive(Serialize)]
struct Shown {
    path: String,
    expect: &'static str,
    text: String,
    is_cut: bool,
}

/// Names of places on the page.
struct Anchors<'c> {
    catalog: &'c Catalog,
    parts: HashMap<(ItemId, Pointer), Link>,
}

/// All schemas, by path.
pub(super) fn of(page: &Page<'_>) -> Vec<Schema> {
    let catalog = page.catalog;
    let anchors = Anchors::of(catalog);
    let mut examples: HashMap<ItemId, Vec<&Example>> = HashMap::new();
    for example in &catalog.examples {
        if let Partner::Schema(schema, _) = example.partner {
            examples.entry(schema).or_default().push(example);
        }
    }
    let mut room = ROOM;
    let schemas = catalog.items.iter().enumerate().filter(|(_, item)| item.kind.is_schema());
    let own = |id: ItemId| examples.get(&id).map_or(&[][..], Vec::as_slice);
    schemas.map(|(id, item)| schema(&anchors, id, item, own(id), &mut room)).collect()
}

fn schema(
    anchors: &Anchors<'_>,
    id: ItemId,
    item: &Item,
    examples: &[&Example],
    room: &mut usize,
) -> Schema {
    let value = item.value();
    let text = |key: &str| value.and_then(|value| value.str_at(key)).map(str::to_owned);
    let mut schema = Schema {
        anchor: anchor(id),
        path: item.path.to_string(),
        kind: item.kind.name(),
        module: item.module.clone(),
        title: text("title"),
        description: text("description"),
        id: match anchors.catalog.schemas.get(&id).map(|schema| &schema.id) {
            Some(RootId::Absolute(id) | RootId::Relative(id)) => Some(id.clone()),
            _ => None,
        },
        is_deprecated: value.is_some_and(is_deprecated),
        left_out: None,
        parts: Vec::new(),
        examples: Vec::new(),
        hidden_examples: 0,
    };
    let Some(value) = value else {
        schema.left_out = Some("The file cannot be read.");
        return schema;
    };
    if *room == 0 {
        schema.left_out = Some("It is left out, to keep the page small.");
        schema.hidden_examples = examples.len();
        return schema;
    }
    schema.parts = parts(anchors, id, value);
    let rows = schema.parts.iter().flat_map(|part| &part.rows);
    let cost = |row: &Row| 260 + row.description.as_ref().map_or(0, String::len);
    *room = room.saturating_sub(rows.map(cost).sum());
    for example in examples {
        match shown(anchors.catalog, example).filter(|shown| shown.text.len() < *room) {
            Some(shown) => {
                *room -= shown.text.len();
                schema.examples.push(shown);
            }
            None => schema.hidden_examples += 1,
        }
    }
    schema
}

/// The schema, then its definitions.
fn parts(anchors: &Anchors<'_>, id: ItemId, value: &Value) -> Vec<PartOf> {
    let part = |value: &Value, at: &Pointer, anchor: String, name: &str| {
        let mut rows = Vec::new();
        properties(anchors, (id, at, value), "", 0, &mut rows);
        let is_named = !name.is_empty();
        PartOf {
            anchor,
            name: name.to_owned(),
            description: value.str_at("description").filter(|_| is_named).map(str::to_owned),
            summary: (rows.is_empty() || is_named).then(|| row(anchors, (id, at, value), "")),
            rows,
        }
    };
    let mut parts = vec![part(value, &Pointer::root(), String::new(), "")];
    for store in ["$defs", "definitions"] {
        for member in value.get(store).map(Value::members).unwrap_or_default() {
            let at = Pointer::root().join(store).join(&member.key);
            let anchor = anchors.parts.get(&(id, at.clone())).map(|link| link.anchor.clone());
            parts.push(part(&member.value, &at, anchor.unwrap_or_default(), &member.key));
        }
    }
    parts
}

/// Lists properties, those of properties and of items included.
fn properties(
    anchors: &Anchors<'_>,
    (id, at, value): (ItemId, &Pointer, &Value),
    before: &str,
    depth: usize,
    rows: &mut Vec<Row>,
) {
    if depth >= DEEPEST {
        return;
    }
    let required = value.get("required").map(Value::items).unwrap_or_default();
    for member in value.get("properties").map(Value::members).unwrap_or_default() {
        let below = at.join("properties").join(&member.key);
        let name = format!("{before}{}", member.key);
        let mut row = row(anchors, (id, &below, &member.value), &name);
        row.is_required = required.iter().any(|r| r.as_str() == Some(&member.key));
        rows.push(row);
        let next = format!("{name}.");
        properties(anchors, (id, &below, &member.value), &next, depth + 1, rows);
        if let Some(items) = member.value.get("items") {
            let next = format!("{name}[].");
            properties(anchors, (id, &below.join("items"), items), &next, depth + 1, rows);
        }
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let branches = value.get(keyword).map(Value::items).unwrap_or_default();
        for (i, branch) in branches.iter().enumerate() {
            let below = at.join(keyword).index(i);
            properties(anchors, (id, &below, branch), before, depth + 1, rows);
        }
    }
}

fn row(anchors: &Anchors<'_>, (id, at, value): (ItemId, &Pointer, &Value), name: &str) -> Row {
    let (kind, link) = kind(anchors, (id, at, value));
    // What a property says of itself counts; else what it refers to.
    let target = anchors.catalog.references_of(id, at).find_map(|r| r.target.place());
    let target = target.and_then(|(item, at)| anchors.catalog.value_at(item, at));
    let described = value.str_at("description").or(target.and_then(|t| t.str_at("description")));
    Row {
        name: name.to_owned(),
        kind,
        link,
        is_required: false,
        is_deprecated: is_deprecated(value),
        description: described.map(str::to_owned),
        limits: limits(value),
    }
}

pub(super) fn is_deprecated(value: &Value) -> bool {
    value.get("deprecated").is_some_and(|v| v.data == Data::Bool(true))
}

/// What a schema admits, in few words, and what it refers to.
fn kind(
    anchors: &Anchors<'_>,
    (id, at, value): (ItemId, &Pointer, &Value),
) -> (String, Option<Link>) {
    if let Some(reference) = anchors.catalog.references_of(id, at).next() {
        return (String::new(), Some(anchors.link(reference)));
    }
    if let Data::Bool(admits) = value.data {
        return (if admits { "anything" } else { "nothing" }.to_owned(), None);
    }
    let of = |value: &Value| match &value.data {
        Data::String(text) => text.clone(),
        Data::Array(items) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => String::new(),
    };
    if let Some(items) = value.get("items").filter(|items| !items.is_array()) {
        let (kind, link) = self::kind(anchors, (id, &at.join("items"), items));
        return (format!("array of {kind}").trim_end().to_owned(), link);
    }
    if let Some(kind) = value.get("type") {
        return (of(kind), None);
    }
    for (keyword, words) in [("oneOf", "one of"), ("anyOf", "any of"), ("allOf", "all of")] {
        if let Some(branches) = value.get(keyword) {
            return (format!("{words} {} schemas", branches.items().len()), None);
        }
    }
    let is_listed = value.get("enum").is_some() || value.get("const").is_some();
    (if is_listed { "enumeration" } else { "any" }.to_owned(), None)
}

/// Values of an enumeration that are listed.
const VALUES: usize = 24;

fn limits(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for keyword in [
        "format",
        "pattern",
        "minimum",
        "exclusiveMinimum",
        "maximum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "const",
        "default",
    ] {
        if let Some(limit) = value.get(keyword) {
            found.push(format!("{keyword} {}", short(limit)));
        }
    }
    if let Some(list) = value.get("enum") {
        let values: Vec<String> = list.items().iter().take(VALUES).map(short).collect();
        let more = list.items().len().saturating_sub(VALUES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        found.push(format!("one of {}{more}", values.join(", ")));
    }
    if value.get("additionalProperties").is_some_and(|v| v.data == Data::Bool(false)) {
        found.push("closed".to_owned());
    }
    found
}

/// A value on one line.
fn short(value: &Value) -> String {
    const ROOM: usize = 120;
    let text = value.as_str().map_or_else(|| to_json(value).to_string(), str::to_owned);
    if text.chars().count() <= ROOM {
        return text;
    }
    text.chars().take(ROOM).chain(['…']).collect()
}

fn shown(catalog: &Catalog, example: &Example) -> Option<Shown> {
    let item = catalog.item(example.item)?;
    let invalid = example.cases.iter().filter(|case| case.expect == Expect::Invalid).count();
    let mut text = serde_json::to_string_pretty(&to_json(item.value()?)).ok()?;
    let is_cut = text.len() > LONGEST;
    if is_cut {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    let expect = match (example.cases.len(), invalid) {
        (_, 0) => "valid",
        (cases, invalid) if cases == invalid => "must fail",
        _ => "valid and invalid cases",
    };
    Some(Shown { path: item.path.to_string(), expect, text, is_cut })
}

pub(super) fn anchor(id: ItemId) -> String {
    format!("s{id}")
}

impl<'c> Anchors<'c> {
    fn of(catalog: &'c Catalog) -> Self {
        let mut parts = HashMap::new();
        for (id, item) in catalog.items.iter().enumerate().filter(|(_, i)| i.kind.is_schema()) {
            let name = item.path.file_name();
            let link = Link { anchor: anchor(id), text: name.to_owned() };
            parts.insert((id, Pointer::root()), link);
            for store in ["$defs", "definitions"] {
                let entries = item.value().and_then(|v| v.get(store)).map(Value::members);
                for (n, member) in entries.unwrap_or_default().iter().enumerate() {
                    let mark = if store == "$defs" { 'd' } else { 'e' };
                    let at = Pointer::root().join(store).join(&member.key);
                    let anchor = format!("{}{mark}{n}", anchor(id));
                    parts.insert((id, at), Link { anchor, text: member.key.clone() });
                }
            }
        }
        Anchors { catalog, parts }
    }

    /// What a reference leads to; a place without a name of its own is named by its file.
    fn link(&self, reference: &Reference) -> Link {
        let place = reference.target.place();
        let exact = place.and_then(|(item, at)| self.parts.get(&(item, at.clone())));
        let found = exact.or_else(|| self.parts.get(&(place?.0, Pointer::root())));
        match (found, exact.is_some()) {
            (Some(link), true) => link.clone(),
            (Some(link), false) => {
                Link { anchor: link.anchor.clone(), text: reference.text.clone() }
            }
            (None, _) => Link { anchor: String::new(), text: reference.text.clone() },
        }
    }
}
