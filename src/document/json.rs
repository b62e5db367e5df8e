//! JSON (RFC 8259) and JSON Lines with places. Written here because no maintained library gives byte
//! spans for keys and values, keeps repeated keys and number text, and has a depth budget.
//!
//! A trailing comma and a repeated key are reported and read over; any other defect ends the document.

use super::duplicates::report_duplicates;
use super::{
    Data, Document, Limits, Member, Number, NumberProblem, Span, SyntaxError, SyntaxKind, Value,
};

/// One document.
pub(super) fn parse_document(text: &str, skipped: usize, limits: &Limits, document: &mut Document) {
    let mut parser = Parser::new(text, skipped, limits, &mut document.errors);
    document.value = parser.whole();
}

/// One document a line; the value is the array of them. A broken line does not hide the others.
pub(super) fn parse_lines(text: &str, skipped: usize, limits: &Limits, document: &mut Document) {
    let mut items = Vec::new();
    let mut broken = false;
    let mut nodes = 1;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            let mut parser = Parser::new(line, skipped + at, limits, &mut document.errors);
            parser.nodes = nodes;
            match parser.whole() {
                Some(value) => items.push(value),
                None => broken = true,
            }
            nodes = parser.nodes;
        }
        at += line.len();
    }
    let span = Span::new(skipped, skipped + text.len());
    document.value = (!broken).then_some(Value { span, data: Data::Array(items) });
}

struct Parser<'t, 'e> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Bytes before `text` in the artifact.
    base: usize,
    depth: usize,
    nodes: usize,
    limits: &'t Limits,
    errors: &'e mut Vec<SyntaxError>,
}

/// The document cannot be read further; the reason is in `errors`.
struct Stop;

type Parsed<T> = Result<T, Stop>;

impl<'t, 'e> Parser<'t, 'e> {
    fn new(
        text: &'t str,
        base: usize,
        limits: &'t Limits,
        errors: &'e mut Vec<SyntaxError>,
    ) -> Self {
        Parser { text, bytes: text.as_bytes(), at: 0, base, depth: 0, nodes: 0, limits, errors }
    }

