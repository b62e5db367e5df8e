//! YAML 1.2 with the core schema, from the events of `granit-parser`, into the same values as JSON.
//!
//! Aliases are expanded within the node budget. Merge keys are followed and reported.

use std::collections::{HashMap, HashSet};

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Tag};

use super::duplicates::report_duplicates;
use super::json::number_message;
use super::scalar::{ambiguity, resolve};
use super::{Data, Document, Limits, Member, Span, SyntaxError, SyntaxKind, Value};

/// Reads the first document of `text`; a second one is reported.
pub(super) fn parse_document(text: &str, skipped: usize, limits: &Limits, document: &mut Document) {
    let mut options = Options::default();
    // Our own depth limit speaks first, with the right words.
    options.flow_nesting_limit = limits.depth + 8;
    options.block_nesting_limit = limits.depth + 8;
    let mut builder = Builder {
        limits,
        errors: &mut document.errors,
        stack: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        root: None,
    };
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let error = scan_error(text, skipped, limits, &error);
                builder.errors.push(error);
                return;
            }
        };
        let bytes = span.byte_range().unwrap_or_default();
        let span = Span::new(skipped + bytes.start, skipped + bytes.end);
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                builder.second_document(span);
                break;
            }
        }
        if builder.event(event, span).is_err() {
            return;
        }
    }
    let root = builder.root.take();
    if root.is_none() && documents == 0 {
        let span = Span::new(skipped, skipped);
        let message = "file is empty: there is no YAML value";
        let error = SyntaxError::new(SyntaxKind::Yaml, span, message, "nothing here");
        document.errors.push(error.help("write a document, or remove the file"));
    }
    document.value = root;
}

fn scan_error(text: &str, skipped: usize, limits: &Limits, error: &ScanError) -> SyntaxError {
    let marker = error.marker();
    let at = marker.byte_offset().unwrap_or_else(|| {
        text.char_indices().nth(marker.index()).map_or(text.len(), |(offset, _)| offset)
    });
    let at = at.min(text.len());
    let width = text.get(at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
    let span = Span::new(skipped + at, skipped + at + width);
    if let Some(tab) = indenting_tab(text, at) {
        let span = Span::new(skipped + tab, skipped + tab + 1);
        let error = SyntaxError::new(SyntaxKind::Tab, span, "YAML is indented by a tab", "tab");
        return error.help("indent with spaces");
    }
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        let message = format!("document is nested deeper than {} levels", limits.depth);
        return SyntaxError::new(SyntaxKind::Limit, span, message, "the limit is passed here")
            .help("flatten the document, or raise the limit with `--max-depth`");
    }
    let reason = error.info();
    let message = format!("YAML does not parse: {}", reason.trim_end_matches('.'));
    SyntaxError::new(SyntaxKind::Yaml, span, message, "the parser stops here")
        .help("correct the text here, or quote it; everything after it was not read")
}

/// A tab in the indentation of the line that holds `at`, of the one before it, or of the one after.
fn indenting_tab(text: &str, at: usize) -> Option<usize> {
    let head = text.get(..at)?;
    let line = head.rfind('\n').map_or(0, |n| n + 1);
    let before =
        head.get(..line.saturating_sub(1)).and_then(|h| h.rfind('\n')).map_or(0, |n| n + 1);
    let after = text.get(at..)?.find('\n').map_or(text.len(), |n| at + n + 1);
    [line, before, after].into_iter().find_map(|start| {
        let mut indent = text.get(start..)?.bytes().take_while(|b| matches!(b, b' ' | b'\t'));
        Some(start + indent.position(|b| b == b'\t')?)
    })
}

/// A collection that is still open.
enum Open {
    Sequence { start: Span, anchor: usize, items: Vec<Value> },
    Mapping { start: Span, anchor: usize, members: Vec<Member>, key: Option<(String, Span, bool)> },
}

/// The document cannot be read further; the reason is in `errors`.
struct Stop;

