//! Parsed artifacts in which every value and every key knows its bytes.
//!
//! JSON, JSON Lines and YAML become the same [`Value`]s. Parsing never fails: it gives what could be
//! understood, and the syntax errors. Nothing here knows what a contract is.

mod canonical;
mod convert;
mod duplicates;
mod fence;
mod json;
mod limits;
mod lines;
mod members;
mod number;
mod pointer;
mod rewrite;
mod scalar;
mod yaml;

pub use canonical::canonical_json;
pub use convert::{from_json, into_json, to_json};
pub use fence::Fence;
pub use limits::Limits;
pub use lines::{LineIndex, Position};
pub use members::Members;
pub use number::{Number, NumberProblem};
pub use pointer::Pointer;
pub use rewrite::{Edit, Rewrite, Spot, Unwritable};
pub use scalar::{Ambiguity, ambiguity};

/// A half-open byte range of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// First byte after.
    pub end: u32,
}

impl Span {
    /// From offsets; files are far below 4 GiB, so larger offsets saturate.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The same as a range of bytes.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Which part of the value under a pointer is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Part {
    /// The value itself; for objects and arrays its opening line.
    #[default]
    Value,
    /// The key that leads to the value.
    Key,
}

/// How an artifact is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// RFC 8259.
    Json,
    /// One JSON document a line.
    JsonLines,
    /// YAML 1.2 with the core schema.
    Yaml,
}

impl Syntax {
    /// By file extension.
    pub fn of_extension(extension: &str) -> Option<Syntax> {
        match extension {
            "json" => Some(Syntax::Json),
            "jsonl" | "ndjson" => Some(Syntax::JsonLines),
            "yaml" | "yml" => Some(Syntax::Yaml),
            _ => None,
        }
    }
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Where it stands. For a value that came through a YAML alias: where the anchor's value stands.
    pub span: Span,
    /// What it is.
    pub data: Data,
}

/// The six kinds of JSON data.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Decimal text, kept as it was written.
    Number(Number),
    /// Text, escapes resolved.
    String(String),
    /// Items.
    Array(Vec<Value>),
    /// Members in the order of the file, repeated keys included.
    Object(Box<Members>),
}

/// A key, its place, its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key, escapes resolved.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// What it leads to.
    pub value: Value,
}

impl Value {
    /// The member `key`; of repeated keys the last, as most parsers have it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.member(key).map(|m| &m.value)
    }

    /// The member `key` with its place.
    pub fn member(&self, key: &str) -> Option<&Member> {
        match &self.data {
            Data::Object(members) => members.find(key),
            _ => None,
        }
    }

    /// Members; none when this is no object.
    pub fn members(&self) -> &[Member] {
        match &self.data {
            Data::Object(members) => members,
            _ => &[],
        }
    }

    /// Items; none when this is no array.
    pub fn items(&self) -> &[Value] {
        match &self.data {
            Data::Array(items) => items,
            _ => &[],
        }
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// A string member.
    pub fn str_at(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.data, Data::Object(_))
    }

    /// Whether this is an array.
    pub fn is_array(&self) -> bool {
        matches!(self.data, Data::Array(_))
    }

    /// The value under `pointer`.
    pub fn at(&self, pointer: &Pointer) -> Option<&Value> {
        pointer.tokens().try_fold(self, |value, token| value.step(&token))
    }

    fn step(&self, token: &str) -> Option<&Value> {
        match &self.data {
            Data::Array(items) => pointer::array_index(token).and_then(|i| items.get(i)),
            Data::Object(_) => self.get(token),
            _ => None,
        }
    }

    /// This value and all below it, with their places, in the order of the file.
    pub fn everything(&self) -> Vec<(Pointer, &Value)> {
        let mut found = Vec::new();
        let mut stack = vec![(Pointer::root(), self)];
        while let Some((at, value)) = stack.pop() {
            let items = value.items().iter().enumerate().map(|(i, v)| (at.index(i), v));
            let members = value.members().iter().map(|m| (at.join(&m.key), &m.value));
            let below: Vec<_> = items.chain(members).collect();
            stack.extend(below.into_iter().rev());
            found.push((at, value));
        }
        found
    }

    /// The kind, as JSON Schema's `type` names it.
    pub fn type_name(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Bool(_) => "boolean",
            Data::Number(_) => "number",
            Data::String(_) => "string",
            Data::Array(_) => "array",
            Data::Object(_) => "object",
        }
    }
}

