//! Which folder means what. Both known layouts and any nesting are understood by looking at folder
//! names; the configuration can say otherwise.

use globset::GlobMatcher;

use super::deprecations::Notice;
use super::kind::{Area, Kind};
use crate::tree::ArtifactPath;

/// The file of waivers, below the contracts root.
pub const WAIVERS: &str = "waivers.yaml";

/// What the configuration says about the tree.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Pairs that no name tells: example and schema, paths from the repository root.
    pub pairs: Vec<(ArtifactPath, ArtifactPath)>,
    /// Kinds that no path tells, by globs over paths from the repository root; the last that fits counts.
    pub kinds: Vec<(GlobMatcher, Kind)>,
    /// What holds for HTTP APIs.
    pub api: ApiSettings,
    /// How long something is marked before it may go.
    pub notice: Notice,
    /// Fields that were renamed: the old name and the new one.
    pub renames: Vec<(String, String)>,
}

/// What the configuration says about HTTP APIs.
#[derive(Debug, Clone, Default)]
pub struct ApiSettings {
    /// Prefixes, one of which every path begins with; none where any path may be.
    pub planes: Vec<String>,
    /// Paths that may be open to everybody, beside those that end in `/health`.
    pub public: Vec<String>,
}

impl Layout {
    /// The kind that the configuration gives a path.
    pub fn kind(&self, path: &ArtifactPath) -> Option<Kind> {
        let fits = |(glob, _): &&(GlobMatcher, Kind)| glob.is_match(path.as_str());
        self.kinds.iter().rev().find(fits).map(|(_, kind)| *kind)
    }
}

/// Area and module of a path below the contracts root.
///
/// `globals/events/x`, `events/x`, `modules/notes/events/x` and `any/thing/events/x` are all events;
/// the third belongs to the module `notes`.
pub(super) fn place(below: &str) -> (Area, Option<&str>) {
    let folders = below.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut segments = folders.split('/').peekable();
    let mut module = None;
    while let Some(segment) = segments.next() {
        let area = match segment {
            "modules" if module.is_none() && segments.peek().is_some() => {
                module = segments.next();
                continue;
            }
            "api" => Area::Api,
            "events" => Area::Events,
            "storage" => Area::Storage,
            "policy" => Area::Policy,
            "observability" => Area::Observability,
            "security" => Area::Security,
            _ => continue,
        };
        // `security/modules/x` and `events/modules/x` name their modules inside the area.
        if module.is_none() && segments.peek() == Some(&"modules") {
            segments.next();
            module = segments.next();
        }
        return (area, module);
    }
    (Area::Other, module)
}

/// The folder that `schemas/` and `examples/` share: `storage/schemas/sub` → `storage/sub`.
pub(super) fn home(path: &ArtifactPath) -> String {
    let mut segments: Vec<&str> = path.folder().split('/').collect();
    if let Some(at) = segments.iter().rposition(|s| matches!(*s, "schemas" | "examples")) {
        segments.remove(at);
    }
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_area_and_module_in_both_layouts() {
        assert_eq!(place("storage/schemas/x.json"), (Area::Storage, None));
        assert_eq!(place("globals/events/envelope.schema.json"), (Area::Events, None));
        assert_eq!(place("modules/notes/storage/x.json"), (Area::Storage, Some("notes")));
        assert_eq!(place("events/modules/notes/x.json"), (Area::Events, Some("notes")));
        assert_eq!(place("x.schema.json"), (Area::Other, None));
    }
}
