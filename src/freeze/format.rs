//! `freeze-<version>.json`, format `contract-freeze/2`: encoding, decoding, and the root over its lines.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::tree::{Artifact, ArtifactPath, Digest, Tree};

/// The format that this tool writes and reads.
pub(super) const FORMAT: &str = "contract-freeze/2";

/// Most artifacts of a freeze. A file that claims more is refused while it is read.
pub(super) const MAX_ARTIFACTS: usize = 1_000_000;

/// What was recorded of an artifact whose bytes are lost: a legacy freeze says it, its content does not
/// bear it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Size in bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// Where an imported freeze comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Its format there.
    pub format: String,
    /// SHA-256 of the file it was read from.
    pub sha256: String,
}

/// One artifact of a freeze, with what was recorded of it.
#[derive(Debug, Clone)]
pub struct FrozenArtifact {
    /// Its path from the repository root.
    pub path: ArtifactPath,
    /// What kind of contract it is.
    pub kind: String,
    /// Recorded size in bytes.
    pub size: u64,
    /// Recorded SHA-256, hexadecimal.
    pub sha256: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// For bytes that are not those once recorded: what was recorded.
    pub unproven: Option<Recorded>,
}

/// A decoded freeze. Decoding proves nothing about its digests; [`super::verify()`] does.
#[derive(Debug, Clone, Default)]
pub struct Freeze {
    /// Its version.
    pub version: String,
    /// Its number in the chain, from 1; 0 outside of it.
    pub seq: u64,
    /// The root of the freeze before; `None` for the first.
    pub prev: Option<String>,
    /// The recorded root.
    pub root: String,
    /// When it was made, RFC 3339.
    pub created_at: Option<String>,
    /// What it is for, in its maker's words.
    pub description: Option<String>,
    /// The step from the version before: `initial`, `major`, `minor`, `patch`.
    pub bump: Option<String>,
    /// Where it was imported from.
    pub imported: Option<Imported>,
    /// What its summary says of its artifacts.
    pub summary: Option<Summary>,
    /// Its artifacts, in the order of the file.
    pub artifacts: Vec<FrozenArtifact>,
}

impl Freeze {
    /// Total size of its artifacts in bytes.
    pub fn size(&self) -> u64 {
        self.artifacts.iter().map(|a| a.bytes.len() as u64).sum()
    }

    /// What it holds, as a tree with this contracts root.
    pub fn tree(&self, root: &str) -> Tree {
        let artifacts = self.artifacts.iter();
        let artifacts = artifacts.map(|a| (a.path.clone(), Artifact::new(a.bytes.clone())));
        Tree { artifacts: artifacts.collect(), root: root.to_owned(), ..Tree::default() }
    }

    /// The lines under the root, as `sha256sum -c` reads them.
    pub fn lines(&self) -> String {
        lines_of(self.artifacts.iter().map(|a| (a.path.as_str(), a.sha256.as_str())))
    }
}

// What this format does not have is refused: nothing hides in a freeze.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: String,
    #[serde(default, rename = "tool")]
    _tool: Option<String>,
    #[serde(default, rename = "edition")]
    _edition: Option<String>,
    #[serde(default)]
    summary: Option<Summary>,
    version: Option<String>,
    seq: Option<u64>,
    #[serde(default)]
    prev: Option<String>,
    root: Option<String>,
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    bump: Option<String>,
    #[serde(default)]
    imported: Option<Imported>,
    artifacts: Option<Artifacts>,
}

/// What a freeze says of its artifacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// How many there are.
    artifacts: usize,
    /// Their total size.
    #[serde(default)]
    bytes: Option<u64>,
    /// How many there are of each kind.
    #[serde(default)]
    kinds: Option<BTreeMap<String, usize>>,
}

impl Summary {
    /// The summary of these artifacts.
    pub(super) fn of(artifacts: &[FrozenArtifact]) -> Summary {
        let mut kinds = BTreeMap::new();
        for artifact in artifacts {
            *kinds.entry(artifact.kind.clone()).or_insert(0) += 1;
        }
        let bytes = artifacts.iter().map(|a| a.bytes.len() as u64).sum();
        Summary { artifacts: artifacts.len(), bytes: Some(bytes), kinds: Some(kinds) }
    }

