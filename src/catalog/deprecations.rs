//! What is marked to go: schemas, properties, operations, parameters, topics with `deprecated: true`.

use super::{Catalog, ItemId, Kind};
use crate::document::{Data, Pointer, Value};

/// How long something must have been marked before it may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Freezes that had the mark.
    pub releases: u32,
    /// Days since the first of them.
    pub days: u32,
}

impl Default for Notice {
    fn default() -> Self {
        Notice { releases: 2, days: 0 }
    }
}

/// Something that is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprecated {
    /// The file.
    pub item: ItemId,
    /// The object that has the mark.
    pub at: Pointer,
    /// The version since which it is, as written.
    pub since: Option<String>,
    /// The version in which it goes, as written.
    pub remove_in: Option<String>,
}

/// Keys under which nothing is said about contracts: their values are data.
const DATA: [&str; 6] = ["const", "default", "enum", "example", "examples", "value"];

/// Whether an object has the mark.
pub fn is_deprecated(value: &Value) -> bool {
    value.get("deprecated").is_some_and(|mark| mark.data == Data::Bool(true))
}

impl Catalog {
    /// Everything that is marked, in the order of files and places.
    pub fn deprecated(&self) -> Vec<Deprecated> {
        let mut found = Vec::new();
        for (item, it) in self.items.iter().enumerate() {
            let has_marks = it.kind.is_schema() || matches!(it.kind, Kind::OpenApi | Kind::Topics);
            let Some(value) = it.value().filter(|_| has_marks) else { continue };
            for (at, value) in value.everything() {
                let is_data = || at.tokens().any(|token| DATA.contains(&&*token));
                if !is_deprecated(value) || is_data() {
                    continue;
                }
                let text = |names: [&str; 2]| {
                    names.iter().find_map(|name| value.str_at(name)).map(str::to_owned)
                };
                let since = text(["x-deprecated-since", "deprecated_since"]);
                let remove_in = text(["x-remove-in", "remove_in"]);
                found.push(Deprecated { item, at, since, remove_in });
            }
        }
        found
    }
}
