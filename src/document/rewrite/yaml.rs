//! Changes to YAML: block style by lines, flow style between brackets.

use std::ops::Range;

use serde_json::Value as Json;

use super::super::{Data, Pointer, Value};
use super::render::{self, Blocks};
use super::{Rewrite, Splice, children, number_of};

/// White space of YAML 1.2.2 (section 5.5) and its line breaks: other blanks are letters of a value.
const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

/// A YAML text with its layout.
pub(super) struct Page<'r> {
    text: &'r str,
    root: &'r Value,
    blocks: Blocks,
}

impl<'r> Page<'r> {
    pub(super) fn of(rewrite: &'r Rewrite) -> Self {
        let line_break = rewrite.line_break();
        let (text, root) = (rewrite.text.as_str(), &rewrite.value);
        let mut page =
            Page { text, root, blocks: Blocks { step: 2, line_break, deep_dashes: true } };
        page.learn();
        page
    }

    /// Takes the layout from the first nested collections.
    fn learn(&mut self) {
        let mut step = None;
        let mut deep = None;
        for (_, value) in self.root.everything() {
            for member in value.members() {
                let key = member.key_span.range().start;
                let Some(child) = children(&member.value).first().cloned() else { continue };
                if self.is_flow(&member.value) || self.line_start(child.start) <= key {
                    continue;
                }
                if member.value.is_object() && self.column(child.start) > self.column(key) {
                    step = step.or(Some(self.column(child.start) - self.column(key)));
                } else if let Some(dash) = self.dash(child.start) {
                    deep = deep.or(Some(self.column(dash) > self.column(key)));
                }
            }
        }
        self.blocks.step = step.unwrap_or(2).min(16);
        self.blocks.deep_dashes = deep.unwrap_or(true);
    }

    pub(super) fn setting(&self, at: &Pointer, to: &Json) -> Vec<Splice> {
        let Some(old) = self.root.at(at) else { return Vec::new() };
        let range = self.real(old);
        let text = self.text.get(range.clone()).unwrap_or_default();
        let in_flow = self.in_flow(at);
        let scalar = match to {
            Json::String(new) => Some(render::yaml_scalar(new, text, in_flow)),
            Json::Object(members) if !members.is_empty() => None,
            Json::Array(items) if !items.is_empty() => None,
            other => Some(other.to_string()),
        };
        let is_collection = old.is_object() || old.is_array();
        let mut splices = Vec::new();
        match scalar {
            Some(text) if !is_collection && range.is_empty() => {
                splices.push(Splice { range, text: format!(" {text}") });
            }
            Some(text) => splices.push(Splice { range, text }),
            None if in_flow || self.is_flow(old) => {
                splices.push(Splice { range, text: render::yaml_line(to) });
            }
            None => {}
        }
        splices.extend(self.setting_after_key(at, to));
        splices.extend(self.setting_after_dash(at, to));
        // Brackets fit everywhere.
        let flow = render::yaml_line(to);
        let gap = if self.real(old).is_empty() { " " } else { "" };
        splices.push(Splice { range: self.real(old), text: format!("{gap}{flow}") });
        splices
    }

    /// Everything from the colon to the end of the value.
    fn setting_after_key(&self, at: &Pointer, to: &Json) -> Option<Splice> {
        let last = at.tokens().last()?;
        let parent = self.root.at(&at.parent()?)?;
        let member = parent.member(&last)?;
        let key = member.key_span.range();
        let colon = self.text.get(key.end..)?.find(':')? + key.end + 1;
        let end = self.real(&member.value).end.max(colon);
        let text = match self.is_flow(parent) {
            true => format!(" {}", render::yaml_line(to)),
            false => render::yaml_after_key(to, self.column(key.start), &self.blocks),
        };
        Some(Splice { range: colon..end, text })
    }

    /// Everything from the dash to the end of the item.
    fn setting_after_dash(&self, at: &Pointer, to: &Json) -> Option<Splice> {
        let old = self.root.at(at)?;
        let parent = self.root.at(&at.parent()?).filter(|p| p.is_array() && !self.is_flow(p))?;
        let number = number_of(parent, &at.tokens().last()?)?;
        let dash = self.dash(children(parent).get(number)?.start)?;
        let text = render::yaml_after_dash(to, self.column(dash), &self.blocks);
        Some(Splice { range: dash + 1..self.real(old).end.max(dash + 1), text })
    }