    /// How many artifacts it counts.
    pub(super) fn count(&self) -> usize {
        self.artifacts
    }

    /// Whether this says nothing that `other` does not say. What was left out is no lie.
    pub(super) fn agrees_with(&self, other: &Summary) -> bool {
        self.artifacts == other.artifacts
            && (self.bytes.is_none() || self.bytes == other.bytes)
            && (self.kinds.is_none() || self.kinds == other.kinds)
    }
}

struct Artifacts(Vec<FrozenArtifact>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawArtifact {
    path: String,
    #[serde(default)]
    kind: String,
    size: u64,
    sha256: String,
    encoding: String,
    content: String,
    #[serde(default)]
    unproven: Option<Recorded>,
}

impl<'de> Deserialize<'de> for Artifacts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Artifacts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of artifacts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Artifacts, A::Error> {
                let mut found = Vec::new();
                // Each is checked as it comes, so that a hostile list ends at its first bad entry.
                while let Some(raw) = seq.next_element::<RawArtifact>()? {
                    if found.len() == MAX_ARTIFACTS {
                        let reason = format!("it lists more than {MAX_ARTIFACTS} artifacts");
                        return Err(de::Error::custom(reason));
                    }
                    found.push(artifact(raw).map_err(de::Error::custom)?);
                }
                Ok(Artifacts(found))
            }
        }
        deserializer.deserialize_seq(Each)
    }
}

/// What a file says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `contract-freeze/2`.
    Current,
    /// JSON with artifacts or an index, but without `format`: the legacy tool wrote it.
    Legacy,
}

/// Tells the format of a file. The error is a clause for the user.
pub fn format_of(bytes: &[u8]) -> Result<Format, String> {
    #[derive(Deserialize)]
    struct Head {
        format: Option<String>,
        artifacts: Option<de::IgnoredAny>,
        index: Option<de::IgnoredAny>,
    }
    let head: Head =
        serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
    match head.format.as_deref() {
        Some(FORMAT) => Ok(Format::Current),
        Some(other) => Err(format!("has the unknown format `{other}`")),
        None if head.artifacts.is_some() || head.index.is_some() => Ok(Format::Legacy),
        None => Err("has no `format`".to_owned()),
    }
}

/// Whether a file is a freeze or an index of the legacy tool.
pub fn is_legacy(bytes: &[u8]) -> bool {
    format_of(bytes) == Ok(Format::Legacy)
}

/// Decodes a freeze file. The error is a clause for the user.
pub fn decode(bytes: &[u8]) -> Result<Freeze, String> {
    let raw: Raw = match serde_json::from_slice(bytes) {
        Ok(raw) => raw,
        // What is no freeze at all is said before what is wrong within one.
        Err(error) => {
            return Err(match format_of(bytes)? {
                Format::Current => format!("cannot be read: {error}"),
                Format::Legacy => "has no `format`".to_owned(),
            });
        }
    };
    if raw.format != FORMAT {
        return Err(format!("has the unknown format `{}`", raw.format));
    }
    let Artifacts(artifacts) = raw.artifacts.ok_or("has no `artifacts`")?;
    Ok(Freeze {
        version: raw.version.ok_or("has no `version`")?,
        seq: raw.seq.ok_or("has no `seq`")?,
        prev: raw.prev,
        root: raw.root.ok_or("has no `root`")?,
        created_at: raw.created_at,
        description: raw.description,
        bump: raw.bump,
        imported: raw.imported,
        summary: raw.summary,
        artifacts,
    })
}

fn artifact(raw: RawArtifact) -> Result<FrozenArtifact, String> {
    let path = frozen_path(&raw.path)?;
    let bytes = match raw.encoding.as_str() {
        "utf-8" => raw.content.into_bytes(),
        "base64" => BASE64
            .decode(raw.content.as_bytes())
            .map_err(|error| format!("the content of `{path}` is no base64: {error}"))?,
        other => return Err(format!("the encoding `{other}` of `{path}` is unknown")),
    };
    let RawArtifact { kind, size, sha256, unproven, .. } = raw;
    Ok(FrozenArtifact { path, kind, size, sha256, bytes: bytes.into(), unproven })
}

