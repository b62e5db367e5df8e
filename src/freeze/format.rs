//! `freeze-<version>.json`, format `contract-freeze/2`: decoding, and the root over its lines.

use data_encoding::BASE64;
use serde::Deserialize;

use crate::tree::{ArtifactPath, Digest};

/// The format that this tool writes and reads.
pub(super) const FORMAT: &str = "contract-freeze/2";

#[derive(Deserialize)]
struct Raw {
    format: Option<String>,
    version: Option<String>,
    seq: Option<u64>,
    #[serde(default)]
    prev: Option<String>,
    root: Option<String>,
    artifacts: Option<Vec<RawArtifact>>,
}

#[derive(Deserialize)]
struct RawArtifact {
    path: String,
    size: u64,
    sha256: String,
    encoding: String,
    content: String,
}

/// One artifact of a freeze, with what was recorded of it.
#[derive(Debug, Clone)]
pub struct FrozenArtifact {
    /// Its path from the repository root.
    pub path: ArtifactPath,
    /// Recorded size in bytes.
    pub size: u64,
    /// Recorded SHA-256, hexadecimal.
    pub sha256: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A decoded freeze. Decoding proves nothing about its digests; [`super::verify()`] does.
#[derive(Debug, Clone)]
pub struct Freeze {
    /// Its version.
    pub version: String,
    /// Its number in the chain, from 1.
    pub seq: u64,
    /// The root of the freeze before; `None` for the first.
    pub prev: Option<String>,
    /// The recorded root.
    pub root: String,
    /// Its artifacts, in the order of the file.
    pub artifacts: Vec<FrozenArtifact>,
}

/// Whether a file is a freeze of the legacy tool: JSON with artifacts, but without `format`.
pub fn is_legacy(bytes: &[u8]) -> bool {
    let value: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
    value.is_ok_and(|v| {
        v.get("format").is_none() && (v.get("artifacts").is_some() || v.get("index").is_some())
    })
}

/// Decodes a freeze file. The error is a clause for the user.
pub fn decode(bytes: &[u8]) -> Result<Freeze, String> {
    let raw: Raw =
        serde_json::from_slice(bytes).map_err(|error| format!("is no freeze: {error}"))?;
    match raw.format.as_deref() {
        Some(FORMAT) => {}
        Some(other) => return Err(format!("has the unknown format `{other}`")),
        None => return Err("has no `format`".to_owned()),
    }
    let artifacts = raw.artifacts.ok_or("has no `artifacts`")?;
    Ok(Freeze {
        version: raw.version.ok_or("has no `version`")?,
        seq: raw.seq.ok_or("has no `seq`")?,
        prev: raw.prev,
        root: raw.root.ok_or("has no `root`")?,
        artifacts: artifacts.into_iter().map(artifact).collect::<Result<_, _>>()?,
    })
}

fn artifact(raw: RawArtifact) -> Result<FrozenArtifact, String> {
    let path = ArtifactPath::new(&raw.path)
        .map_err(|problem| format!("has a path that {}", problem.reason()))?;
    if let Some(problem) = path.unportable() {
        return Err(format!("has the path `{path}`, which {}", problem.reason()));
    }
    let bytes = match raw.encoding.as_str() {
        "utf-8" => raw.content.into_bytes(),
        "base64" => BASE64
            .decode(raw.content.as_bytes())
            .map_err(|error| format!("has content of `{path}` that is no base64: {error}"))?,
        other => return Err(format!("has the unknown encoding `{other}` at `{path}`")),
    };
    Ok(FrozenArtifact { path, size: raw.size, sha256: raw.sha256, bytes })
}

/// SHA-256 over the lines `<sha256>  <path>\n`, sorted by path bytes: what `sha256sum -c` reads.
pub fn root_of<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut lines: Vec<(&str, &str)> = lines.collect();
    lines.sort_unstable();
    let text: String = lines.iter().map(|(path, sha256)| format!("{sha256}  {path}\n")).collect();
    Digest::of(text.as_bytes()).to_string()
}
