//! What `versions.yaml` files declare: a version, a module, a history.

use super::{Item, ItemId, Kind};
use crate::document::{Data, Pointer, Value};

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

/// Reads all version files.
pub(super) fn read(items: &[Item]) -> Vec<Versions> {
    let files = items.iter().enumerate().filter(|(_, item)| item.kind == Kind::Versions);
    files
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
