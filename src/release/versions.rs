//! Versions declared: `versions.yaml` with its history.

use semver::Version;
use serde_json::{Value as Json, json};

use crate::catalog::Versions;
use crate::document::{Pointer, Rewrite, Spot, Unwritable, Value};

/// What a version brings, for its history.
pub(super) struct Entry<'e> {
    pub version: &'e Version,
    pub date: &'e str,
    pub summary: &'e str,
    /// What breaks, a sentence each.
    pub breaking: &'e [String],
    /// The version whose entry it takes over, because that went out to nobody.
    pub replaces: Option<Version>,
    /// The freeze that the contracts were taken back to.
    pub rollback: Option<&'e str>,
    /// The migration guide, as a path from the file.
    pub migration: Option<String>,
}

/// Declares a version in `versions.yaml`: the version, and its entry in the history, newest first.
pub(super) fn declare(
    page: &mut Rewrite,
    versions: &Versions,
    entry: &Entry<'_>,
) -> Result<(), Unwritable> {
    let text = Json::String(entry.version.to_string());
    let root = Pointer::root();
    if page.value().get("version").is_some() {
        page.set(&root.join("version"), &text)?;
    } else {
        page.insert(&root, "version", &text, Spot::After("module"))?;
    }
    let history = root.join("history");
    let is_there = page.value().get("history").is_some_and(Value::is_array);
    let newest = versions.history.first().and_then(|newest| newest.version.as_ref());
    if is_there && newest.is_some() && newest == entry.replaces.as_ref() {
        return replace(page, &history.index(0), entry);
    }
    if is_there && newest == Some(entry.version) {
        return complete(page, &history.index(0), entry);
    }
    let value = value_of(entry);
    if is_there {
        page.insert_item(&history, 0, &value)
    } else if page.value().get("history").is_some() {
        page.set(&history, &json!([value]))
    } else {
        page.insert(&root, "history", &json!([value]), Spot::Last)
    }
}

/// Makes an entry that went out to nobody one of another version.
fn replace(page: &mut Rewrite, at: &Pointer, entry: &Entry<'_>) -> Result<(), Unwritable> {
    let Json::Object(wanted) = value_of(entry) else { return Ok(()) };
    for (key, value) in wanted {
        let there = page.value().at(at).and_then(|v| v.get(&key)).is_some();
        match there {
            true => page.set(&at.join(&key), &value)?,
            false if page.value().at(at).is_some_and(Value::is_object) => {
                page.insert(at, &key, &value, Spot::Last)?;
            }
            false => return page.set(at, &value_of(entry)),
        }
    }
    Ok(())
}

/// Adds to an entry that people have begun what it lacks.
fn complete(page: &mut Rewrite, at: &Pointer, entry: &Entry<'_>) -> Result<(), Unwritable> {
    let Json::Object(wanted) = value_of(entry) else { return Ok(()) };
    if !page.value().at(at).is_some_and(Value::is_object) {
        return page.set(at, &Json::Object(wanted));
    }
    for (key, value) in wanted {
        if page.value().at(&at.join(&key)).is_none() {
            page.insert(at, &key, &value, Spot::Last)?;
        }
    }
    Ok(())
}

fn value_of(entry: &Entry<'_>) -> Json {
    let mut value = json!({
        "version": entry.version.to_string(),
        "date": entry.date,
    });
    if let Json::Object(members) = &mut value {
        if !entry.summary.is_empty() {
            members.insert("summary".to_owned(), json!(entry.summary));
        }
        if !entry.breaking.is_empty() {
            members.insert("breaking".to_owned(), json!(entry.breaking));
        }
        if let Some(version) = entry.rollback {
            members.insert("rollback".to_owned(), json!(version));
        }
        if let Some(migration) = &entry.migration {
            members.insert("migration".to_owned(), json!(migration));
        }
    }
    value
}

/// The text of a `versions.yaml` where there is none.
pub(super) fn first(entry: &Entry<'_>) -> String {
    let mut text = format!(
        "version: \"{v}\"\nhistory:\n  - version: \"{v}\"\n    date: \"{}\"\n",
        entry.date,
        v = entry.version,
    );
    if !entry.summary.is_empty() {
        text.push_str(&format!("    summary: {}\n", Json::String(entry.summary.to_owned())));
    }
    text
}
