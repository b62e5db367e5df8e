//! The walk through expressions: texts, bindings, subscripts, accesses.

use super::expression::Expression;
use super::facts::{Access, Binding, Import, PlaceId, PlaceKind, Subscript, Text};
use super::names::{Node, callee, dotted, is_string, span};
use super::walk::Reader;
use super::{Language, expression, imports};
use crate::document::Span;

impl Reader {
    pub(super) fn text(&mut self, node: &Node<'_>, place: PlaceId, is_part: bool) {
        let value = expression::of(node);
        let id = self.program.texts.len();
        self.program.texts.push(Text { id, value, is_part, place, span: span(node) });
    }

    pub(super) fn expression(&mut self, node: &Node<'_>, kind: &str, place: PlaceId, depth: usize) {
        let mut composes = false;
        match kind {
            "assignment"
            | "assignment_expression"
            | "short_var_declaration"
            | "augmented_assignment"
            | "augmented_assignment_expression"
            | "assignment_statement" => {
                self.assignment(node, place, "left", "right");
            }
            "variable_declarator"
            | "const_item"
            | "static_item"
            | "field_definition"
            | "public_field_definition"
            | "const_spec"
            | "var_spec"
            | "variable_assignment"
            | "pair"
            | "named_expression" => self.assignment(node, place, "name", "value"),
            "for_in_clause" => self.iterate(node, place),
            "let_declaration" => self.assignment(node, place, "pattern", "value"),
            "subscript" | "subscript_expression" | "index_expression" => {
                self.subscript(node, place)
            }
            "attribute"
            | "member_expression"
            | "field_expression"
            | "field_access"
            | "selector_expression" => self.access(node, place),
            _ if is_string(kind) => {
                self.text(node, place, self.is_composed);
                composes = true;
            }
            "binary_operator" | "binary_expression" | "concatenation" if !self.is_composed => {
                let value = expression::of(node);
                if value.is_composed() {
                    let id = self.program.texts.len();
                    let text = Text { id, value, is_part: false, place, span: span(node) };
                    self.program.texts.push(text);
                    composes = true;
                }
            }
            "word" if self.program.language == Language::Shell => {
                self.text(node, place, self.is_composed);
            }
            _ => {}
        }
        let kept = self.is_composed;
        self.is_composed = kept || composes;
        // What stands in the braces of a format is code again, and no part of a path.
        if kind == "interpolation" || kind == "template_substitution" {
            self.is_composed = true;
        }
        self.children(node, place, depth);
        self.is_composed = kept;
    }

    pub(super) fn assignment(&mut self, node: &Node<'_>, place: PlaceId, left: &str, right: &str) {
        let (Some(name), Some(value)) = (node.field(left), node.field(right)) else { return };
        let owner = self.owner(place);
        if name.kind() == "object_pattern" {
            return self.destructured(&name, &value, place);
        }
        let mut targets = name.named_children();
        if let (true, Some(first), None) =
            (name.kind() == "expression_list", targets.next(), targets.next())
        {
            return self.bind(&first, &value, owner, span(node));
        }
        self.bind(&name, &value, owner, span(node));
    }

    /// `const {exec} = require("child_process")`
    pub(super) fn destructured(&mut self, pattern: &Node<'_>, value: &Node<'_>, place: PlaceId) {
        let Expression::Call(called) = expression::of(value) else { return };
        let Some((_, Expression::Text(module))) = called.arguments.first() else { return };
        if called.name != "require" && called.name != "import" {
            return;
        }
        let (module, relative) = imports::ecma_module(module, &self.program.path);
        for child in pattern.named_children() {
            let name = child.field("key").unwrap_or_else(|| child.clone());
            let alias = child.field("value").unwrap_or_else(|| child.clone());
            self.program.imports.push(Import {
                module: module.clone(),
                name: Some(name.text().into_owned()),
                alias: alias.text().into_owned(),
                relative,
                place,
                span: span(&child),
            });
        }
    }

    pub(super) fn bind(&mut self, name: &Node<'_>, value: &Node<'_>, owner: PlaceId, span: Span) {
        self.bind_to(name, expression::of(value), owner, span);
    }

    pub(super) fn bind_to(&mut self, name: &Node<'_>, value: Expression, at: PlaceId, span: Span) {
        let name = dotted(name);
        if name.contains(['?', '[']) {
            return;
        }
        let is_own = ["self.", "this.", "cls."].iter().any(|own| name.starts_with(own));
        let class = self.program.class(at).map(|(id, _)| id);
        let place = if is_own { class.unwrap_or(at) } else { at };
        self.program.bindings.push(Binding { name, value, place, at, span });
    }

    /// `for name in values`: the name is one of them.
    pub(super) fn iterate(&mut self, node: &Node<'_>, place: PlaceId) {
        let (Some(name), Some(values)) = (node.field("left"), node.field("right")) else { return };
        let value = match expression::of(&values) {
            Expression::List(items) => Expression::Either(items.into_iter().take(6).collect()),
            other => other,
        };
        let owner = self.owner(place);
        self.bind_to(&name, value, owner, span(node));
    }

    /// The function, class or module that owns the names which are bound at `place`.
    pub(super) fn owner(&self, place: PlaceId) -> PlaceId {
        use PlaceKind::{Class, Function, Lambda, Module};
        let mut around = self.program.around(place);
        around
            .find(|(_, p)| matches!(p.kind, Function | Lambda | Class | Module))
            .map_or(0, |(id, _)| id)
    }

    pub(super) fn subscript(&mut self, node: &Node<'_>, place: PlaceId) {
        let base = ["value", "object", "operand"].iter().find_map(|field| node.field(field));
        let Some(base) = base.or_else(|| node.named_children().next()) else { return };
        let key = node.field("subscript").or_else(|| node.field("index"));
        let key = key.or_else(|| node.named_children().nth(1));
        let key = key.and_then(|k| expression::of(&k).literal().map(str::to_owned));
        let is_written = node.parent().is_some_and(|parent| {
            let is_target = parent.field("left").is_some_and(|l| l.range() == node.range());
            (is_target && parent.kind() != "augmented_assignment")
                || parent.kind() == "delete_statement"
        });
        let base = dotted(&base);
        self.program.subscripts.push(Subscript { base, key, is_written, place, span: span(node) });
    }

    pub(super) fn access(&mut self, node: &Node<'_>, place: PlaceId) {
        let name = dotted(node);
        let Some((first, member)) = name.split_once('.') else { return };
        let is_own =
            matches!(first, "self" | "this" | "cls") || self.receiver.as_deref() == Some(first);
        if !is_own || member.contains('.') {
            return;
        }
        let name = format!("self.{member}");
        let is_call = node
            .parent()
            .is_some_and(|parent| callee(&parent).is_some_and(|c| c.range() == node.range()));
        self.program.accesses.push(Access { name, is_call, place, span: span(node) });
    }
}
