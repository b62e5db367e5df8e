//! Freezes on disk: which there are, and a tree from one. Nothing of a damaged freeze is used.

use std::path::{Path, PathBuf};

use super::{Budget, CONFIG, Request, SourceError};
use crate::freeze::{
    Effort, FOLDER, Format, Freeze, Legacy, Name, Record, Version, decode, defects_of, format_of,
};
use crate::tree::{Artifact, ArtifactPath, Tree};

/// A file of `_frozen/`.
#[derive(Debug, Clone)]
pub struct FrozenFile {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

/// The files beside the freezes of a tree, by name; none where there is no such folder. A link among
/// them is damage.
pub fn frozen_files(base: &Path, root: &str) -> Result<Vec<FrozenFile>, SourceError> {
    let folder = base.join(root).join(FOLDER);
    let io = |error| SourceError::Io { path: folder.clone(), error };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(io)?;
        let found = entry.metadata().map_err(io)?;
        // A freeze that is elsewhere could be changed there, and must not seem to be missing here.
        if found.is_symlink() {
            let reason = "is a symbolic link".to_owned();
            return Err(SourceError::Freeze { path: entry.path(), reason, integrity: true });
        }
        if found.is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push(FrozenFile { name, path: entry.path(), size: found.len() });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The freezes of a tree, in the order of their versions.
pub fn freezes(base: &Path, root: &str) -> Result<Vec<(Version, FrozenFile)>, SourceError> {
    let files = frozen_files(base, root)?.into_iter();
    let mut found: Vec<(Version, FrozenFile)> = files
        .filter_map(|file| match Name::of(&file.name) {
            Name::Freeze(version) => Some((version, file)),
            _ => None,
        })
        .collect();
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.name.cmp(&y.name)));
    Ok(found)
}

/// Those freezes that a user means by a version or by `latest`: one, unless nothing or too much fits.
pub fn meant<'f>(
    freezes: &'f [(Version, FrozenFile)],
    wanted: &str,
) -> Vec<&'f (Version, FrozenFile)> {
    if wanted == "latest" {
        return freezes.last().into_iter().collect();
    }
    if let Some(exact) = freezes.iter().find(|(version, _)| version.as_str() == wanted) {
        return vec![exact];
    }
    let Ok(wanted) = Version::parse(wanted) else { return Vec::new() };
    freezes.iter().filter(|(version, _)| version.answers_to(&wanted)).collect()
}

/// The bytes of a file that may be a freeze.
pub fn file_bytes(path: &Path, budget: &Budget) -> Result<Vec<u8>, SourceError> {
    let io = |error| SourceError::Io { path: path.to_owned(), error };
    let size = std::fs::metadata(path).map_err(io)?.len();
    // Text escaped as JSON and bytes as base64 take more room than the files themselves.
    if size > budget.tree_bytes.saturating_mul(2) {
        return Err(super::dir::too_large(budget));
    }
    std::fs::read(path).map_err(io)
}

/// A freeze, read and verified.
#[derive(Debug)]
pub struct OpenFreeze {
    /// The freeze.
    pub freeze: Freeze,
    /// The bytes of its file.
    pub bytes: Vec<u8>,
    /// How the artifacts of a legacy freeze came back.
    pub legacy: Option<Legacy>,
}

/// Opens the freeze at `path` and verifies every byte of it; that of the legacy tool is recovered. `root`
/// is the contracts root, from which that tool counted paths.
pub fn open_freeze(path: &Path, root: &str, budget: &Budget) -> Result<OpenFreeze, SourceError> {
    let fail = |reason: String, integrity| SourceError::Freeze {
        path: path.to_owned(),
        reason,
        integrity,
    };
    let bytes = file_bytes(path, budget)?;
    let bounded = |freeze: &Freeze| match freeze.artifacts.len() > budget.files {
        true => Err(super::dir::too_many(budget)),
        false => Ok(()),
    };
    let decoded = decode(&bytes);
    if decoded.is_err()
        && format_of(&bytes).map_err(|reason| fail(reason, false))? == Format::Legacy
    {
        let legacy = Legacy::recover(&bytes, root, Effort::default());
        let legacy = legacy.map_err(|reason| fail(reason, true))?;
        let freeze = legacy.to_freeze(|_| "other");
        bounded(&freeze)?;
        return Ok(OpenFreeze { freeze, bytes, legacy: Some(legacy) });
    }
    let freeze = decoded.map_err(|reason| fail(reason, true))?;
    bounded(&freeze)?;
    let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
    let record = Record { path: ArtifactPath::lossy(&name), bytes: &bytes };
    match defects_of(&record, &freeze).first() {
        Some(defect) => Err(fail(format!("is damaged: {}", defect.message), true)),
        None => Ok(OpenFreeze { freeze, bytes, legacy: None }),
    }
}

/// The tree of the freeze at `path`. The configuration is that of `base`: freezes hold contracts only.
pub(super) fn read(request: &Request, path: &Path, budget: &Budget) -> Result<Tree, SourceError> {
    let OpenFreeze { freeze, .. } = open_freeze(path, &request.root, budget)?;
    if let Some(lost) = freeze.artifacts.iter().find(|artifact| artifact.unproven.is_some()) {
        let reason = format!("does not have the bytes of `{}`", lost.path);
        return Err(SourceError::Freeze { path: path.to_owned(), reason, integrity: true });
    }
    let mut tree = freeze.tree("");
    let is_below =
        |root: &str| tree.artifacts.keys().all(|p| p.as_str().starts_with(&format!("{root}/")));
    tree.root = ["contracts", request.root.as_str()]
        .into_iter()
        .find(|root| !root.is_empty() && is_below(root))
        .unwrap_or_default()
        .to_owned();
    if let Ok(bytes) = std::fs::read(request.base.join(CONFIG)) {
        tree.config = Some((ArtifactPath::lossy(CONFIG), Artifact::new(bytes)));
    }
    Ok(tree)
}
