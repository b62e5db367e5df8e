//! The search: which bytes, of all that the stored content may come from, have the recorded digest.

use std::collections::BTreeSet;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use sha2::{Digest as _, Sha256};

use super::{ALL_CRLF, Effort, How};
use crate::freeze::format::Recorded;

/// The bytes with the recorded size and digest, when they are the content or it in another encoding or
/// with one ending for all lines. This costs no more than reading it a few times.
pub(super) fn simple(content: &str, recorded: &Recorded) -> Option<(Vec<u8>, How)> {
    let text = content.as_bytes();
    let mut search = Search { recorded, left: u64::MAX };
    if search.is_it(text) {
        return Some((text.to_vec(), How::AsStored));
    }
    for (encoding, how) in [(&HEXLOWER_PERMISSIVE, How::Hex), (&BASE64, How::Base64)] {
        if let Ok(bytes) = encoding.decode(text)
            && search.is_it(&bytes)
        {
            return Some((bytes, how));
        }
    }
    bases(content, recorded.size).into_iter().find_map(|(base, lost)| {
        let (bytes, endings) = search.whole(&base)?;
        Some((bytes, How::Text(words(&endings, &lost))))
    })
}

/// The bytes with the recorded size and digest, or the stored content.
pub(super) fn original(content: &str, recorded: &Recorded, effort: Effort) -> (Vec<u8>, How) {
    let mut search = Search { recorded, left: effort.0 };
    for (base, lost) in &bases(content, recorded.size) {
        if let Some((bytes, endings)) = search.mixed(base) {
            return (bytes, How::Text(words(&endings, lost)));
        }
    }
    if let Some((bytes, endings)) = search.replaced(content) {
        return (bytes, How::Text(words(&endings, &["bytes that are no UTF-8"])));
    }
    (content.as_bytes().to_vec(), How::Lost)
}

fn words(endings: &str, lost: &[&str]) -> String {
    let mut all: Vec<&str> = lost.to_vec();
    if !endings.is_empty() {
        all.insert(0, endings);
    }
    all.join(", ")
}

/// What the text may have been before its line endings were lost, with what else was lost.
fn bases(content: &str, size: u64) -> Vec<(Vec<u8>, Vec<&'static str>)> {
    let mut found = Vec::new();
    for (bom, bom_lost) in [("", None), ("\u{feff}", Some("byte order mark"))] {
        for (end, end_lost) in [("", None), ("\n", Some("last line ending"))] {
            let base = format!("{bom}{content}{end}").into_bytes();
            // Endings only grow when they are given back, to at most twice their number.
            let most = base.len() + memchr::memchr_iter(b'\n', &base).count();
            if (base.len() as u64..=most as u64).contains(&size) {
                found.push((base, bom_lost.into_iter().chain(end_lost).collect()));
            }
        }
    }
    found
}

struct Search<'r> {
    recorded: &'r Recorded,
    /// Bytes that may still be hashed.
    left: u64,
}