    pub(super) fn inserting(
        &self,
        object: &Pointer,
        key: &str,
        to: &Json,
        number: usize,
    ) -> Vec<Splice> {
        let Some(parent) = self.root.at(object) else { return Vec::new() };
        let entry = |indent: usize| {
            let after = render::yaml_after_key(to, indent, &self.blocks);
            format!("{}:{after}", render::yaml_scalar(key, "", false))
        };
        let flow = format!("{}: {}", render::yaml_scalar(key, "", true), render::yaml_line(to));
        self.adding_to(object, parent, number, &flow, entry)
    }

    pub(super) fn adding(&self, list: &Pointer, number: usize, to: &Json) -> Vec<Splice> {
        let Some(parent) = self.root.at(list) else { return Vec::new() };
        let entry =
            |indent: usize| format!("-{}", render::yaml_after_dash(to, indent, &self.blocks));
        self.adding_to(list, parent, number, &render::yaml_line(to), entry)
    }

    fn adding_to(
        &self,
        at: &Pointer,
        parent: &Value,
        number: usize,
        flow: &str,
        entry: impl Fn(usize) -> String,
    ) -> Vec<Splice> {
        let children = children(parent);
        let before = number.checked_sub(1).and_then(|n| children.get(n).or(children.last()));
        if self.is_flow(parent) {
            return self.adding_to_flow(at, parent, before, flow, entry);
        }
        let starts = match parent.is_array() {
            true => children.iter().filter_map(|c| self.dash(c.start)).collect::<Vec<_>>(),
            false => children.iter().map(|c| c.start).collect(),
        };
        let Some(start) = starts.first().copied() else { return Vec::new() };
        let indent = self.column(start);
        let (pad, end) = (" ".repeat(indent), self.blocks.line_break);
        let Some(before) = before else {
            // In front of the first, on its line: what comes before it there stays.
            let text = format!("{}{end}{pad}", entry(indent));
            return vec![Splice { range: start..start, text }];
        };
        let number = children.iter().position(|c| c == before).unwrap_or_default();
        let at = self.line_end(self.trimmed(before.clone(), self.child(parent, number)));
        let is_open = self.text.get(..at).is_some_and(|t| !t.is_empty() && !t.ends_with('\n'));
        let text = match is_open {
            true => format!("{end}{pad}{}", entry(indent)),
            false => format!("{pad}{}{end}", entry(indent)),
        };
        vec![Splice { range: at..at, text }]
    }

    fn adding_to_flow(
        &self,
        at: &Pointer,
        parent: &Value,
        before: Option<&Range<usize>>,
        flow: &str,
        entry: impl Fn(usize) -> String,
    ) -> Vec<Splice> {
        let range = self.real(parent);
        let children = children(parent);
        let Some(first) = children.first() else {
            // `[]` and `{}` become blocks where blocks are the style.
            let key = at.tokens().last().zip(at.parent()).and_then(|(last, above)| {
                let above = self.root.at(&above).filter(|above| !self.is_flow(above))?;
                Some(self.column(above.member(&last)?.key_span.range().start))
            });
            let (open, close) = if parent.is_array() { ('[', ']') } else { ('{', '}') };
            let in_place = Splice { range: range.clone(), text: format!("{open}{flow}{close}") };
            let Some(key) = key else { return vec![in_place] };
            let deep = parent.is_object() || self.blocks.deep_dashes;
            let indent = if deep { key + self.blocks.step } else { key };
            let (pad, end) = (" ".repeat(indent), self.blocks.line_break);
            let start = self.text.get(..range.start).map_or(0, |t| t.trim_end_matches(' ').len());
            let block =
                Splice { range: start..range.end, text: format!("{end}{pad}{}", entry(indent)) };
            return vec![block, in_place];
        };
        let opening = self.text.get(range.start..first.start).unwrap_or_default();
        let gap = match opening.contains('\n') {
            true => {
                let pad = " ".repeat(self.column(first.start));
                format!("{}{pad}", self.blocks.line_break)
            }
            false => " ".to_owned(),
        };
        vec![match before {
            Some(before) => Splice { range: before.end..before.end, text: format!(",{gap}{flow}") },
            None => Splice { range: first.start..first.start, text: format!("{flow},{gap}") },
        }]
    }

