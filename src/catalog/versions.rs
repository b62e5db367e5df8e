//! What `versions.yaml` files declare: a version, a module, a history.

use super::{Catalog, Item, ItemId, Kind};
use crate::document::{Data, Pointer, Value};
use crate::tree::Tree;

/// A version of a history, with its place.
#[derive(Debug, Clone)]
pub struct VersionEntry {
    /// Where the version stands.
    pub at: Pointer,
    /// As written; `None` when it is missing or no text.
    pub text: Option<String>,
    /// As a semantic version.
    pub version: Option<semver::Version>,
}

/// A `versions.yaml`.
#[derive(Debug, Clone)]
pub struct Versions {
    /// The file.
    pub item: ItemId,
    /// The module whose folder it lies in.
    pub folder: Option<String>,
    /// The module it names.
    pub module: Option<String>,
    /// The declared version.
    pub current: VersionEntry,
    /// The history, in the order of the file.
    pub history: Vec<VersionEntry>,
}

/// A document that names the version of its set or module.
#[derive(Debug, Clone)]
pub struct Stated {
    /// The document.
    pub item: ItemId,
    /// Where it names the version.
    pub at: Pointer,
    /// As written.
    pub text: String,
}

impl Catalog {
    /// The OpenAPI documents and topic catalogs of a module, or of what all share, that name a version.
    pub fn stated_versions(&self, module: Option<&str>) -> Vec<Stated> {
        let mut found = Vec::new();
        for (item, it) in self.items.iter().enumerate() {
            let at = match it.kind {
                Kind::OpenApi => Pointer::root().path(&["info", "version"]),
                Kind::Topics => Pointer::root().join("version"),
                _ => continue,
            };
            let text = it.value().and_then(|value| value.at(&at)).and_then(Value::as_str);
            if let Some(text) = text.filter(|_| it.module.as_deref() == module) {
                found.push(Stated { item, at, text: text.to_owned() });
            }
        }
        found
    }
}

/// Reads all version files: those of modules, and at the root that of the set.
pub(super) fn read(items: &[Item], tree: &Tree) -> Vec<Versions> {
    let is_meant = |item: &Item| {
        let below = tree.below_root(&item.path);
        let folder = below.rsplit_once('/').map_or("", |(folder, _)| folder);
        item.module.is_some() || matches!(folder, "" | "globals")
    };
    let files = items.iter().enumerate().filter(|(_, item)| item.kind == Kind::Versions);
    files
        .filter(|(_, item)| is_meant(item))
        .filter_map(|(id, item)| {
            let value = item.value()?;
            let at = Pointer::root().join("history");
            let history = value.get("history").map(Value::items).unwrap_or_default();
            let entry = |(i, v): (usize, &Value)| match v.is_object() {
                true => version(v.get("version"), at.index(i).join("version")),
                false => version(Some(v), at.index(i)),
            };
            Some(Versions {
                item: id,
                folder: item.module.clone(),
                module: value.str_at("module").map(str::to_owned),
                current: version(value.get("version"), Pointer::root().join("version")),
                history: history.iter().enumerate().map(entry).collect(),
            })
        })
        .collect()
}

fn version(value: Option<&Value>, at: Pointer) -> VersionEntry {
    let text = value.and_then(|v| match &v.data {
        Data::String(text) => Some(text.clone()),
        Data::Number(number) => Some(number.text().to_owned()),
        _ => None,
    });
    let parsed = text.as_deref().and_then(|t| semver::Version::parse(t).ok());
    VersionEntry { at, text, version: parsed }
}
