//! Topics: what `topics.yaml` says of each, with the place of every part.

use std::collections::{BTreeMap, HashMap};

use super::ids::Claim;
use super::{Catalog, Item, ItemId, Kind};
use crate::document::{Data, Pointer, Value};
use crate::tree::ArtifactPath;

/// An entry of a topic catalog. Parts that are missing or no text are `None`.
#[derive(Debug, Clone)]
pub struct Topic {
    /// The catalog file.
    pub item: ItemId,
    /// The entry.
    pub at: Pointer,
    /// Its name without version.
    pub name: Option<String>,
    /// Where the name stands; for an entry of a mapping, its key.
    pub name_at: Pointer,
    /// `major.minor`.
    pub version: Option<String>,
    /// The payload schema, as written.
    pub schema_ref: Option<String>,
    /// The payload schema, found.
    pub schema: Option<ItemId>,
    /// Obligations that its events must carry.
    pub obligations: Vec<String>,
}

impl Topic {
    /// `NAME@major.minor`, or the bare name.
    pub fn full_name(&self) -> String {
        let name = self.name.as_deref().unwrap_or("?");
        self.version.as_ref().map_or_else(|| name.to_owned(), |version| format!("{name}@{version}"))
    }

    /// Whether an event that names `text` is of this topic.
    pub fn answers_to(&self, text: &str) -> bool {
        let name = self.name.as_deref();
        text.split_once('@').map_or(name == Some(text), |_| self.full_name() == text)
    }
}

impl Catalog {
    /// The topic that an event names. Of several versions, a bare name means the newest.
    pub fn topic(&self, text: &str) -> Option<&Topic> {
        let newest = |t: &&Topic| {
            let version = t.version.as_deref().unwrap_or("");
            version.split('.').map(|n| n.parse::<u64>().unwrap_or(0)).collect::<Vec<_>>()
        };
        self.topics.iter().filter(|t| t.answers_to(text)).max_by_key(newest)
    }
}

/// Reads all topic catalogs.
pub(super) fn read(
    items: &[Item],
    by_path: &HashMap<ArtifactPath, ItemId>,
    claims: &BTreeMap<String, Vec<Claim>>,
) -> Vec<Topic> {
    let mut topics = Vec::new();
    for (id, item) in items.iter().enumerate().filter(|(_, item)| item.kind == Kind::Topics) {
        let Some(list) = item.value().and_then(|v| v.get("topics")) else {
            continue;
        };
        let at = Pointer::root().join("topics");
        let find = |text: &str| find_schema(item, text, items, by_path, claims);
        match &list.data {
            Data::Array(entries) => {
                topics.extend(
                    entries.iter().enumerate().map(|(i, v)| entry(id, v, at.index(i), None, &find)),
                );
            }
            Data::Object(members) => {
                topics.extend(
                    members
                        .iter()
                        .map(|m| entry(id, &m.value, at.join(&m.key), Some(&m.key), &find)),
                );
            }
            _ => {}
        }
    }
    topics
}

fn entry(
    item: ItemId,
    value: &Value,
    at: Pointer,
    key: Option<&str>,
    find: &dyn Fn(&str) -> Option<ItemId>,
) -> Topic {
    let name_at = if key.is_some() { at.clone() } else { at.join("name") };
    let full = value.str_at("name").or(key);
    let (name, in_name) = match full.and_then(|f| f.split_once('@')) {
        Some((name, version)) => (Some(name), Some(version)),
        None => (full, None),
    };
    // An unquoted 1.0 is a number whose text is still what was meant.
    let version = in_name.map(str::to_owned).or_else(|| match &value.get("version")?.data {
        Data::String(text) => Some(text.clone()),
        Data::Number(number) => Some(number.text().to_owned()),
        _ => None,
    });
    let schema_ref = value.str_at("schema_ref").map(str::to_owned);
    let obligations = value.get("obligations").map(Value::items).unwrap_or_default();
    Topic {
        item,
        name: name.map(str::to_owned),
        name_at,
        version,
        schema: schema_ref.as_deref().and_then(find),
        schema_ref,
        obligations: obligations.iter().filter_map(|o| o.as_str().map(str::to_owned)).collect(),
        at,
    }
}

/// A path from the catalog file, a path from the events folder, or a schema's `$id`.
fn find_schema(
    item: &Item,
    text: &str,
    items: &[Item],
    by_path: &HashMap<ArtifactPath, ItemId>,
    claims: &BTreeMap<String, Vec<Claim>>,
) -> Option<ItemId> {
    let document = text.split_once('#').map_or(text, |(head, _)| head);
    let by_path = item.path.join(document).and_then(|path| by_path.get(&path).copied());
    let found =
        by_path.or_else(|| claims.get(document).and_then(|c| c.first()).map(|claim| claim.item))?;
    items.get(found).filter(|i| i.kind.is_schema()).map(|_| found)
}
