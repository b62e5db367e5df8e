//! One line: how it is written, and what it says. Where lines stand is not known here.
//!
//! `{"seq":7,"prev":"…","entry":{…},"hash":"…"}`: the hash is SHA-256 over the bytes before `,"hash"`, which hold
//! the hash of the line before; thus each stands for all of them (a hash chain, as in RFC 9162 §2 without its tree).
//! A line that ends a torn one has `"torn":{"bytes":…,"hash":"…"}` in the place of the entry.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::Digest as _;

/// Bytes of the longest line that is written or believed.
pub(crate) const LONGEST: usize = 16 << 20;

/// What stands between the text that is hashed and the hash.
const SEAL: &str = ",\"hash\":\"";

/// A SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What the first line follows.
    pub const START: Digest = Digest([0; 32]);

    /// That of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(sha2::Sha256::digest(bytes).into())
    }

    fn parse(text: &str) -> Option<Digest> {
        let mut bytes = [0; 32];
        let is_hex =
            text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        is_hex.then_some(Digest(bytes))
    }
}

impl From<sha2::Sha256> for Digest {
    fn from(hasher: sha2::Sha256) -> Self {
        Digest(hasher.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Digest::parse(&text).ok_or_else(|| serde::de::Error::custom("no digest"))
    }
}

/// What a writer left when it died within a line, and stays in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Torn {
    /// How many bytes, the line ends among them.
    pub bytes: u64,
    /// The digest of these bytes.
    pub hash: Digest,
}

/// What a line holds.
pub(crate) enum Content<'l> {
    Entry(&'l RawValue),
    Torn(Torn),
}

/// A line that says of itself what its digest was made of.
pub(crate) struct Line<'l> {
    pub seq: u64,
    pub prev: Digest,
    pub content: Content<'l>,
    pub hash: Digest,
}

/// Why bytes are no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoLine {
    Unreadable,
    Altered,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members<'l> {
    seq: u64,
    prev: Digest,
    #[serde(borrow, default, deserialize_with = "present")]
    entry: Option<&'l RawValue>,
    torn: Option<Torn>,
    hash: Digest,
}

/// An entry may be `null`, which is not the same as none.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

impl<'l> Line<'l> {
    /// Reads a line without its end.
    pub(crate) fn parse(bytes: &'l [u8]) -> Result<Line<'l>, NoLine> {
        let members: Members<'l> = serde_json::from_slice(bytes).map_err(|_| NoLine::Unreadable)?;
        let content = match (members.entry, members.torn) {
            (Some(entry), None) => Content::Entry(entry),
            (None, Some(torn)) => Content::Torn(torn),
            _ => return Err(NoLine::Unreadable),
        };
        let Members { seq, prev, hash, .. } = members;
        let line = Line { seq, prev, content, hash };
        // There is one way to write a line: whatever else says the same was not written here.
        match line.written() == bytes {
            true => Ok(line),
            false => Err(NoLine::Altered),
        }
    }

    fn written(&self) -> Vec<u8> {
        let (mut bytes, _) = match &self.content {
            Content::Entry(entry) => entry_line(self.seq, self.prev, entry.get()),
            Content::Torn(torn) => torn_line(self.seq, self.prev, *torn),
        };
        bytes.pop();
        bytes
    }
}

/// The line of an entry, with its end, and its digest. `entry` is one JSON value without line ends.
pub(crate) fn entry_line(seq: u64, prev: Digest, entry: &str) -> (Vec<u8>, Digest) {
    sealed(format!("{{\"seq\":{seq},\"prev\":\"{prev}\",\"entry\":{entry}"))
}

/// The line that says that a writer died.
pub(crate) fn torn_line(seq: u64, prev: Digest, torn: Torn) -> (Vec<u8>, Digest) {
    let Torn { bytes, hash } = torn;
    let torn = format!("{{\"bytes\":{bytes},\"hash\":\"{hash}\"}}");
    sealed(format!("{{\"seq\":{seq},\"prev\":\"{prev}\",\"torn\":{torn}"))
}

fn sealed(mut text: String) -> (Vec<u8>, Digest) {
    let hash = Digest::of(text.as_bytes());
    text.push_str(SEAL);
    text.push_str(&hash.to_string());
    text.push_str("\"}\n");
    (text.into_bytes(), hash)
}
