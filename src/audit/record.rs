//! One record: a line that is JSON without a doubt, or what is wrong with it. What a contract says of it is
//! asked in `auditor`.

use std::cell::OnceCell;

use serde_json::Value as Json;

use crate::document::{
    self, Document, Limits, Part, Pointer, Span, Syntax, SyntaxError, SyntaxKind, into_json,
};

/// What a contract says of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is an instance.
    Valid,
    /// It is none, for these reasons.
    Invalid(Vec<Defect>),
    /// No contract says anything about it, for this reason.
    Unknown(Vec<Defect>),
}

impl Verdict {
    /// Why the record is not valid; nothing when it is.
    pub fn defects(&self) -> &[Defect] {
        match self {
            Verdict::Valid => &[],
            Verdict::Invalid(defects) | Verdict::Unknown(defects) => defects,
        }
    }
}

/// One reason why a record is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// Which kind of reason, in kebab-case.
    pub code: &'static str,
    /// The keyword that refuses the record, as `path#pointer`, or the topic that nobody knows.
    pub about: String,
    /// The part of the record.
    pub pointer: Pointer,
    /// Whether the key of that part is at fault.
    pub is_key: bool,
    /// The bytes of the line, where the text is at fault.
    pub span: Option<Span>,
    /// One sentence.
    pub message: String,
}

impl Defect {
    pub(super) fn new(code: &'static str, about: &str, message: String) -> Self {
        let (pointer, about) = (Pointer::root(), about.to_owned());
        Defect { code, about, pointer, is_key: false, span: None, message }
    }

    /// The column, from 1 and in characters, at which the defect stands in its line.
    pub fn column(&self, line: &[u8], reading: Option<&Reading<'_>>) -> usize {
        let part = if self.is_key { Part::Key } else { Part::Value };
        let known = || reading.and_then(|r| r.document().span(&self.pointer, part));
        let start = self.span.or_else(known).map_or(0, |span| span.start as usize);
        let before = line.get(..start).unwrap_or(line);
        before.iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1
    }
}

/// A record that was understood. Places are looked for once somebody asks: most records are valid.
#[derive(Debug)]
pub struct Reading<'l> {
    line: &'l [u8],
    limits: Limits,
    document: OnceCell<Document>,
    /// What it holds, for the validator.
    pub json: Json,
}

impl<'l> Reading<'l> {
    /// Reads a line. `is_ended` tells whether a line break follows it.
    ///
    /// # Errors
    /// What is wrong with the text (RFC 8259), repeated keys and byte order marks included: what two readers
    /// take for two records is none.
    pub fn of(line: &'l [u8], is_ended: bool, limits: &Limits) -> Result<Self, Vec<Defect>> {
        let Document { value, errors, .. } = document::parse(line, Syntax::Json, limits);
        match value.filter(|_| errors.is_empty()) {
            Some(value) => {
                let (limits, document) = (*limits, OnceCell::new());
                Ok(Reading { line, limits, document, json: into_json(value) })
            }
            None => Err(errors.iter().map(|error| broken(error, line, is_ended)).collect()),
        }
    }

    /// The same with places.
    pub fn document(&self) -> &Document {
        self.document.get_or_init(|| document::parse(self.line, Syntax::Json, &self.limits))
    }
}

/// A line that is longer than is held.
pub(super) fn too_long(most: usize) -> Defect {
    let message = format!("line is longer than {most} bytes");
    Defect { span: Some(Span::new(most, most)), ..Defect::new("limit-exceeded", "", message) }
}

fn broken(error: &SyntaxError, line: &[u8], is_ended: bool) -> Defect {
    let code = match error.kind {
        SyntaxKind::TrailingComma => "trailing-comma",
        SyntaxKind::DuplicateKey => "duplicate-key",
        SyntaxKind::ByteOrderMark => "byte-order-mark",
        SyntaxKind::Encoding => "invalid-encoding",
        SyntaxKind::Limit => "limit-exceeded",
        _ => "invalid-json",
    };
    // The parser speaks of files.
    let mut message = match error.message.strip_prefix("file ") {
        Some(rest) => format!("line {rest}"),
        None => error.message.replace("before the file ends", "before the line ends"),
    };
    let is_torn = !is_ended
        && match code {
            "invalid-json" => stops_within(line, error.span),
            "invalid-encoding" => is_cut(line),
            _ => false,
        };
    if is_torn {
        message = format!("the last line is torn: {message}");
    }
    let code = if is_torn { "torn-line" } else { code };
    Defect { span: Some(error.span), ..Defect::new(code, "", message) }
}

/// Whether the text stops where the parser did, or within the word or the escape at which it did.
fn stops_within(line: &[u8], span: Span) -> bool {
    let rest = line.get(span.start as usize..).unwrap_or_default();
    let is_word = ["true", "false", "null"].iter().any(|word| word.as_bytes().starts_with(rest));
    let is_escape = rest.starts_with(b"\\u") && rest.len() < 12 && !rest.contains(&b'"');
    span.end as usize >= line.len() || is_word || is_escape
}

/// Whether a text ends within a character and is well otherwise.
fn is_cut(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(line: &[u8], is_ended: bool) -> Vec<&'static str> {
        let read = Reading::of(line, is_ended, &Limits::default());
        read.err().unwrap_or_default().iter().map(|defect| defect.code).collect()
    }

    #[test]
    fn broken_lines_say_how() {
        assert_eq!(codes(br#"{"a": 1}"#, true), [""; 0]);
        assert_eq!(codes(br#"{"a": 1, "a": 2}"#, true), ["duplicate-key"]);
        assert_eq!(codes(b"\xef\xbb\xbf{}", true), ["byte-order-mark"]);
        assert_eq!(codes(b"{\"a\": \"\xff\"}", true), ["invalid-encoding"]);
        assert_eq!(codes(b"[1,]", true), ["trailing-comma"]);
        assert_eq!(codes("[".repeat(200).as_bytes(), true), ["limit-exceeded"]);
        assert_eq!(codes(br#"{"a": 1"#, true), ["invalid-json"]);
    }

    #[test]
    fn a_last_line_without_its_end_is_torn_only_when_it_stops_within() {
        assert_eq!(codes(br#"{"a": 1"#, false), ["torn-line"]);
        assert_eq!(codes(b"{\"a\": \"\xc3", false), ["torn-line"]);
        assert_eq!(codes(br#"{"a": tru"#, false), ["torn-line"]);
        assert_eq!(codes(br#"{"a": "\u00"#, false), ["torn-line"]);
        assert_eq!(codes(br#"{"a" 1}"#, false), ["invalid-json"]);
        assert_eq!(codes(br#"{"a": 1}"#, false), [""; 0]);
    }

    #[test]
    fn columns_are_characters() {
        let line = "{\"é\": 1, \"b\": 2}".as_bytes();
        let reading = Reading::of(line, true, &Limits::default()).unwrap();
        let mut defect = Defect::new("x", "", String::new());
        defect.pointer = Pointer::from("/b");
        assert_eq!(defect.column(line, Some(&reading)), 15);
        defect.is_key = true;
        assert_eq!(defect.column(line, Some(&reading)), 10);
    }
}
