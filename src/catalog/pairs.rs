//! Examples and the schemas that they are instances of, with the reason for each match.

use std::collections::HashMap;

use super::layout::{Layout, home};
use super::{Area, Catalog, Item, ItemId, Kind, kind};
use crate::document::{Data, Pointer, Syntax, Value};

/// What an instance should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Satisfy the schema.
    Valid,
    /// Be refused by it.
    Invalid,
}

/// One instance of an example file.
#[derive(Debug, Clone)]
pub struct Case {
    /// Where it stands in the file.
    pub at: Pointer,
    /// What it should do.
    pub expect: Expect,
}

/// Why an example belongs to a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairReason {
    /// `contract-guard.toml` says so.
    Configured,
    /// They share a name.
    Name,
    /// The example's own `$schema`.
    OwnSchema,
    /// It is an event, and every event is an instance of the envelope.
    Event,
}

impl PairReason {
    /// The reason as users read it.
    pub fn text(self) -> &'static str {
        match self {
            PairReason::Configured => "configured",
            PairReason::Name => "same name",
            PairReason::OwnSchema => "its own $schema",
            PairReason::Event => "event envelope",
        }
    }
}

/// The schema of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partner {
    /// This one.
    Schema(ItemId, PairReason),
    /// One of these.
    Ambiguous(Vec<ItemId>),
    /// None.
    Missing,
}

/// An example file.
#[derive(Debug, Clone)]
pub struct Example {
    /// The file.
    pub item: ItemId,
    /// Its instances.
    pub cases: Vec<Case>,
    /// Its schema.
    pub partner: Partner,
}

/// Reads all examples that parse.
pub(super) fn read(catalog: &Catalog, layout: &Layout) -> Vec<Example> {
    let finder = Finder::new(catalog, layout);
    let examples = catalog.of_kind(Kind::Example);
    examples
        .filter_map(|(id, item)| {
            let value = item.value()?;
            let cases = cases(item, value);
            let partner = finder.partner(id, item, value, &cases);
            Some(Example { item: id, cases, partner })
        })
        .collect()
}

/// The instances of a file: itself, its lines, its list of cases, or its two sections.
fn cases(item: &Item, value: &Value) -> Vec<Case> {
    let all =
        if kind::is_meant_invalid(item.path.file_name()) { Expect::Invalid } else { Expect::Valid };
    let expect = |valid: bool| {
        if valid { Expect::Valid } else { Expect::Invalid }
    };
    let root = Pointer::root();
    let is_case = |v: &Value| {
        v.get("data").is_some() && matches!(v.get("valid"), Some(Value { data: Data::Bool(_), .. }))
    };
    let is_cases = |v: &Value| !v.items().is_empty() && v.items().iter().all(is_case);
    let read_case = |v: &Value, at: Pointer| {
        let valid = matches!(v.get("valid"), Some(Value { data: Data::Bool(true), .. }));
        Case { at: at.join("data"), expect: expect(valid) }
    };
    if is_cases(value) {
        return value
            .items()
            .iter()
            .enumerate()
            .map(|(i, v)| read_case(v, root.index(i)))
            .collect();
    }
    if let Some(list) = value.get("cases").filter(|v| is_cases(v)) {
        let at = root.join("cases");
        return list.items().iter().enumerate().map(|(i, v)| read_case(v, at.index(i))).collect();
    }
    let is_section = |key: &str| matches!(key, "valid" | "invalid");
    let sections = value.members();
    if !sections.is_empty() && sections.iter().all(|m| is_section(&m.key) && m.value.is_array()) {
        let section = |m: &crate::document::Member| {
            let at = root.join(&m.key);
            let expect = expect(m.key == "valid");
            (0..m.value.items().len()).map(|i| Case { at: at.index(i), expect }).collect::<Vec<_>>()
        };
        return sections.iter().flat_map(section).collect();
    }
    if item.document.as_ref().is_some_and(|d| d.syntax == Syntax::JsonLines) {
        return (0..value.items().len()).map(|i| Case { at: root.index(i), expect: all }).collect();
    }
    vec![Case { at: root, expect: all }]
}

struct Finder<'c> {
    catalog: &'c Catalog,
    by_stem: HashMap<&'c str, Vec<ItemId>>,
    configured: HashMap<ItemId, ItemId>,
}