struct Builder<'a> {
    limits: &'a Limits,
    errors: &'a mut Vec<SyntaxError>,
    stack: Vec<Open>,
    /// Values of the anchors so far, with their number of nodes and their height.
    anchors: HashMap<usize, (Value, usize, usize)>,
    nodes: usize,
    root: Option<Value>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, span)?;
                let is_key = self.expects_key();
                let data = self.scalar(&text, style, tag.as_deref(), is_key, span)?;
                let plain = style == ScalarStyle::Plain;
                let value = Value { span, data };
                self.remember(anchor, &value)?;
                self.place(value, Some((&text, plain)))
            }
            Event::SequenceStart(_, anchor, _) => {
                self.count(1, span)?;
                self.open(Open::Sequence { start: span, anchor, items: Vec::new() }, span)
            }
            Event::MappingStart(_, anchor, _) => {
                self.count(1, span)?;
                self.open(
                    Open::Mapping { start: span, anchor, members: Vec::new(), key: None },
                    span,
                )
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Stop> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= self.limits.nodes {
            return Ok(());
        }
        let message =
            format!("document has more than {} values, aliases expanded", self.limits.nodes);
        self.limit(message, span, "write the values out, or split the document")
    }

    fn limit(&mut self, message: String, span: Span, help: &str) -> Result<(), Stop> {
        let error = SyntaxError::new(SyntaxKind::Limit, span, message, "the limit is passed here");
        self.errors.push(error.help(help));
        Err(Stop)
    }

    fn too_deep(&mut self, span: Span) -> Result<(), Stop> {
        let message = format!("document is nested deeper than {} levels", self.limits.depth);
        self.limit(message, span, "flatten the document, or raise the limit with `--max-depth`")
    }

    fn second_document(&mut self, span: Span) {
        let message = "file has more than one YAML document";
        let error = SyntaxError::new(
            SyntaxKind::MultipleDocuments,
            span,
            message,
            "a second document starts here",
        );
        self.errors.push(error.help("keep one document a file; only the first one was read"));
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Open::Mapping { key: None, .. }))
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        is_key: bool,
        span: Span,
    ) -> Result<Data, Stop> {
        let core = tag.filter(|t| t.is_yaml_core_schema()).map(Tag::suffix);
        let is_text = match core {
            Some("str") => true,
            Some(_) => false,
            None => style != ScalarStyle::Plain || tag.is_some(),
        };
        if is_text || is_key && text != "<<" && ambiguity(text, true).is_none() {
            return Ok(Data::String(text.to_owned()));
        }
        if core.is_none()
            && let Some(problem) = ambiguity(text, is_key)
        {
            let message = format!("unquoted `{text}` {}", problem.reason());
            let error = SyntaxError::new(SyntaxKind::AmbiguousScalar, span, message, "unquoted");
            self.errors.push(
                error.help(format!("write \"{text}\" for the text, or spell the other value out")),
            );
        }
        if is_key {
            return Ok(Data::String(text.to_owned()));
        }
        resolve(text).or_else(|problem| {
            self.limit(number_message(problem), span, "write a shorter number, or quote it")
                .map(|()| Data::Null)
        })
    }

    /// Keeps a copy of an anchor's value; the copy counts, so that nested anchors stay in the budget.
    fn remember(&mut self, anchor: usize, value: &Value) -> Result<(), Stop> {
        if anchor > 0 {
            let (nodes, height) = measure(value);
            self.count(nodes, value.span)?;
            self.anchors.insert(anchor, (value.clone(), nodes, height));
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Stop> {
        let Some((_, nodes, height)) = self.anchors.get(&anchor) else {
            // The anchor's own value is still open: a value that contains itself.
            let message = "YAML alias refers to the value that contains it";
            let error = SyntaxError::new(SyntaxKind::Yaml, span, message, "this alias");
            self.errors.push(error.help("write the value out"));
            return Err(Stop);
        };
        let (nodes, height) = (*nodes, *height);
        self.count(nodes, span)?;
        if self.stack.len() + height > self.limits.depth {
            return self.too_deep(span);
        }
        let Some((value, ..)) = self.anchors.get(&anchor) else {
            return Ok(());
        };
        self.place(value.clone(), None)
    }

    fn no_key(&mut self, span: Span) -> Result<(), Stop> {
        let message = "a list or mapping cannot be a key: JSON has only text keys";
        let error = SyntaxError::new(SyntaxKind::Yaml, span, message, "used as a key");
        self.errors.push(error.help("write a text as the key"));
        Err(Stop)
    }

    fn open(&mut self, open: Open, span: Span) -> Result<(), Stop> {
        if self.stack.len() >= self.limits.depth {
            return self.too_deep(span);
        }
        if self.expects_key() {
            return self.no_key(span);
        }
        self.stack.push(open);
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Stop> {
        let (value, anchor) = match self.stack.pop() {
            Some(Open::Sequence { start, anchor, items }) => {
                let last = items.last().map_or(start.end, |v| v.span.end);
                (
                    Value { span: collection_span(start, last, end), data: Data::Array(items) },
                    anchor,
                )
            }
            Some(Open::Mapping { start, anchor, members, .. }) => {
                report_duplicates(&members, self.errors);
                let last =
                    members.last().map_or(start.end, |m| m.value.span.end.max(m.key_span.end));
                let members = self.merge(members);
                (
                    Value {
                        span: collection_span(start, last, end),
                        data: Data::Object(Box::new(members.into())),
                    },
                    anchor,
                )
            }
            None => return Ok(()),
        };
        self.remember(anchor, &value)?;
        self.place(value, None)
    }

    /// Follows `<<` (YAML 1.1 merge type): own keys win, then earlier mappings of a list.
    fn merge(&mut self, members: Vec<Member>) -> Vec<Member> {
        if !members.iter().any(|m| m.key == MERGE_MARK) {
            return members;
        }
        let (merges, mut own): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|m| m.key == MERGE_MARK);
        let mut seen: HashSet<String> = own.iter().map(|m| m.key.clone()).collect();
        for merge in merges {
            let message = "YAML merge key `<<` is not part of YAML 1.2";
            let error = SyntaxError::new(
                SyntaxKind::MergeKey,
                merge.key_span,
                message,
                "readers may see a plain key here",
            );
            self.errors.push(error.help("write the merged keys out"));
            let sources = if merge.value.is_array() {
                merge.value.items()
            } else {
                std::slice::from_ref(&merge.value)
            };
            for member in sources.iter().flat_map(Value::members) {
                if seen.insert(member.key.clone()) {
                    own.push(member.clone());
                }
            }
        }
        own
    }

    /// Puts a finished value where it belongs. `scalar` is its text and whether it was plain.
    fn place(&mut self, value: Value, scalar: Option<(&str, bool)>) -> Result<(), Stop> {
        match self.stack.last_mut() {
            None => self.root = Some(value),
            Some(Open::Sequence { items, .. }) => items.push(value),
            Some(Open::Mapping { members, key, .. }) => match key.take() {
                Some((name, key_span, is_merge)) => {
                    let name = if is_merge { MERGE_MARK.to_owned() } else { name };
                    members.push(Member { key: name, key_span, value });
                }
                None => {
                    let text = match (&value.data, scalar) {
                        (_, Some((text, _))) => text.to_owned(),
                        (Data::String(text), None) => text.clone(),
                        (Data::Number(number), None) => number.text().to_owned(),
                        _ => return self.no_key(value.span),
                    };
                    let is_merge = text == "<<" && scalar.is_some_and(|(_, plain)| plain);
                    *key = Some((text, value.span, is_merge));
                }
            },
        }

        Ok(())
    }
}

/// What a merge key is called until its mapping closes; no YAML key can hold it unescaped.
const MERGE_MARK: &str = "\u{0}<<";

/// Block collections end before the next token; their last child says where they really end.
fn collection_span(start: Span, last: u32, end: Span) -> Span {
    let end = if end.end > end.start { end.end } else { last };
    Span { start: start.start, end: end.max(start.end).max(last) }
}

fn measure(value: &Value) -> (usize, usize) {
    let children: Vec<(usize, usize)> = match &value.data {
        Data::Array(items) => items.iter().map(measure).collect(),
        Data::Object(members) => members.iter().map(|m| measure(&m.value)).collect(),
        _ => return (1, 0),
    };
    let nodes = children.iter().map(|(nodes, _)| nodes).sum::<usize>() + 1;
    (nodes, children.iter().map(|(_, height)| height).max().copied().unwrap_or(0) + 1)
}