impl Search<'_> {
    fn is_it(&mut self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.recorded.size && self.has_digest(Sha256::new(), bytes)
    }

    /// Whether the recorded digest is that of what `state` has read, followed by `rest`.
    fn has_digest(&mut self, state: Sha256, rest: &[u8]) -> bool {
        self.left = self.left.saturating_sub(rest.len() as u64);
        let digest: [u8; 32] = state.chain_update(rest).finalize().into();
        HEXLOWER_PERMISSIVE.encode(&digest).eq_ignore_ascii_case(&self.recorded.sha256)
    }

    /// One ending for all lines.
    fn whole(&mut self, base: &[u8]) -> Option<(Vec<u8>, String)> {
        for (ending, name) in [(&b"\n"[..], ""), (&b"\r\n"[..], ALL_CRLF), (&b"\r"[..], "LF to CR")]
        {
            let bytes = Lines::of(base).join(|_| ending);
            if self.is_it(&bytes) {
                return Some((bytes, name.to_owned()));
            }
        }
        None
    }

    /// Some lines with one ending, the others with another.
    fn mixed(&mut self, base: &[u8]) -> Option<(Vec<u8>, String)> {
        let lines = Lines::of(base);
        let count = lines.endings();
        let extra = usize::try_from(self.recorded.size.checked_sub(base.len() as u64)?).ok()?;
        let mut plans: [(usize, &[u8], &[u8], &str); 3] = [
            (extra, b"\n", b"\r\n", "LF to CRLF"),
            (count.checked_sub(extra)?, b"\r\n", b"\n", "LF to CRLF except"),
            // An ending of one byte for another changes no size.
            (usize::from(extra == 0), b"\n", b"\r", "LF to CR"),
        ];
        // The fewer odd lines, the sooner all are tried.
        plans.sort_by_key(|(odd, ..)| *odd);
        for (odd, usual, other, name) in plans {
            if odd == 0 || odd >= count {
                continue;
            }
            let found = self
                .run_of(&lines, odd, usual, other)
                .or_else(|| self.any_of(&lines, odd, usual, other));
            if let Some(chosen) = found {
                let is_odd: BTreeSet<usize> = chosen.iter().copied().collect();
                let bytes = lines.join(|i| if is_odd.contains(&i) { other } else { usual });
                let place = match chosen.as_slice() {
                    [one] => format!("line {}", one + 1),
                    many => format!("{} of {count} lines", many.len()),
                };
                return Some((bytes, format!("{name} on {place}")));
            }
        }
        None
    }

    /// Odd endings on lines that follow one another: files that two systems wrote by turns.
    fn run_of(
        &mut self,
        lines: &Lines<'_>,
        odd: usize,
        usual: &[u8],
        other: &[u8],
    ) -> Option<Vec<usize>> {
        let count = lines.endings();
        for start in 0..=count - odd {
            if self.left == 0 {
                return None;
            }
            let run = start..start + odd;
            let bytes = lines.join(|i| if run.contains(&i) { other } else { usual });
            if self.is_it(&bytes) {
                return Some(run.collect());
            }
        }
        None
    }

    /// Odd endings on any lines, in the order of their first line, as long as the budget lasts.
    fn any_of(
        &mut self,
        lines: &Lines<'_>,
        odd: usize,
        usual: &[u8],
        other: &[u8],
    ) -> Option<Vec<usize>> {
        let usual_bytes = lines.join(|_| usual);
        let starts = lines.starts(usual.len());
        let mut chosen = Vec::new();
        let hunt = Hunt { bytes: &usual_bytes, starts: &starts, usual: usual.len(), other };
        self.choose(&hunt, &Sha256::new(), (0, 0), odd, &mut chosen).then_some(chosen)
    }

    /// `state` has read `hunt.bytes` up to `from.1`, before the ending of line `from.0`.
    fn choose(
        &mut self,
        hunt: &Hunt<'_>,
        state: &Sha256,
        from: (usize, usize),
        odd: usize,
        chosen: &mut Vec<usize>,
    ) -> bool {
        let (first, mut read) = from;
        let mut state = state.clone();
        let last = hunt.starts.len().saturating_sub(odd - 1);
        for line in first..last {
            if self.left == 0 {
                return false;
            }
            let Some(end) = hunt.starts.get(line).copied() else { return false };
            state.update(hunt.bytes.get(read..end).unwrap_or_default());
            read = end;
            let with = state.clone().chain_update(hunt.other);
            let after = end + hunt.usual;
            chosen.push(line);
            let found = if odd == 1 {
                self.has_digest(with, hunt.bytes.get(after..).unwrap_or_default())
            } else {
                self.choose(hunt, &with, (line + 1, after), odd - 1, chosen)
            };
            if found {
                return true;
            }
            chosen.pop();
        }
        false
    }

    /// Bytes that were no UTF-8 and became U+FFFD: up to two of any value, or any number of one value.
    fn replaced(&mut self, content: &str) -> Option<(Vec<u8>, String)> {
        let parts: Vec<&str> = content.split('\u{fffd}').collect();
        let holes = parts.len() - 1;
        if holes == 0 {
            return None;
        }
        let seconds = if holes == 2 { HIGH } else { 128..=128 };
        for (first, second) in HIGH.flat_map(|a| seconds.clone().map(move |b| (a, b))) {
            if self.left == 0 {
                return None;
            }
            let mut bytes = Vec::with_capacity(content.len());
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    bytes.push(if i == 2 && holes == 2 { second } else { first });
                }
                bytes.extend_from_slice(part.as_bytes());
            }
            if let Some(found) = self.whole(&bytes) {
                return Some(found);
            }
        }
        None
    }
}

