//! Changes to JSON, and to the lines of JSON Lines.

use std::ops::Range;

use serde_json::Value as Json;

use super::super::{Pointer, Syntax, Value};
use super::render::{self, Layout};
use super::{Rewrite, Splice, children, number_of};

/// A JSON text with its layout.
pub(super) struct Page<'r> {
    text: &'r str,
    root: &'r Value,
    layout: Layout,
    /// One document a line: nothing new may break a line.
    is_lines: bool,
}

impl<'r> Page<'r> {
    pub(super) fn of(rewrite: &'r Rewrite) -> Self {
        let line_break = rewrite.line_break();
        let (text, root) = (rewrite.text.as_str(), &rewrite.value);
        let layout = Layout { step: step(text), line_break, short_lists: short_lists(text, root) };
        Page { text, root, layout, is_lines: rewrite.syntax == Syntax::JsonLines }
    }

    pub(super) fn setting(&self, at: &Pointer, to: &Json) -> Vec<Splice> {
        let Some(old) = self.root.at(at) else { return Vec::new() };
        let range = old.span.range();
        let is_short = self.text.get(range.clone()).is_some_and(|t| !t.contains('\n'))
            && !children(old).is_empty();
        let indent = self.indent_of(range.start);
        let text = match is_short || self.is_lines {
            true => render::json_line(to),
            false => render::json(to, &indent, &self.layout),
        };
        vec![Splice { range, text }]
    }

    pub(super) fn inserting(
        &self,
        object: &Pointer,
        key: &str,
        to: &Json,
        number: usize,
    ) -> Vec<Splice> {
        let Some(parent) = self.root.at(object) else { return Vec::new() };
        self.adding_to(parent, number, Some(key), to)
    }

    pub(super) fn adding(&self, list: &Pointer, number: usize, to: &Json) -> Vec<Splice> {
        self.root.at(list).map_or_else(Vec::new, |parent| self.adding_to(parent, number, None, to))
    }

    fn adding_to(
        &self,
        parent: &Value,
        number: usize,
        key: Option<&str>,
        to: &Json,
    ) -> Vec<Splice> {
        let children = children(parent);
        let range = parent.span.range();
        let Some(first) = children.first() else {
            return self.filling(range, key, to);
        };
        let opening = self.text.get(range.start..first.start).unwrap_or_default();
        let is_broken = opening.contains('\n');
        let indent = if is_broken { self.indent_of(first.start) } else { String::new() };
        let value = match is_broken && !self.is_lines {
            true => render::json(to, &indent, &self.layout),
            false => render::json_line(to),
        };
        let entry = key.map_or(value.clone(), |key| format!("{}: {value}", render::quoted(key)));
        let gap = match is_broken {
            true => format!("{}{indent}", self.layout.line_break),
            false => " ".to_owned(),
        };
        let splice = match number.checked_sub(1).map(|n| children.get(n).or(children.last())) {
            Some(Some(before)) => {
                Splice { range: before.end..before.end, text: format!(",{gap}{entry}") }
            }
            _ => Splice { range: first.start..first.start, text: format!("{entry},{gap}") },
        };
        vec![splice]
    }

    /// The first child of something empty.
    fn filling(&self, range: Range<usize>, key: Option<&str>, to: &Json) -> Vec<Splice> {
        let whole = match key {
            Some(key) => Json::Object([(key.to_owned(), to.clone())].into_iter().collect()),
            None => Json::Array(vec![to.clone()]),
        };
        let is_broken = self.text.contains('\n') && !self.is_lines;
        let text = match is_broken {
            true => render::json(&whole, &self.indent_of(range.start), &self.layout),
            false => render::json_line(&whole),
        };
        vec![Splice { range, text }]
    }

    pub(super) fn removing(&self, parent: &Pointer, last: &str) -> Vec<Splice> {
        let Some(parent) = self.root.at(parent) else { return Vec::new() };
        let children = children(parent);
        let Some(number) = number_of(parent, last) else { return Vec::new() };
        let (before, after) = (number.checked_sub(1), children.get(number + 1));
        let range = match (before.and_then(|n| children.get(n)), children.get(number), after) {
            // With the comma and the white space before it.
            (Some(before), Some(own), _) => before.end..own.end,
            (None, Some(own), Some(after)) => own.start..after.start,
            // The brackets stay.
            _ => parent.span.range().start + 1..parent.span.range().end.saturating_sub(1),
        };
        vec![Splice { range, text: String::new() }]
    }

    /// The white space that begins the line of an offset.
    fn indent_of(&self, offset: usize) -> String {
        let start = self.text.get(..offset).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
        let line = self.text.get(start..offset).unwrap_or_default();
        line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }
}

/// The white space of the first line that has some.
fn step(text: &str) -> String {
    let indent =
        |line: &str| -> String { line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect() };
    let indents = text.lines().filter(|l| !l.trim().is_empty()).map(indent);
    indents.into_iter().find(|i| !i.is_empty()).unwrap_or_else(|| "  ".to_owned())
}

/// Whether lists of plain values stand on one line in this file.
fn short_lists(text: &str, root: &Value) -> bool {
    let (mut short, mut long) = (0, 0);
    for (_, value) in root.everything() {
        let items = value.items();
        if items.len() < 2 || items.iter().any(|i| i.is_object() || i.is_array()) {
            continue;
        }
        match text.get(value.span.range()).is_some_and(|t| t.contains('\n')) {
            true => long += 1,
            false => short += 1,
        }
    }
    short > long
}
