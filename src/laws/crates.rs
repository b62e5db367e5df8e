//! Crates and what their manifests say of contracts, as the kinds that judge crates see them.

use std::sync::Arc;

use semver::Version;

use super::{Rule, World};
use crate::catalog::{Named, Package, Unread, package, workspace_version};
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
        let read = |path: &String| {
            let package = manifest(files.read(path).as_deref()).ok()??;
            Some(Crate { path: path.clone(), package })
        };
        let all = manifests(files).filter(|path| rule.scope.has(path)).filter_map(read);
        all.filter(|one| every || one.package.table.is_some()).collect()
    }

    /// The manifests that a rule looks at and cannot read, and why. Of those that are text, the ones that speak of
    /// contracts, or did at the baseline: a repository may have broken manifests to test with.
    pub(super) fn unread(rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let paths = manifests(world.now).filter(|path| rule.scope.has(path));
        let spoke = |path: &str| {
            let bytes = world.baseline.and_then(|files| files.read(path));
            let old = manifest(bytes.as_deref()).ok().flatten();
            old.is_some_and(|package| package.table.is_some())
        };
        let finding = |path: &String| {
            let bytes = world.now.read(path);
            let (span, why) = manifest(bytes.as_deref()).err()?;
            if !may_name_contracts(bytes.as_deref()) && !spoke(path) {
                return None;
            }
            let message = format!("what `{path}` says of contracts is not known: {why}");
            let place = Location::bytes(&ArtifactPath::lossy(path), span);
            let help = "make it a manifest that Cargo reads, or take it out by `except`";
            Some(rule.finding(message, place).label("not read").help(help))
        };
        paths.filter_map(finding).collect()
    }

    /// The folder, with a slash at its end unless it is the top.
    pub(super) fn folder(&self) -> &str {
        self.path.strip_suffix("Cargo.toml").unwrap_or_default()
    }

    /// The version, which may be that of the workspace around it.
    pub(super) fn version(&self, files: &dyn Files) -> Option<Version> {
        crate_version(&self.package, self.folder(), files)?.parse().ok()
    }

    pub(super) fn finding(&self, rule: &Rule, span: Span, message: String) -> Finding {
        rule.finding(message, Location::bytes(&ArtifactPath::lossy(&self.path), span))
    }

    pub(super) fn about(&self, rule: &Rule, named: &Named, message: String) -> Finding {
        self.finding(rule, named.span, message)
            .about(format!("{}/{}", self.package.name, named.name))
    }
}

/// The paths of manifests.
pub fn manifests(files: &dyn Files) -> impl Iterator<Item = &String> {
    files.paths().iter().filter(|path| is_manifest(path))
}

/// Whether a path is that of a manifest.
pub fn is_manifest(path: &str) -> bool {
    path.rsplit('/').next() == Some("Cargo.toml")
}

/// Reads a manifest of a repository, if there is one; `None` for that of a workspace only.
///
/// # Errors
/// Why it is none, and where.
pub fn manifest(bytes: Option<&[u8]>) -> Result<Option<Package>, Unread> {
    let none = || (Span::new(0, 0), "it is a link, or no file".to_owned());
    package(bytes.ok_or_else(none)?)
}

/// Whether a manifest that cannot be read may name contracts.
pub fn may_name_contracts(bytes: Option<&[u8]>) -> bool {
    !matches!(bytes.map(std::str::from_utf8), Some(Ok(text)) if !text.contains("contracts"))
}

/// The version of a package below a folder, which may be that of the workspace around it.
pub fn crate_version(package: &Package, folder: &str, files: &dyn Files) -> Option<String> {
    package.version.clone().or_else(|| inherited(folder, files))
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
