//! `sha-index-<version>.json`, format `contract-freeze-index/2`: which paths have which bytes.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::format::{Freeze, FrozenArtifact, pretty};
use crate::tree::Digest;

/// The format that this tool writes and reads.
const FORMAT: &str = "contract-freeze-index/2";

/// A digest index.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Index {
    format: String,
    version: String,
    root: String,
    index: Entries,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Entries(BTreeMap<String, Entry>);

/// Artifacts with the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    size: u64,
    paths: Vec<String>,
    /// For text: SHA-256 of the bytes with every line ending as LF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lf_sha256: Option<String>,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of digests")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut found = BTreeMap::new();
                while let Some((digest, entry)) = map.next_entry::<String, Entry>()? {
                    if let Some(_first) = found.insert(digest.clone(), entry) {
                        return Err(de::Error::custom(format!("`{digest}` is there twice")));
                    }
                }
                Ok(Entries(found))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

impl Index {
    /// The index of a freeze.
    pub(super) fn of(freeze: &Freeze) -> Index {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for artifact in &freeze.artifacts {
            let empty =
                || Entry { size: artifact.size, paths: Vec::new(), lf_sha256: lf_sha256(artifact) };
            let entry = entries.entry(artifact.sha256.clone()).or_insert_with(empty);
            entry.paths.push(artifact.path.to_string());
        }
        Index {
            format: FORMAT.to_owned(),
            version: freeze.version.clone(),
            root: freeze.root.clone(),
            index: Entries(entries),
        }
    }

    /// Whether this index says what `freeze` holds. Digests of normalised text may be left out, not be
    /// wrong.
    pub(super) fn agrees_with(&self, freeze: &Freeze) -> bool {
        let expected = Index::of(freeze);
        (&self.format, &self.version, &self.root)
            == (&expected.format, &expected.version, &expected.root)
            && self.index.0.len() == expected.index.0.len()
            && self.index.0.iter().zip(&expected.index.0).all(|((digest, have), (other, want))| {
                digest == other
                    && have.size == want.size
                    && have.paths == want.paths
                    && (have.lf_sha256.is_none() || have.lf_sha256 == want.lf_sha256)
            })
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Index, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        pretty(self, 320 * self.index.0.len())
    }
}

fn lf_sha256(artifact: &FrozenArtifact) -> Option<String> {
    if !is_text(&artifact.bytes) {
        return None;
    }
    // Text without CR is its own normal form, and its digest is known.
    match artifact.bytes.contains(&b'\r') {
        true => Some(Digest::of(&with_lf(&artifact.bytes)).hex()),
        false => Some(artifact.sha256.clone()),
    }
}

/// Whether bytes are text: UTF-8 without NUL.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

/// Text with every line ending, CRLF or CR, as LF.
pub fn with_lf(bytes: &[u8]) -> Vec<u8> {
    let mut normal = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte == b'\r' {
            rest.next_if_eq(&b'\n');
            normal.push(b'\n');
        } else {
            normal.push(byte);
        }
    }
    normal
}
