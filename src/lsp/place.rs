//! Where the contracts of an editor's folder are, and which of them a URI names.

use std::path::{Path, PathBuf};

use super::uri;
use crate::source::{self, CONFIG, SourceError};
use crate::tree::ArtifactPath;

/// A contracts tree on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The folder that holds the contracts root, as the editor calls it.
    pub base: PathBuf,
    /// The same without links.
    real: PathBuf,
    /// The contracts root below it.
    pub root: String,
}

impl Place {
    /// The contracts around a folder, as `check` finds them there; `None` when there are none.
    pub(super) fn around(folder: &Path) -> Result<Option<Place>, SourceError> {
        let (base, root, _) = match source::locate(folder) {
            Err(SourceError::Io { .. } | SourceError::NoTree { .. }) => return Ok(None),
            found => found?,
        };
        // A folder of anything is no contracts tree because an editor shows it.
        let real = source::canonical(&base).filter(|_| !root.is_empty());
        Ok(real.map(|real| Place { base, real, root }))
    }

    /// The artifact that a URI names, or the configuration; whether it exists is not asked.
    pub(super) fn artifact(&self, uri: &str) -> Option<ArtifactPath> {
        let path = PathBuf::from(uri::to_path(uri, cfg!(windows))?);
        let below = self.below(&path).or_else(|| {
            // The editor may have come through a link.
            let (folder, name) = (path.parent()?, path.file_name()?);
            self.below(&source::canonical(folder)?.join(name))
        })?;
        let below = ArtifactPath::new(&below).ok()?;
        let is_contract = below
            .as_str()
            .strip_prefix(self.root.as_str())
            .is_some_and(|rest| rest.starts_with('/'));
        (is_contract || below.as_str() == CONFIG).then_some(below)
    }

    fn below(&self, path: &Path) -> Option<String> {
        let plain = PathBuf::from(without_prefix(&path.to_string_lossy()));
        let real = PathBuf::from(without_prefix(&self.real.to_string_lossy()));
        let below = plain.strip_prefix(&self.base).or_else(|_| plain.strip_prefix(real)).ok()?;
        let segments: Option<Vec<&str>> = below.iter().map(|s| s.to_str()).collect();
        Some(segments?.join("/"))
    }

    /// Whether a file stands there.
    pub(super) fn has(&self, path: &ArtifactPath) -> bool {
        source::canonical(&self.base.join(path.as_str())).is_some()
    }

    /// The URI of an artifact.
    pub(super) fn uri(&self, path: &ArtifactPath) -> String {
        let path = self.base.join(path.as_str());
        uri::of_path(&without_prefix(&path.to_string_lossy()), cfg!(windows))
    }
}

/// `\\?\C:\x` → `C:\x`: what Windows gives for a path without links is no path for editors.
fn without_prefix(path: &str) -> String {
    match (path.strip_prefix(r"\\?\UNC\"), path.strip_prefix(r"\\?\")) {
        (Some(rest), _) => format!(r"\\{rest}"),
        (None, Some(rest)) => rest.to_owned(),
        (None, None) => path.to_owned(),
    }
}