/// Bytes that never stand alone in UTF-8.
const HIGH: std::ops::RangeInclusive<u8> = 128..=255;

struct Hunt<'h> {
    /// The text with the usual ending everywhere.
    bytes: &'h [u8],
    /// Where the ending of each line begins in it.
    starts: &'h [usize],
    /// Length of the usual ending.
    usual: usize,
    other: &'h [u8],
}

/// A text between its line endings.
struct Lines<'b>(Vec<&'b [u8]>);

impl<'b> Lines<'b> {
    fn of(base: &'b [u8]) -> Self {
        Lines(base.split(|b| *b == b'\n').collect())
    }

    fn endings(&self) -> usize {
        self.0.len() - 1
    }

    fn join<'e>(&self, ending: impl Fn(usize) -> &'e [u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.iter().map(|l| l.len() + 2).sum());
        for (i, line) in self.0.iter().enumerate() {
            bytes.extend_from_slice(line);
            if i < self.endings() {
                bytes.extend_from_slice(ending(i));
            }
        }
        bytes
    }

    /// Where each ending begins when all are `length` bytes long.
    fn starts(&self, length: usize) -> Vec<usize> {
        let mut at = 0;
        let ends = self.0.iter().take(self.endings()).map(|line| {
            let end = at + line.len();
            at = end + length;
            end
        });
        ends.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Digest;

    fn found(content: &str, truth: &[u8]) -> String {
        let recorded = Recorded { size: truth.len() as u64, sha256: Digest::of(truth).hex() };
        let (bytes, how) = simple(content, &recorded)
            .unwrap_or_else(|| original(content, &recorded, Effort::default()));
        assert!(how == How::Lost || bytes == truth, "{how}");
        how.to_string()
    }

    #[test]
    fn finds_what_was_frozen() {
        assert_eq!(found("a\nb\n", b"a\nb\n"), "as stored");
        assert_eq!(found("a\nb\n", b"a\r\nb\r\n"), "LF to CRLF");
        assert_eq!(found("a\nb\n", b"a\rb\r"), "LF to CR");
        assert_eq!(found("a\nb\nc\n", b"a\nb\r\nc\n"), "LF to CRLF on line 2");
        assert_eq!(found("a\nb\nc\nd\n", b"a\r\nb\nc\r\nd\r\n"), "LF to CRLF except on line 2");
        assert_eq!(found("a\nb\nc\nd\ne\n", b"a\r\nb\nc\r\nd\ne\n"), "LF to CRLF on 2 of 5 lines");
        assert_eq!(found("a\nb\nc\n", b"a\nb\rc\n"), "LF to CR on line 2");
        assert_eq!(found("6162", b"ab"), "from hexadecimal");
        assert_eq!(found("a\n", b"\xef\xbb\xbfa\n"), "byte order mark");
        assert_eq!(
            found("a\nb", b"\xef\xbb\xbfa\r\nb\r\n"),
            "LF to CRLF, byte order mark, last line ending"
        );
        assert_eq!(found("caf\u{fffd}\n", b"caf\xe9\r\n"), "LF to CRLF, bytes that are no UTF-8");
        assert_eq!(found("a\nb\n", b"a\nc\n"), "not recovered");
    }

    #[test]
    fn the_search_ends() {
        let recorded = Recorded { size: 600 + 40, sha256: "0".repeat(64) };
        let content = "ab\n".repeat(200);
        let (_, how) = original(&content, &recorded, Effort(1 << 20));
        assert_eq!(how, How::Lost);
    }
}
