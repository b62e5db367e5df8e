//! Versions, histories, the changelog and migration guides.

pub(super) mod changelog_missing_version;
pub(super) mod history_not_monotone;
pub(super) mod hotfix_unapproved;
pub(super) mod migration_incomplete;
pub(super) mod migration_missing;
pub(super) mod module_mismatch;
pub(super) mod notice;
pub(super) mod removed_without_notice;
pub(super) mod unknown_stability;
pub(super) mod version_disagrees;
pub(super) mod version_malformed;

use semver::Version;

use crate::catalog::{Catalog, ItemId, Kind};
use crate::document::Fence;

/// The headings of a Markdown file, without their marks; text inside code fences is none.
fn headings(catalog: &Catalog, id: ItemId) -> Vec<String> {
    let artifact = catalog.tree.get(&catalog.path(id));
    let text = artifact.map(|a| String::from_utf8_lossy(&a.bytes).into_owned()).unwrap_or_default();
    let mut fence = Fence::default();
    let mut found = Vec::new();
    for line in text.lines() {
        if !fence.is_in(line) && line.starts_with('#') {
            found.push(line.trim_matches(|c: char| c == '#' || c.is_whitespace()).to_owned());
        }
    }
    found
}

/// Migration guides with the versions that their names give: `1.4.0-to-2.0.0.md`.
fn migrations(catalog: &Catalog) -> impl Iterator<Item = (ItemId, Version, Version)> {
    catalog.of_kind(Kind::Migration).filter_map(|(id, item)| {
        let (from, to) = item.path.file_name().strip_suffix(".md")?.split_once("-to-")?;
        let parse = |text: &str| Version::parse(text.strip_prefix('v').unwrap_or(text)).ok();
        Some((id, parse(from)?, parse(to)?))
    })
}