    pub(super) fn removing(&self, at: &Pointer, last: &str) -> Vec<Splice> {
        let Some(parent) = self.root.at(at) else { return Vec::new() };
        let children = children(parent);
        let Some(number) = number_of(parent, last) else { return Vec::new() };
        let Some(own) = children.get(number).cloned() else { return Vec::new() };
        let before = number.checked_sub(1).and_then(|n| children.get(n));
        let after = children.get(number + 1);
        let empty = |range| {
            let text = if parent.is_array() { "[]" } else { "{}" };
            Splice { range, text: text.to_owned() }
        };
        if self.is_flow(parent) {
            let range = match (before, after) {
                (Some(before), _) => before.end..own.end,
                (None, Some(after)) => own.start..after.start,
                (None, None) => return vec![empty(self.real(parent))],
            };
            return vec![Splice { range, text: String::new() }];
        }
        let start = match parent.is_array() {
            true => self.dash(own.start).unwrap_or(own.start),
            false => own.start,
        };
        let end = self.line_end(self.trimmed(own, self.child(parent, number)));
        let Some(after) = after else {
            return match before {
                Some(_) => vec![Splice { range: self.line_start(start)..end, text: String::new() }],
                None => {
                    let none = Json::Object(serde_json::Map::new());
                    let none = if parent.is_array() { Json::Array(Vec::new()) } else { none };
                    let mut splices: Vec<_> =
                        self.setting_after_key(at, &none).into_iter().collect();
                    splices.push(empty(self.real(parent)));
                    splices
                }
            };
        };
        let next = match parent.is_array() {
            true => self.dash(after.start).unwrap_or(after.start),
            false => after.start,
        };
        let is_first_on_line = self
            .text
            .get(self.line_start(start)..start)
            .is_some_and(|head| head.trim_matches(' ').is_empty());
        let range = match is_first_on_line {
            true => self.line_start(start)..end,
            // The first key of a list item: the next one takes its place after the dash.
            false => start..next,
        };
        vec![Splice { range, text: String::new() }]
    }

    fn child<'v>(&self, parent: &'v Value, number: usize) -> Option<&'v Value> {
        match &parent.data {
            Data::Object(members) => members.get(number).map(|m| &m.value),
            Data::Array(items) => items.get(number),
            _ => None,
        }
    }

    /// Whether a collection stands in brackets.
    fn is_flow(&self, value: &Value) -> bool {
        // A block of which the first item is in brackets begins where these begin.
        if children(value).first().is_some_and(|child| child.start == value.span.range().start) {
            return false;
        }
        let first = self.text.get(value.span.range()).and_then(|t| t.chars().next());
        (value.is_object() && first == Some('{')) || (value.is_array() && first == Some('['))
    }

    fn in_flow(&self, at: &Pointer) -> bool {
        let mut above = at.parent();
        while let Some(pointer) = above {
            if self.root.at(&pointer).is_some_and(|value| self.is_flow(value)) {
                return true;
            }
            above = pointer.parent();
        }
        false
    }

    /// The bytes of a value without the white space behind it.
    fn real(&self, value: &Value) -> Range<usize> {
        let range = value.span.range();
        range.start..self.trimmed(range.clone(), Some(value))
    }

    /// Where the text of a child really ends: block collections and block scalars reach to what follows.
    fn trimmed(&self, range: Range<usize>, value: Option<&Value>) -> usize {
        let deepest = value.and_then(|v| children(v).last().cloned().map(|c| (c, v)));
        if let Some((last, value)) = deepest
            && !self.is_flow(value)
        {
            let number = children(value).len().saturating_sub(1);
            return self.trimmed(last, self.child(value, number));
        }
        let text = self.text.get(range.clone()).unwrap_or_default();
        range.start + text.trim_end_matches(WHITE).len()
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text.get(..offset).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1)
    }

    /// The start of the next line, or the end of the text.
    fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |n| offset + n + 1)
    }

    fn column(&self, offset: usize) -> usize {
        self.text.get(self.line_start(offset)..offset).map_or(0, |t| t.chars().count())
    }

    /// The dash of the list item that begins at an offset.
    fn dash(&self, offset: usize) -> Option<usize> {
        let head = self.text.get(..offset)?;
        // Nothing but white space, an anchor or a tag stands between.
        let line = self.line_start(offset);
        let here = head.get(line..)?.rfind("- ").map(|n| line + n);
        here.or_else(|| head.trim_end_matches(WHITE).strip_suffix('-').map(str::len))
    }
}