/// What is wrong with the text of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxKind {
    /// JSON that does not parse.
    Json,
    /// A comma before a closing bracket.
    TrailingComma,
    /// YAML that does not parse.
    Yaml,
    /// YAML indented by tabs.
    Tab,
    /// A key that stands twice in one object.
    DuplicateKey,
    /// U+FEFF at the start.
    ByteOrderMark,
    /// Not UTF-8.
    Encoding,
    /// A YAML scalar that other readers take for something else.
    AmbiguousScalar,
    /// A YAML merge key.
    MergeKey,
    /// A second YAML document.
    MultipleDocuments,
    /// Deeper, larger or more expanded than the limits allow.
    Limit,
}

impl SyntaxKind {
    /// Whether nobody can be sure what the file says: the others are matters of style.
    pub fn keeps_from_reading(self) -> bool {
        use SyntaxKind::{AmbiguousScalar, ByteOrderMark, MergeKey};
        !matches!(self, AmbiguousScalar | ByteOrderMark | MergeKey)
    }
}

/// One defect of the text, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct SyntaxError {
    /// Which defect.
    pub kind: SyntaxKind,
    /// Where.
    pub span: Span,
    /// One sentence for the user.
    pub message: String,
    /// What stands at the span.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// An earlier place that belongs to it, with its label.
    pub related: Option<(Span, &'static str)>,
}

impl SyntaxError {
    fn new(
        kind: SyntaxKind,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        SyntaxError {
            kind,
            span,
            message: message.into(),
            label: label.into(),
            help: None,
            related: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A parsed artifact.
#[derive(Debug, Clone)]
pub struct Document {
    /// How it is written.
    pub syntax: Syntax,
    /// What it holds; `None` when it could not be understood. JSON Lines are an array.
    pub value: Option<Value>,
    /// What is wrong with its text.
    pub errors: Vec<SyntaxError>,
}

impl Document {
    /// What keeps it from being read, if anything does.
    pub fn unreadable(&self) -> Option<&SyntaxError> {
        self.errors.iter().find(|error| error.kind.keeps_from_reading())
    }

    /// The bytes of `part` under `pointer`; of the deepest existing ancestor when it is missing.
    /// Objects and arrays are cut to their first line by the report, not here.
    pub fn span(&self, pointer: &Pointer, part: Part) -> Option<Span> {
        let mut value = self.value.as_ref()?;
        let mut key_span = None;
        for token in pointer.tokens() {
            let member = value.member(&token);
            let Some(next) = value.step(&token) else {
                return Some(value.span);
            };
            key_span = member.map(|m| m.key_span);
            value = next;
        }
        match part {
            Part::Key => Some(key_span.unwrap_or(value.span)),
            Part::Value => Some(value.span),
        }
    }
}

/// Parses the bytes of an artifact. Never fails.
pub fn parse(bytes: &[u8], syntax: Syntax, limits: &Limits) -> Document {
    let mut document = Document { syntax, value: None, errors: Vec::new() };
    let Some((text, skipped)) = decode(bytes, &mut document.errors) else {
        return document;
    };
    match syntax {
        Syntax::Json => json::parse_document(text, skipped, limits, &mut document),
        Syntax::JsonLines => json::parse_lines(text, skipped, limits, &mut document),
        Syntax::Yaml => yaml::parse_document(text, skipped, limits, &mut document),
    }
    document
}

/// UTF-8 without its byte order mark, and how many bytes the mark took.
fn decode<'a>(bytes: &'a [u8], errors: &mut Vec<SyntaxError>) -> Option<(&'a str, usize)> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let error = SyntaxError::new(
            SyntaxKind::Encoding,
            Span::new(0, 2),
            "file is UTF-16, not UTF-8",
            "UTF-16 byte order mark",
        );
        errors.push(error.help("save the file as UTF-8 without a byte order mark"));
        return None;
    }
    let skipped = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if skipped > 0 {
        let error = SyntaxError::new(
            SyntaxKind::ByteOrderMark,
            Span::new(0, 3),
            "file begins with a byte order mark",
            "U+FEFF",
        );
        errors.push(error.help("save the file as UTF-8 without a byte order mark"));
    }
    let body = bytes.get(skipped..).unwrap_or_default();
    match std::str::from_utf8(body) {
        Ok(text) => Some((text, skipped)),
        Err(error) => {
            let at = skipped + error.valid_up_to();
            let byte = bytes.get(at).copied().unwrap_or_default();
            let message = format!("file is not UTF-8: byte 0x{byte:02x} at offset {at}");
            let label = "not part of a UTF-8 character";
            let error =
                SyntaxError::new(SyntaxKind::Encoding, Span::new(at, at + 1), message, label);
            errors.push(error.help("save the file as UTF-8"));
            None
        }
    }
}
