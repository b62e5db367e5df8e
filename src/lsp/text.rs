//! Places in a text as editors count them: lines and units of the encoding that was agreed on (LSP 3.17,
//! "Position"), to bytes and back.

use gen_lsp_types::{Position, PositionEncodingKind, Range, TextEdit};

use crate::document::{LineIndex, Span};

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// What everybody must understand.
    #[default]
    Utf16,
}

impl Encoding {
    /// Bytes where they are offered, because that is what everything here counts.
    pub(super) fn agree(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered.unwrap_or_default().contains(&PositionEncodingKind::UTF8) {
            true => Encoding::Utf8,
            false => Encoding::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
        }
    }
}

/// A text and its lines.
pub(super) struct Text<'t> {
    bytes: &'t [u8],
    lines: LineIndex,
    encoding: Encoding,
    /// Bytes at the start that the editor does not show: a byte order mark.
    hidden: usize,
}

/// What a byte order mark takes in UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

impl<'t> Text<'t> {
    /// `is_marked` says that the editor takes a byte order mark as a character of the text.
    pub(super) fn new(bytes: &'t [u8], encoding: Encoding, is_marked: bool) -> Self {
        let hidden = if bytes.starts_with(MARK) && !is_marked { MARK.len() } else { 0 };
        Text { bytes, lines: LineIndex::new(bytes), encoding, hidden }
    }

    /// The bytes of a line from 0 that the editor shows, its break left out, and where they begin.
    fn line(&self, line: usize) -> (usize, &'t [u8]) {
        let (start, end) = self.lines.range(line);
        let start = if line == 0 { self.hidden.min(end) } else { start };
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        let breaks = bytes.iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        (start, bytes.get(..bytes.len() - breaks).unwrap_or_default())
    }

    /// The place of a byte. What lies in a line break is at the end of its line.
    pub(super) fn position(&self, offset: usize) -> Position {
        let number = self.lines.line_of(offset.min(self.bytes.len()));
        let (start, line) = self.line(number);
        let before = line.get(..offset.saturating_sub(start)).unwrap_or(line);
        let units: usize =
            String::from_utf8_lossy(before).chars().map(|c| self.encoding.width(c)).sum();
        Position { line: clamp(number), character: clamp(units) }
    }

    /// The byte of a place; the nearest one before it where there is no such place.
    pub(super) fn offset(&self, position: Position) -> usize {
        let number = position.line as usize;
        if number >= self.lines.count() {
            return self.bytes.len();
        }
        let (start, line) = self.line(number);
        let mut left = position.character as usize;
        let mut offset = start;
        for chunk in line.utf8_chunks() {
            for c in chunk.valid().chars() {
                let width = self.encoding.width(c);
                if width > left {
                    return offset;
                }
                left -= width;
                offset += c.len_utf8();
            }
            // What is no UTF-8 is shown as one character.
            let width = self.encoding.width(char::REPLACEMENT_CHARACTER);
            if !chunk.invalid().is_empty() {
                if width > left {
                    return offset;
                }
                left -= width;
                offset += chunk.invalid().len();
            }
        }
        offset
    }

    /// The whole of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start as usize), self.position(span.end as usize))
    }

    /// The part of a span on its first line: a mark under a whole document helps nobody.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let start = (span.start as usize).max(self.hidden);
        let (at, line) = self.line(self.lines.line_of(start));
        Span::new(start, (span.end as usize).min(at + line.len()).max(start))
    }

    /// The line around a byte: where it begins, and its text.
    pub(super) fn line_around(&self, offset: usize) -> (usize, &'t str) {
        let (start, line) = self.line(self.lines.line_of(offset));
        (start, std::str::from_utf8(line).unwrap_or_default())
    }

    /// The one edit that makes this text another; `None` when the editor would see no difference.
    pub(super) fn edit_to(&self, other: &[u8]) -> Option<TextEdit> {
        let skip = |bytes: &'t [u8]| bytes.get(self.hidden..).unwrap_or_default();
        let after = match self.hidden {
            0 => other,
            _ => other.strip_prefix(MARK).unwrap_or(other),
        };
        let (before, after) =
            (std::str::from_utf8(skip(self.bytes)).ok()?, std::str::from_utf8(after).ok()?);
        if before == after {
            return None;
        }
        let same = |(a, b): &(char, char)| a == b;
        let head: usize =
            before.chars().zip(after.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
        let (old, new) = (before.get(head..)?, after.get(head..)?);
        let tail: usize = old
            .chars()
            .rev()
            .zip(new.chars().rev())
            .take_while(same)
            .map(|(c, _)| c.len_utf8())
            .sum();
        let (start, end) = break_safe(before, head, before.len() - tail);
        let new_text = after.get(start..after.len() - (before.len() - end))?.to_owned();
        let span = Span::new(self.hidden + start, self.hidden + end);
        Some(TextEdit::new(self.range(span), new_text))
    }
}

/// An edit cannot begin or end between the two bytes of CRLF, where no position is.
fn break_safe(text: &str, start: usize, end: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let splits =
        |at: usize| at > 0 && bytes.get(at - 1) == Some(&b'\r') && bytes.get(at) == Some(&b'\n');
    (if splits(start) { start - 1 } else { start }, if splits(end) { end + 1 } else { end })
}

fn clamp(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn counts_units_of_the_encoding() {
        let text = "a😀ä\r\nb";
        let utf16 = Text::new(text.as_bytes(), Encoding::Utf16, false);
        let utf8 = Text::new(text.as_bytes(), Encoding::Utf8, false);
        assert_eq!((utf16.position(5), utf8.position(5)), (at(0, 3), at(0, 5)));
        assert_eq!((utf16.position(9), utf8.position(9)), (at(1, 0), at(1, 0)));
        assert_eq!(utf16.position(8), at(0, 4), "between CR and LF is the end of the line");
        for offset in [0, 1, 5, 7, 9, 10] {
            assert_eq!(utf16.offset(utf16.position(offset)), offset);
            assert_eq!(utf8.offset(utf8.position(offset)), offset);
        }
    }

    #[test]
    fn places_that_are_not_there_are_the_nearest_before() {
        let text = Text::new("a😀\r\nb".as_bytes(), Encoding::Utf16, false);
        assert_eq!(text.offset(at(0, 2)), 1, "in the middle of a surrogate pair");
        assert_eq!(text.offset(at(0, 99)), 5);
        assert_eq!(text.offset(at(99, 0)), 8);
        let invalid = Text::new(b"a\xffb", Encoding::Utf8, false);
        assert_eq!(invalid.offset(invalid.position(2)), 2);
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let bytes = "\u{feff}{}".as_bytes();
        assert_eq!(Text::new(bytes, Encoding::Utf16, false).position(4), at(0, 1));
        assert_eq!(Text::new(bytes, Encoding::Utf16, true).position(4), at(0, 2));
        assert_eq!(Text::new(bytes, Encoding::Utf16, false).edit_to(b"{}"), None);
    }

    #[test]
    fn an_edit_makes_one_text_the_other() {
        for (before, after) in
            [("a😀b", "a😁b"), ("x\r\ny", "x\ny"), ("aaa", "aa"), ("", "é"), ("a", "")]
        {
            let text = Text::new(before.as_bytes(), Encoding::Utf16, false);
            let edit = text.edit_to(after.as_bytes()).unwrap();
            let (start, end) = (text.offset(edit.range.start), text.offset(edit.range.end));
            let (head, tail) = (before.get(..start).unwrap(), before.get(end..).unwrap());
            assert_eq!(format!("{head}{}{tail}", edit.new_text), after);
        }
    }
}
