//! Byte offsets to lines and columns, and back to the bytes of a line.

use super::Span;

/// A place as editors show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Where the lines of a text begin. A line ends at LF, CRLF or a lone CR.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    length: usize,
    /// Characters before every [`BLOCK`]th byte, so that a column in a line of megabytes costs no more
    /// than one in a short line.
    characters: Vec<usize>,
}

const BLOCK: usize = 1024;

/// Bytes that begin a character.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

impl LineIndex {
    /// Reads the line breaks of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let is_crlf = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            if !is_crlf {
                starts.push(at + 1);
            }
        }
        let mut before = 0;
        let count = |block: &[u8]| {
            let sum = before;
            before += characters(block);
            sum
        };
        let characters = bytes.chunks(BLOCK).map(count).collect();
        LineIndex { starts, length: bytes.len(), characters }
    }

    /// Line number from 0 of a byte offset.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Byte range of a line from 0, its break included.
    pub fn range(&self, line: usize) -> (usize, usize) {
        let start = self.starts.get(line).copied().unwrap_or(self.length);
        let end = self.starts.get(line + 1).copied().unwrap_or(self.length);
        (start, end)
    }

    /// Number of lines.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Line and column of a byte offset.
    pub fn position(&self, bytes: &[u8], offset: usize) -> Position {
        let offset = offset.min(self.length);
        let line = self.line_of(offset);
        let (start, _) = self.range(line);
        let column = self.before(bytes, offset) - self.before(bytes, start) + 1;
        Position { line: line + 1, column }
    }

    /// Characters before an offset.
    fn before(&self, bytes: &[u8], offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let known = self.characters.get(block).copied().unwrap_or(0);
        known + characters(bytes.get(block * BLOCK..offset).unwrap_or_default())
    }

    /// First and last position of a span.
    pub fn positions(&self, bytes: &[u8], span: Span) -> (Position, Position) {
        (self.position(bytes, span.start as usize), self.position(bytes, span.end as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_every_line_ending_once() {
        let text = b"a\r\nb\nc\rd";
        let lines = LineIndex::new(text);
        assert_eq!(lines.count(), 4);
        assert_eq!(lines.position(text, 7), Position { line: 4, column: 1 });
    }

    #[test]
    fn columns_are_characters() {
        let text = "é = x".as_bytes();
        assert_eq!(LineIndex::new(text).position(text, 3), Position { line: 1, column: 3 });
        let long = "é".repeat(3000);
        let text = long.as_bytes();
        let column = |offset| LineIndex::new(text).position(text, offset).column;
        assert_eq!((column(5000), column(6000)), (2501, 3001));
    }
}