    fn whole(&mut self) -> Option<Value> {
        self.skip_whitespace();
        if self.at == self.bytes.len() {
            let _: Parsed<()> = self.fail("file is empty: there is no JSON value", "nothing here");
            return None;
        }
        let value = self.value().ok()?;
        self.skip_whitespace();
        if self.at < self.bytes.len() {
            let label = "not part of the value above";
            let _: Parsed<()> = self.fail("there is text after the end of the JSON value", label);
            return None;
        }
        Some(value)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start, self.base + end)
    }

    /// Reports a defect at the current character.
    fn fail<T>(&mut self, message: impl Into<String>, label: impl Into<String>) -> Parsed<T> {
        let width =
            self.text.get(self.at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
        self.fail_at(self.at, self.at + width, message, label)
    }

    fn fail_at<T>(
        &mut self,
        start: usize,
        end: usize,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Parsed<T> {
        let error = SyntaxError::new(SyntaxKind::Json, self.span(start, end), message, label);
        self.errors.push(error.help("correct the text here; everything after it was not read"));
        Err(Stop)
    }

    fn limit<T>(&mut self, start: usize, message: String, help: &str) -> Parsed<T> {
        let error = SyntaxError::new(
            SyntaxKind::Limit,
            self.span(start, self.at),
            message,
            "the limit is passed here",
        );
        self.errors.push(error.help(help));
        Err(Stop)
    }

    /// Says what stands where something else was expected.
    fn unexpected<T>(&mut self, expected: &str) -> Parsed<T> {
        let Some(byte) = self.peek() else {
            return self
                .fail(format!("file ends where {expected} should be"), "the file ends here");
        };
        match byte {
            b'/' => self.fail("JSON has no comments", "comment"),
            b'\'' => self.fail("JSON strings need double quotes", "single quote"),
            b'N' | b'I' if self.word_is(&["NaN", "Infinity"]) => {
                self.fail("JSON has no `NaN` or `Infinity`", "not a JSON number")
            }
            b'T' | b'F' | b'N' | b'n' | b't' | b'f' | b'u' | b'U' => {
                let word = self.word();
                self.fail(
                    format!("expected {expected}, found `{word}`"),
                    "not JSON: the words are `true`, `false`, `null`",
                )
            }
            _ => {
                let found = self.text.get(self.at..).and_then(|t| t.chars().next()).unwrap_or(' ');
                self.fail(
                    format!("expected {expected}, found `{}`", found.escape_debug()),
                    format!("expected {expected}"),
                )
            }
        }
    }

    fn word(&self) -> &'t str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        rest.get(..end.min(20)).unwrap_or_default()
    }

    fn word_is(&self, words: &[&str]) -> bool {
        words.contains(&self.word())
    }

    fn value(&mut self) -> Parsed<Value> {
        let start = self.at;
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            let message = format!("document has more than {} values", self.limits.nodes);
            return self.limit(start, message, "split the document");
        }
        let data = match self.peek() {
            Some(b'{') => self.nested(start, Self::object)?,
            Some(b'[') => self.nested(start, Self::array)?,
            Some(b'"') => Data::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Data::Number(self.number()?),
            Some(b't') if self.literal("true") => Data::Bool(true),
            Some(b'f') if self.literal("false") => Data::Bool(false),
            Some(b'n') if self.literal("null") => Data::Null,
            _ => return self.unexpected("a value"),
        };
        Ok(Value { span: self.span(start, self.at), data })
    }

    fn literal(&mut self, word: &str) -> bool {
        let matches = self.word() == word;
        if matches {
            self.at += word.len();
        }
        matches
    }

    fn nested(&mut self, start: usize, body: fn(&mut Self) -> Parsed<Data>) -> Parsed<Data> {
        self.depth += 1;
        self.at += 1;
        if self.depth > self.limits.depth {
            let message = format!("document is nested deeper than {} levels", self.limits.depth);
            return self.limit(
                start,
                message,
                "flatten the document, or raise the limit with `--max-depth`",
            );
        }
        let data = body(self)?;
        self.depth -= 1;
        Ok(data)
    }

    fn array(&mut self) -> Parsed<Data> {
        let mut items = Vec::new();
        loop {
            self.skip_whitespace();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Data::Array(items));
            }
            items.push(self.value()?);
            self.separator(b']', "`,` or `]`")?;
        }
    }

    fn object(&mut self) -> Parsed<Data> {
        let mut members: Vec<Member> = Vec::new();
        loop {
            self.skip_whitespace();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    report_duplicates(&members, self.errors);
                    return Ok(Data::Object(Box::new(members.into())));
                }
                Some(b'"') => {}
                _ => return self.unexpected("a key in double quotes"),
            }
            let start = self.at;
            let key = self.string()?;
            let key_span = self.span(start, self.at);
            self.skip_whitespace();
            if self.peek() != Some(b':') {
                return self.unexpected("`:` after the key");
            }
            self.at += 1;
            self.skip_whitespace();
            let value = self.value()?;
            members.push(Member { key, key_span, value });
            self.separator(b'}', "`,` or `}`")?;
        }
    }

    /// Reads the comma between two entries, or stops before the closing bracket.
    fn separator(&mut self, close: u8, expected: &str) -> Parsed<()> {
        self.skip_whitespace();
        match self.peek() {
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                self.skip_whitespace();
                if self.peek() == Some(close) {
                    let bracket = close as char;
                    let span = self.span(comma, comma + 1);
                    let message = format!("comma before the closing `{bracket}`");
                    let error = SyntaxError::new(
                        SyntaxKind::TrailingComma,
                        span,
                        message,
                        "nothing follows this comma",
                    );
                    self.errors.push(error.help("remove the comma"));
                }
                Ok(())
            }
            Some(byte) if byte == close => Ok(()),
            _ => self.unexpected(expected),
        }
    }

    fn number(&mut self) -> Parsed<Number> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits();
        if whole == 0 {
            return self.unexpected("a digit");
        }
        let first_digit = self.at - whole;
        if whole > 1 && self.bytes.get(first_digit) == Some(&b'0') {
            return self.fail_at(
                start,
                self.at,
                "number has a leading zero",
                "JSON numbers have no leading zeros",
            );
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return self.unexpected("a digit after the decimal point");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.unexpected("a digit in the exponent");
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Number::from_json_text(text)
            .or_else(|problem| self.limit(start, number_message(problem), "write a shorter number"))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Parsed<String> {
        let open = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|b| b != b'"' && b != b'\\' && b >= 0x20) {
                self.at += 1;
            }
            out.push_str(self.text.get(start..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(b'\t') => return self.fail("there is a tab inside a string", "write `\\t`"),
                Some(b'\n' | b'\r') => {
                    let end = self.at;
                    return self.fail_at(
                        open,
                        end,
                        "string is not closed on its line",
                        "starts here, and the line ends",
                    );
                }
                Some(byte) => {
                    let escape = format!("write `\\u{byte:04x}`");
                    return self.fail("there is a control character inside a string", escape);
                }
                None => {
                    let end = self.at;
                    return self.fail_at(
                        open,
                        end,
                        "string is not closed before the file ends",
                        "starts here",
                    );
                }
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        let start = self.at;
        self.at += 1;
        let Some(byte) = self.peek() else {
            return self.unexpected("an escape");
        };
        self.at += 1;
        let c = match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(start),
            _ => {
                self.at -= 1;
                return self.fail(
                    "unknown escape in a string",
                    "JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
                );
            }
        };
        Ok(c)
    }

    fn unicode_escape(&mut self, start: usize) -> Parsed<char> {
        let high = self.hex4(start)?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        let is_high = (0xd800..0xdc00).contains(&high);
        if is_high && self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
            self.at += 2;
            let low = self.hex4(start)?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                if let Some(c) = char::from_u32(code) {
                    return Ok(c);
                }
            }
        }
        self.fail_at(start, self.at, "unpaired surrogate in a string", "half of a UTF-16 pair")
    }

    fn hex4(&mut self, start: usize) -> Parsed<u32> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|t| t.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|t| u32::from_str_radix(t, 16).ok()) else {
            let end = self.at;
            return self.fail_at(
                start,
                end,
                "`\\u` needs four hexadecimal digits",
                "incomplete escape",
            );
        };
        self.at += 4;
        Ok(code)
    }
}

/// The message for a number beyond the limits.
pub(super) fn number_message(problem: NumberProblem) -> String {
    match problem {
        NumberProblem::TooLong => format!("number is longer than {} characters", Number::MAX_TEXT),
        NumberProblem::ExponentTooLarge => {
            format!("number has an exponent beyond {}", Number::MAX_EXPONENT)
        }
    }
}
