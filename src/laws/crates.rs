//! Crates and what their manifests say of contracts, as the kinds that judge crates see them.

use std::sync::Arc;

use semver::Version;

use super::Rule;
use crate::catalog::{Named, Package, package, workspace_version};
use crate::document::Span;
use crate::finding::{Finding, Location};
use crate::tree::{ArtifactPath, Files};

/// A crate.
pub(super) struct Crate {
    /// Its manifest.
    pub path: String,
    pub package: Package,
}

impl Crate {
    /// The crates whose manifests a rule looks at. Those without a table are among them where `every` is asked.
    pub(super) fn all(rule: &Rule, files: &dyn Files, every: bool) -> Vec<Crate> {
        let is_manifest = |path: &&String| path.rsplit('/').next() == Some("Cargo.toml");
        let paths = files.paths().iter().filter(is_manifest).filter(|path| rule.scope.has(path));
        let read = |path: &String| {
            let package = package(&files.read(path)?)?;
            Some(Crate { path: path.clone(), package })
        };
        paths.filter_map(read).filter(|one| every || one.package.table.is_some()).collect()
    }

    /// The folder, with a slash at its end unless it is the top.
    pub(super) fn folder(&self) -> &str {
        self.path.strip_suffix("Cargo.toml").unwrap_or_default()
    }

    /// The version, which may be that of the workspace around it.
    pub(super) fn version(&self, files: &dyn Files) -> Option<Version> {
        let own = self.package.version.clone();
        own.or_else(|| inherited(self.folder(), files))?.parse().ok()
    }

    pub(super) fn finding(&self, rule: &Rule, span: Span, message: String) -> Finding {
        rule.finding(message, Location::bytes(&ArtifactPath::lossy(&self.path), span))
    }

    pub(super) fn about(&self, rule: &Rule, named: &Named, message: String) -> Finding {
        self.finding(rule, named.span, message)
            .about(format!("{}/{}", self.package.name, named.name))
    }
}

/// The version of the nearest workspace around a folder.
fn inherited(folder: &str, files: &dyn Files) -> Option<String> {
    let mut folder = folder.trim_end_matches('/');
    loop {
        let (above, _) = folder.rsplit_once('/').unwrap_or(("", folder));
        let path =
            if above.is_empty() { "Cargo.toml".to_owned() } else { format!("{above}/Cargo.toml") };
        let bytes: Option<Arc<[u8]>> = files.read(&path);
        if let Some(version) = bytes.and_then(|bytes| workspace_version(&bytes)) {
            return Some(version);
        }
        if above.is_empty() {
            return None;
        }
        folder = above;
    }
}

/// A version as contracts write it: what is left out is 0.
pub(super) fn version(text: &str) -> Option<Version> {
    let (core, _) = text.split_once(['-', '+']).unwrap_or((text, ""));
    let dots = core.matches('.').count();
    let padded = match dots {
        0 => text.replacen(core, &format!("{core}.0.0"), 1),
        1 => text.replacen(core, &format!("{core}.0"), 1),
        _ => text.to_owned(),
    };
    padded.parse().ok()
}
