//! How firm a part of the contracts is: what `x-stability` says of it, of what it stands in, of its file, its
//! module, or the set. What nobody speaks of is stable.

use super::{Catalog, ItemId, Kind, Topic};
use crate::document::{Pointer, Value};

/// How firm something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stability {
    /// Nobody may rely on it yet.
    Draft,
    /// It may break with a minor version.
    Alpha,
    /// It breaks as what is stable does.
    Beta,
    /// It is promised.
    Stable,
}

impl Stability {
    /// Every level, the least firm first.
    pub const ALL: [Stability; 4] =
        [Stability::Draft, Stability::Alpha, Stability::Beta, Stability::Stable];

    /// Reads what users write.
    pub fn parse(text: &str) -> Option<Stability> {
        Stability::ALL.into_iter().find(|level| level.name() == text)
    }

    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Stability::Draft => "draft",
            Stability::Alpha => "alpha",
            Stability::Beta => "beta",
            Stability::Stable => "stable",
        }
    }
}

/// The members that say it; the second is that of other tools.
pub const STABILITY_KEYS: [&str; 2] = ["x-stability", "x-stability-level"];

/// Keys under which nothing is said about contracts: their values are data.
const DATA: [&str; 6] = ["const", "default", "enum", "example", "examples", "value"];

/// Keys whose members have names that users choose.
const NAMED: [&str; 6] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependentRequired",
];

/// What an object says of its own stability: the member and its value.
pub fn stability_mark(value: &Value) -> Option<(&'static str, &Value)> {
    STABILITY_KEYS.into_iter().find_map(|key| Some((key, value.get(key)?)))
}

/// The level that an object gives itself. What is no level softens nothing.
fn level(value: &Value) -> Option<Stability> {
    let (_, mark) = stability_mark(value)?;
    Some(mark.as_str().and_then(Stability::parse).unwrap_or(Stability::Stable))
}

/// Whether a place holds names or data, where a key is no mark.
fn is_aside(at: &Pointer) -> bool {
    at.tokens().any(|token| DATA.contains(&&*token))
        || at.tokens().last().is_some_and(|token| NAMED.contains(&&*token))
}

impl Catalog {
    /// The objects of a file that say how firm they are, in the order of the file.
    pub fn stability_marks(&self, item: ItemId) -> Vec<Pointer> {
        let has_marks = self.item(item).filter(|item| {
            item.kind.is_schema()
                || matches!(item.kind, Kind::OpenApi | Kind::Topics | Kind::Versions)
        });
        let Some(value) = has_marks.and_then(|item| item.value()) else { return Vec::new() };
        let all = value.everything().into_iter();
        let marked = all.filter(|(at, value)| stability_mark(value).is_some() && !is_aside(at));
        marked.map(|(at, _)| at).collect()
    }

    /// How firm a place is: as the innermost object around it says that says anything; then as its module
    /// does, then as the set.
    pub fn stability_at(&self, item: ItemId, at: &Pointer) -> Stability {
        self.stability_said(item, at).unwrap_or_else(|| self.stability_of_module(item))
    }

    /// What is said in its own file.
    pub fn stability_said(&self, item: ItemId, at: &Pointer) -> Option<Stability> {
        let root = self.item(item)?.value()?;
        let mut here = Some(at.clone());
        while let Some(at) = here {
            if !is_aside(&at)
                && let Some(level) = root.at(&at).and_then(level)
            {
                return Some(level);
            }
            here = at.parent();
        }
        root.get("info").filter(|_| root.get("openapi").is_some()).and_then(level)
    }

    fn stability_of_module(&self, item: ItemId) -> Stability {
        let module = self.item(item).and_then(|item| item.module.as_deref());
        let of = |folder: Option<&str>| {
            let versions = self.versions.iter().find(|v| v.folder.as_deref() == folder)?;
            self.item(versions.item)?.value().and_then(level)
        };
        module.and_then(|module| of(Some(module))).or_else(|| of(None)).unwrap_or(Stability::Stable)
    }

    /// How firm a place is with what it refers to: what leads to a draft is as firm as the draft.
    pub fn stability_through(&self, item: ItemId, at: &Pointer) -> Stability {
        let mut lowest = self.stability_at(item, at);
        let mut place = (item, at.clone());
        // A chain of references cannot be longer than there are places; circles end here.
        for _ in 0..64 {
            let next = self.reference_at(place.0, &place.1).and_then(|r| r.target.place());
            let Some((item, at)) = next else { break };
            place = (item, at.clone());
            // Where it says nothing, what refers to it decides.
            lowest = lowest.min(self.stability_said(item, at).unwrap_or(Stability::Stable));
        }
        lowest
    }

    /// How firm a topic is, with its payload.
    pub fn stability_of_topic(&self, topic: &Topic) -> Stability {
        let own = self.stability_at(topic.item, &topic.at);
        let payload = topic.schema.and_then(|item| self.stability_said(item, &Pointer::root()));
        own.min(payload.unwrap_or(Stability::Stable))
    }
}