impl<'c> Finder<'c> {
    fn new(catalog: &'c Catalog, layout: &Layout) -> Self {
        let mut by_stem: HashMap<&str, Vec<ItemId>> = HashMap::new();
        for (id, item) in catalog.items.iter().enumerate() {
            if matches!(item.kind, Kind::Schema | Kind::Envelope) {
                by_stem.entry(item.stem()).or_default().push(id);
            }
        }
        let pair =
            |(example, schema): &(_, _)| Some((catalog.find(example)?, catalog.find(schema)?));
        let configured = layout.pairs.iter().filter_map(pair).collect();
        Finder { catalog, by_stem, configured }
    }

    fn partner(&self, id: ItemId, item: &Item, value: &Value, cases: &[Case]) -> Partner {
        if let Some(schema) = self.configured.get(&id) {
            return Partner::Schema(*schema, PairReason::Configured);
        }
        if let Some(envelope) = self.envelope(item, value, cases) {
            return Partner::Schema(envelope, PairReason::Event);
        }
        let named = self.named(item, item.stem());
        let named = if named.is_empty() { self.named_payload(item) } else { named };
        match named.as_slice() {
            [one] => Partner::Schema(*one, PairReason::Name),
            several => match self.own_schema(id, value) {
                Some(schema) => Partner::Schema(schema, PairReason::OwnSchema),
                None if several.is_empty() => Partner::Missing,
                None => Partner::Ambiguous(several.to_vec()),
            },
        }
    }

    /// The envelope, when the example is an event: it lies among event examples, and it looks like an
    /// event or nothing else fits it.
    fn envelope(&self, item: &Item, value: &Value, cases: &[Case]) -> Option<ItemId> {
        let is_payload = item.stem().ends_with(".payload");
        if item.area != Area::Events
            || is_payload
            || !item.path.folder().split('/').any(|f| f == "examples")
        {
            return None;
        }
        let envelope = self.catalog.envelope_for(item.module.as_deref())?;
        let looks_like_event = |case: &Case| {
            value
                .at(&case.at)
                .is_some_and(|v| v.get("topic").is_some() || v.get("payload").is_some())
        };
        let is_event =
            cases.iter().any(looks_like_event) || self.named(item, item.stem()).is_empty();
        is_event.then_some(envelope)
    }

    /// `x.payload.example.json` is an instance of `x.schema.json`.
    fn named_payload(&self, item: &Item) -> Vec<ItemId> {
        item.stem().strip_suffix(".payload").map_or_else(Vec::new, |stem| self.named(item, stem))
    }

    /// Schemas of that name, nearest first: the same folder, the same area and module, the module's name
    /// as a prefix on either side.
    fn named(&self, item: &Item, stem: &str) -> Vec<ItemId> {
        let same_name = self.by_stem.get(stem).map_or(&[][..], Vec::as_slice);
        let catalog = self.catalog;
        let at = |id: &ItemId| catalog.items.get(*id);
        let here = home(&item.path);
        let near: Vec<ItemId> = same_name
            .iter()
            .copied()
            .filter(|id| at(id).is_some_and(|s| home(&s.path) == here))
            .collect();
        if !near.is_empty() {
            return near;
        }
        let related = |s: &Item| s.area == item.area && s.module == item.module;
        let area: Vec<ItemId> =
            same_name.iter().copied().filter(|id| at(id).is_some_and(related)).collect();
        if !area.is_empty() {
            return area;
        }
        let Some(module) = item.module.as_deref() else {
            return Vec::new();
        };
        let prefixed = [format!("{module}-{stem}"), format!("{module}_{stem}")];
        let bare = stem.strip_prefix(module).and_then(|s| s.strip_prefix(['-', '_']));
        let names = prefixed.iter().map(String::as_str).chain(bare);
        names
            .flat_map(|name| self.by_stem.get(name).map_or(&[][..], Vec::as_slice))
            .copied()
            .filter(|id| at(id).is_some_and(|s| s.area == item.area))
            .collect()
    }

    /// The schema that the example's own `$schema` names, by URI or by path.
    fn own_schema(&self, id: ItemId, value: &Value) -> Option<ItemId> {
        let text = value.str_at("$schema")?.trim_end_matches('#');
        if let Some(claim) = self.catalog.claims.get(text).and_then(|claims| claims.first()) {
            return Some(claim.item);
        }
        let path = self.catalog.item(id)?.path.join(text)?;
        self.catalog.find(&path).filter(|found| self.catalog.schemas.contains_key(found))
    }
}
