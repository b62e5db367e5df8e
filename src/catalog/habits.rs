//! What the neighbours do, for whoever adds to a tree or mends it: how identifiers are made, where topics
//! are listed.

use std::collections::BTreeMap;

use super::{Catalog, ItemId, RootId};
use crate::document::{Pointer, Value};
use crate::tree::ArtifactPath;

/// A list in which an envelope admits topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicList {
    /// The file.
    pub item: ItemId,
    /// The `enum`.
    pub at: Pointer,
    /// Whether it names topics with their versions.
    pub versioned: bool,
}

impl Catalog {
    /// What most identifiers begin with, before the path of their file below the contracts.
    pub fn id_base(&self) -> String {
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for (item, schema) in &self.schemas {
            let path = self.path(*item);
            let RootId::Absolute(id) = &schema.id else { continue };
            if let Some(base) = id.strip_suffix(self.tree.below_root(&path)) {
                *votes.entry(base).or_default() += 1;
            }
        }
        let most = votes.into_iter().max_by_key(|(_, n)| *n).map(|(base, _)| base.to_owned());
        let root = self.tree.root.as_str();
        let root = if root.is_empty() { "contracts" } else { root };
        most.unwrap_or_else(|| format!("https://example.com/{root}/"))
    }

    /// The identifier that a schema at a path has by the habit of this tree.
    pub fn usual_id(&self, path: &ArtifactPath) -> String {
        format!("{}{}", self.id_base(), self.tree.below_root(path))
    }

    /// Where the envelope of a module admits topics by name.
    pub fn topic_lists(&self, module: Option<&str>) -> Vec<TopicList> {
        let Some(envelope) = self.envelope_for(module) else { return Vec::new() };
        let start = self.property(envelope, &Pointer::root(), "topic");
        let mut next: Vec<(ItemId, Pointer)> = start.into_iter().collect();
        let mut seen: Vec<(ItemId, Pointer)> = Vec::new();
        let mut found = Vec::new();
        while let Some(place) = next.pop() {
            let (item, at) = place.clone();
            let schema = self.value_at(item, &at).filter(|_| !seen.contains(&place));
            let Some(schema) = schema else { continue };
            seen.push(place);
            if let Some(list) = schema.get("enum").map(Value::items) {
                let versioned = list.iter().any(|v| v.as_str().is_some_and(|t| t.contains('@')));
                found.push(TopicList { item, at: at.join("enum"), versioned });
            }
            let references = self.references_of(item, &at);
            next.extend(references.filter_map(|r| r.target.place()).map(|(i, p)| (i, p.clone())));
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let count = schema.get(keyword).map_or(0, |list| list.items().len());
                next.extend((0..count).map(|i| (item, at.join(keyword).index(i))));
            }
        }
        found
    }
}