/// Whether a segment, case folded, is git's folder, its short name on Windows, or our own work.
pub fn is_machinery(segment: &str) -> bool {
    matches!(segment, ".git" | "git~1") || segment.starts_with(super::WORK_PREFIX)
}

/// A path that every system can hold and that leads to nothing but a contract.
pub(super) fn frozen_path(text: &str) -> Result<ArtifactPath, String> {
    let path = ArtifactPath::new(text).map_err(|problem| {
        let shown = ArtifactPath::lossy(text);
        format!("the path `{shown}` {}", problem.reason())
    })?;
    if let Some(problem) = path.unportable() {
        return Err(format!("the path `{path}` {}", problem.reason()));
    }
    match path.folded().split('/').any(is_machinery) {
        true => Err(format!("the path `{path}` leads to a folder that holds no contracts")),
        false => Ok(path),
    }
}

#[derive(Serialize)]
struct Out<'f> {
    format: &'static str,
    version: &'f str,
    seq: u64,
    prev: Option<&'f str>,
    root: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<&'f str>,
    tool: String,
    edition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bump: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<&'f Imported>,
    summary: Summary,
    artifacts: Vec<OutArtifact<'f>>,
}

#[derive(Serialize)]
struct OutArtifact<'f> {
    path: &'f str,
    kind: &'f str,
    size: u64,
    sha256: &'f str,
    encoding: &'static str,
    content: std::borrow::Cow<'f, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unproven: Option<&'f Recorded>,
}

/// The rules in force when a freeze is made.
const EDITION: &str = "2026-1";

/// Encodes a freeze: indented JSON with a final newline.
pub(super) fn encode(freeze: &Freeze) -> Vec<u8> {
    let artifacts = freeze.artifacts.iter().map(|artifact| {
        let (encoding, content) = match std::str::from_utf8(&artifact.bytes) {
            Ok(text) => ("utf-8", text.into()),
            Err(_) => ("base64", BASE64.encode(&artifact.bytes).into()),
        };
        OutArtifact {
            path: artifact.path.as_str(),
            kind: &artifact.kind,
            size: artifact.size,
            sha256: &artifact.sha256,
            encoding,
            content,
            unproven: artifact.unproven.as_ref(),
        }
    });
    let out = Out {
        format: FORMAT,
        version: &freeze.version,
        seq: freeze.seq,
        prev: freeze.prev.as_deref(),
        root: &freeze.root,
        created_at: freeze.created_at.as_deref(),
        tool: concat!("contract-guard ", env!("CARGO_PKG_VERSION")).to_owned(),
        edition: EDITION,
        bump: freeze.bump.as_deref(),
        description: freeze.description.as_deref(),
        imported: freeze.imported.as_ref(),
        summary: Summary::of(&freeze.artifacts),
        artifacts: artifacts.collect(),
    };
    // Escapes, and what stands around each artifact.
    let room = freeze.size() + freeze.size() / 8 + 320 * (freeze.artifacts.len() as u64 + 4);
    pretty(&out, usize::try_from(room).unwrap_or(0))
}

pub(super) fn pretty(value: &impl Serialize, room: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(room);
    // Text and numbers in structures always have a JSON form, and memory takes it.
    let _ = serde_json::to_writer_pretty(&mut bytes, value);
    bytes.push(b'\n');
    bytes
}

/// SHA-256 over [`lines_of`].
pub fn root_of<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    Digest::of(lines_of(lines).as_bytes()).to_string()
}

/// The lines `<sha256>  <path>\n` of (path, sha256), sorted by path bytes: what `sha256sum -c` reads.
pub fn lines_of<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut lines: Vec<(&str, &str)> = lines.collect();
    lines.sort_unstable();
    lines.iter().map(|(path, sha256)| format!("{sha256}  {path}\n")).collect()
}
