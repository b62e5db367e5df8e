//! Freezes of the legacy tool: the search for the bytes that were frozen.
//!
//! That tool recorded size and SHA-256 of the bytes on disk, but stored text as read with universal
//! newlines, other files as hexadecimal, and paths with backslashes. What is found here has the recorded
//! digest, or is marked as unproven.

mod search;

use std::collections::BTreeSet;
use std::fmt;

use rayon::prelude::*;
use serde::Deserialize;

use crate::freeze::alone::clashes;
use crate::freeze::format::{
    Freeze, FrozenArtifact, MAX_ARTIFACTS, Recorded, frozen_path, root_of,
};
use crate::freeze::version::Version;
use crate::tree::{ArtifactPath, Digest};

#[derive(Deserialize)]
struct Raw {
    version: String,
    #[serde(default)]
    created_at: Option<String>,
    artifacts: Vec<RawArtifact>,
}

#[derive(Deserialize)]
struct RawArtifact {
    path: String,
    sha256: String,
    size: u64,
    content: String,
}

/// How much may be hashed in the search, in bytes for one artifact.
#[derive(Debug, Clone, Copy)]
pub struct Effort(pub u64);

impl Effort {
    /// Bytes for all artifacts of a freeze that have to be searched for, together: some seconds.
    const ALL: u64 = 4 << 30;
}

impl Default for Effort {
    fn default() -> Self {
        Effort(2 << 30)
    }
}

/// How the bytes of an artifact came back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// They are the stored content.
    AsStored,
    /// The content was hexadecimal.
    Hex,
    /// The content was base64.
    Base64,
    /// The content is text that had lost something; what was done to it, in words.
    Text(String),
    /// They did not: nothing that was tried has the recorded digest.
    Lost,
}

impl How {
    /// Which group of a summary it belongs to.
    pub fn group(&self) -> &str {
        match self {
            How::AsStored => "as stored",
            How::Hex => "from hexadecimal",
            How::Base64 => "from base64",
            How::Text(words) if words == ALL_CRLF => ALL_CRLF,
            How::Text(words) if words.contains(" line ") => "LF to CRLF on one line",
            How::Text(_) => "otherwise",
            How::Lost => "not recovered",
        }
    }
}

const ALL_CRLF: &str = "LF to CRLF";

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            How::Text(words) => f.write_str(words),
            other => f.write_str(other.group()),
        }
    }
}

/// An artifact of a legacy freeze.
#[derive(Debug, Clone)]
pub struct Recovered {
    /// Its path from the repository root.
    pub path: ArtifactPath,
    /// What was recorded.
    pub recorded: Recorded,
    /// Its bytes; the stored content where they are lost.
    pub bytes: Vec<u8>,
    /// How they came back.
    pub how: How,
}

/// A legacy freeze, read and searched.
#[derive(Debug)]
pub struct Legacy {
    /// Its version.
    pub version: Version,
    /// When it was made, as it says.
    pub created_at: Option<String>,
    /// Its artifacts, by path.
    pub artifacts: Vec<Recovered>,
}

impl Legacy {
    /// Reads a legacy freeze and searches for the original bytes. `root` is the contracts root, from which
    /// that tool counted paths. The error is a clause for the user.
    pub fn recover(bytes: &[u8], root: &str, effort: Effort) -> Result<Legacy, String> {
        let raw: Raw =
            serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
        let version = Version::parse(&raw.version)?;
        if raw.artifacts.is_empty() {
            return Err("has no artifacts".to_owned());
        }
        if raw.artifacts.len() > MAX_ARTIFACTS {
            return Err(format!("lists more than {MAX_ARTIFACTS} artifacts"));
        }
        let paths = paths(&raw.artifacts, root)?;
        let recorded = |a: &RawArtifact| Recorded { size: a.size, sha256: a.sha256.clone() };
        let simple = raw.artifacts.par_iter().map(|a| search::simple(&a.content, &recorded(a)));
        let simple: Vec<_> = simple.collect();
        // Shared evenly, not first come first served: the same file gives the same answer.
        let open = simple.iter().filter(|found| found.is_none()).count() as u64;
        let effort = Effort(effort.0.min(Effort::ALL / open.max(1)));
        let found = raw.artifacts.par_iter().zip(paths).zip(simple).map(|((a, path), found)| {
            let search = || search::original(&a.content, &recorded(a), effort);
            let (bytes, how) = found.unwrap_or_else(search);
            Recovered { path, recorded: recorded(a), bytes, how }
        });
        let mut artifacts: Vec<Recovered> = found.collect();
        artifacts.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Legacy { version, created_at: raw.created_at, artifacts })
    }

    /// The artifacts whose bytes did not come back.
    pub fn lost(&self) -> impl Iterator<Item = &Recovered> {
        self.artifacts.iter().filter(|a| a.how == How::Lost)
    }

    /// The freeze in today's terms, outside of any chain. What is lost is marked as unproven.
    pub fn to_freeze(&self, kind: impl Fn(&ArtifactPath) -> &'static str) -> Freeze {
        let artifacts = self.artifacts.iter().map(|artifact| FrozenArtifact {
            kind: kind(&artifact.path).to_owned(),
            size: artifact.bytes.len() as u64,
            sha256: Digest::of(&artifact.bytes).hex(),
            bytes: artifact.bytes.as_slice().into(),
            unproven: (artifact.how == How::Lost).then(|| artifact.recorded.clone()),
            path: artifact.path.clone(),
        });
        let artifacts: Vec<FrozenArtifact> = artifacts.collect();
        Freeze {
            version: self.version.to_string(),
            root: root_of(artifacts.iter().map(|a| (a.path.as_str(), a.sha256.as_str()))),
            created_at: self.created_at.clone(),
            artifacts,
            ..Freeze::default()
        }
    }
}

/// When a legacy freeze was made, how many artifacts it has, and their size in bytes, as it says itself.
pub fn legacy_facts(bytes: &[u8]) -> Result<(Option<String>, usize, u64), String> {
    let raw: Raw =
        serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
    let size = raw.artifacts.iter().fold(0_u64, |sum, a| sum.saturating_add(a.size));
    Ok((raw.created_at, raw.artifacts.len(), size))
}

fn paths(artifacts: &[RawArtifact], root: &str) -> Result<Vec<ArtifactPath>, String> {
    let posix: Vec<String> = artifacts.iter().map(|a| a.path.replace('\\', "/")).collect();
    let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
    let is_whole = posix.iter().all(|path| path.starts_with(&prefix));
    let mut seen = BTreeSet::new();
    let mut found = Vec::with_capacity(posix.len());
    for path in posix {
        // Checked before the prefix hides that it is absolute.
        let own = frozen_path(&path)?;
        let path = if is_whole { own } else { frozen_path(&format!("{prefix}{path}"))? };
        if !seen.insert(path.folded()) {
            return Err(format!("has `{path}` twice"));
        }
        found.push(path);
    }
    // A file where another needs a folder could be verified, and never restored.
    if let Some((path, other)) = clashes(found.iter()).first() {
        return Err(format!("has `{path}` and `{other}`, which cannot both be files"));
    }
    Ok(found)
}
