//! From a syntax tree to facts: one walk, top to bottom.

use std::collections::BTreeMap;

use ast_grep_core::tree_sitter::LanguageExt;

use super::cache::Cache;
use super::facts::{
    Argument, Call, Definition, Handler, Import, Place, PlaceId, PlaceKind, Program, Return,
};
use super::names::{self, Node, callee, dotted, span};
use super::{Expression, Language, Pattern, expression, imports, patterns, places};
use crate::document::Span;

/// How deep syntax is followed; what lies deeper is said to be unreadable.
const DEPTH: usize = 1000;

/// Reads a file, and looks for patterns in it. What cannot be parsed is in `errors`; the rest is read all
/// the same.
pub fn read(path: &str, language: Language, text: &str, patterns: &[&Pattern]) -> Program {
    let root = language.grammar().ast_grep(text);
    let node = root.root();
    let module = Place {
        kind: PlaceKind::Module,
        name: String::new(),
        parent: 0,
        span: Span::new(0, text.len()),
        decorators: Vec::new(),
    };
    let program = Program {
        path: path.to_owned(),
        language,
        places: vec![module],
        calls: Vec::new(),
        imports: Vec::new(),
        texts: Vec::new(),
        definitions: Vec::new(),
        bindings: Vec::new(),
        subscripts: Vec::new(),
        accesses: Vec::new(),
        returns: Vec::new(),
        handlers: Vec::new(),
        prose: Vec::new(),
        errors: Vec::new(),
        matches: BTreeMap::new(),
        cache: Cache::default(),
    };
    let mut reader = Reader { program, is_composed: false, receiver: None };
    reader.children(&node, 0, 0);
    reader.program.matches = patterns::find(patterns, language, &node);
    reader.finish()
}

pub(super) struct Reader {
    pub(super) program: Program,
    /// Whether an expression around has been recorded as a text.
    pub(super) is_composed: bool,
    /// What a method of Go calls its `self`.
    pub(super) receiver: Option<String>,
}

impl Reader {
    /// Imports are known: names can be completed.
    fn finish(mut self) -> Program {
        let mut aliases: BTreeMap<&str, String> = BTreeMap::new();
        for import in &self.program.imports {
            let full = match &import.name {
                Some(name) => format!("{}.{name}", import.module),
                // `import a.b` gives the name `a`, which is `a`.
                None if import.module.split('.').next() == Some(&import.alias) => continue,
                None => import.module.clone(),
            };
            aliases.entry(&import.alias).or_insert(full);
        }
        for call in &mut self.program.calls {
            let (first, rest) = match call.written.split_once('.') {
                Some((first, rest)) => (first, Some(rest)),
                None => (call.written.as_str(), None),
            };
            call.name = match (aliases.get(first.trim_end_matches('!')), rest) {
                (Some(full), Some(rest)) => format!("{full}.{rest}"),
                (Some(full), None) => full.clone(),
                (None, _) => call.written.clone(),
            };
        }
        self.program.index();
        self.program
    }

    fn place(
        &mut self,
        kind: PlaceKind,
        name: String,
        node: &Node<'_>,
        parent: PlaceId,
    ) -> PlaceId {
        let span = span(node);
        self.program.places.push(Place { kind, name, parent, span, decorators: Vec::new() });
        self.program.places.len() - 1
    }

    pub(super) fn children(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        for child in node.children() {
            self.visit(&child, place, depth + 1);
        }
    }

    fn field(&mut self, node: &Node<'_>, field: &str, place: PlaceId, depth: usize) {
        if let Some(child) = node.field(field) {
            self.visit(&child, place, depth + 1);
        }
    }

    fn visit(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        if depth > DEPTH || node.is_error() || node.is_missing() {
            self.program.errors.push(span(node));
            if depth > DEPTH {
                return;
            }
        }
        let kind = node.kind();
        let kind = kind.as_ref();
        if names::is_comment(kind) {
            self.program.prose.push(span(node));
            return;
        }
        if !node.is_named() && node.is_leaf() {
            return;
        }
        let language = self.program.language;
        for found in imports::of(node, language, &self.program.path) {
            self.import(found, node, place);
        }
        match kind {
            "type" if language == Language::Python => {}
            "type_annotation" | "type_arguments" | "type_parameters" => {}
            "decorated_definition" => self.decorated(node, place, depth),
            "expression_statement" if is_docstring(node, language) => {
                self.program.prose.push(span(node));
            }
            "with_statement" => self.with(node, place, depth),
            "synchronized_statement" => {
                let inner = self.place(PlaceKind::With, head_text(node), node, place);
                self.children(node, inner, depth);
            }
            "return_statement" | "return_expression" => {
                let value = node.named_children().next();
                let value = value.map_or(Expression::Unknown, |n| expression::of(&n));
                self.program.returns.push(Return { value, place, span: span(node) });
                self.children(node, place, depth);
            }
            "mod_item" => {
                let name = node.field("name").map(|n| n.text().into_owned()).unwrap_or_default();
                let inner = self.place(PlaceKind::Class, name, node, place);
                self.decorate(inner, places::attributes(node));
                self.children(node, inner, depth);
            }
            "file_redirect" => {
                self.redirect(node, place);
                self.children(node, place, depth);
            }
            "conditional_expression" if language == Language::Python => {
                self.conditional(node, place, depth);
            }
            _ if names::is_function(kind) => self.function(node, place, depth),
            _ if names::is_lambda(kind) => {
                let inner = self.place(PlaceKind::Lambda, String::new(), node, place);
                self.children(node, inner, depth);
            }
            _ if names::is_class(kind) => self.class(node, place, depth),
            _ if names::is_try(kind) => self.tried(node, place, depth),
            _ if names::is_loop(kind) => {
                self.iterate(node, place);
                let inner = self.place(PlaceKind::Loop, head_text(node), node, place);
                self.children(node, inner, depth);
            }
            _ if names::is_condition(kind) => self.condition(node, place, depth),
            _ if names::is_call(kind) => self.call(node, place, depth),
            _ => self.expression(node, kind, place, depth),
        }
    }

    fn import(&mut self, found: imports::Found, node: &Node<'_>, place: PlaceId) {
        self.program.imports.push(Import {
            module: found.module,
            name: found.name,
            alias: found.alias,
            relative: found.relative,
            place,
            span: span(node),
        });
    }

    fn decorate(&mut self, place: PlaceId, decorators: Vec<String>) {
        if let Some(place) = self.program.places.get_mut(place) {
            place.decorators = decorators;
        }
    }

    fn decorated(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        let Some(definition) = node.field("definition") else {
            return self.children(node, place, depth);
        };
        let name = definition.field("name").map(|n| n.text().into_owned()).unwrap_or_default();
        let mut decorators = Vec::new();
        let before = self.program.calls.len();
        for child in node.children().filter(|c| c.kind() == "decorator") {
            decorators.extend(child.named_children().next().map(|n| dotted(&n)));
            self.children(&child, place, depth);
        }
        for call in self.program.calls.iter_mut().skip(before) {
            call.decorates = Some(name.clone());
        }
        let at = self.program.definitions.len();
        self.visit(&definition, place, depth + 1);
        if let Some(inner) = self.program.definitions.get(at).map(|d| d.place) {
            self.decorate(inner, decorators);
        }
    }

    fn define(&mut self, node: &Node<'_>, name: String, is_class: bool, place: PlaceId) {
        let body = node.field("body");
        let statements = body.iter().flat_map(|b| b.named_children().collect::<Vec<_>>());
        let statements = statements.map(|s| (s.kind().into_owned(), span(&s))).collect();
        let parameters = node.field("parameters").or_else(|| node.field("parameter"));
        let parameters = parameters.iter().flat_map(parameter_names).collect();
        let head = node.field("name").map_or_else(|| span(node), |n| span(&n));
        let bases = node.field("superclasses").or_else(|| node.field("superclass"));
        let bases = bases.or_else(|| node.children().find(|c| c.kind() == "class_heritage"));
        let bases =
            bases.iter().flat_map(|b| b.named_children().map(|n| dotted(&n)).collect::<Vec<_>>());
        let bases = if is_class { bases.collect() } else { Vec::new() };
        self.program.definitions.push(Definition {
            name,
            is_class,
            place,
            bases,
            parameters,
            head,
            statements,
        });
    }

    fn function(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        let name = node.field("name").map(|n| n.text().into_owned()).unwrap_or_default();
        let receiver = node.field("receiver").map(|r| receiver_type(&r));
        let outer = match receiver {
            // A method of Go stands in no class, but belongs to one.
            Some(class) => self.place(PlaceKind::Class, class, node, place),
            None => place,
        };
        let inner = self.place(PlaceKind::Function, name.clone(), node, outer);
        if self.program.language == Language::Rust {
            self.decorate(inner, places::attributes(node));
        }
        self.define(node, name, false, inner);
        // A comment above the first statement stands beside the body.
        for comment in node.children().filter(|c| names::is_comment(&c.kind())) {
            self.program.prose.push(span(&comment));
        }
        if let Some(parameters) = node.field("parameters") {
            for parameter in parameters.named_children() {
                if let (Some(name), Some(value)) =
                    (parameter.field("name"), parameter.field("value"))
                {
                    self.bind(&name, &value, inner, span(&parameter));
                }
            }
            // Defaults are computed where the function is made.
            self.children(&parameters, outer, depth);
        }
        let kept = (self.is_composed, self.receiver.take());
        self.is_composed = false;
        self.receiver = node.field("receiver").and_then(|r| parameter_names(&r).into_iter().next());
        self.field(node, "body", inner, depth);
        (self.is_composed, self.receiver) = kept;
    }

    fn class(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        let name = node.field("name").or_else(|| node.field("type"));
        let name = name.map(|n| dotted(&n)).unwrap_or_default();
        let inner = self.place(PlaceKind::Class, name.clone(), node, place);
        self.decorate(inner, places::attributes(node));
        self.define(node, name, true, inner);
        self.children(node, inner, depth);
    }

    fn with(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        let Some(body) = node.field("body") else { return self.children(node, place, depth) };
        for clause in node.children().filter(|c| c.kind() == "with_clause") {
            for item in clause.dfs().filter(|n| n.kind() == "as_pattern") {
                let alias = item.field("alias").and_then(|a| a.named_children().next());
                if let (Some(value), Some(alias)) = (item.named_children().next(), alias) {
                    let owner = self.owner(place);
                    self.bind(&alias, &value, owner, span(&item));
                }
            }
            self.children(&clause, place, depth);
        }
        let text = head_text(node);
        let suppressed = places::suppressed(node);
        let mut inner = self.place(PlaceKind::With, text, node, place);
        if let Some(caught) = suppressed {
            inner = self.place(PlaceKind::Try, caught, node, inner);
        }
        self.visit(&body, inner, depth + 1);
    }

    fn tried(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        let language = self.program.language;
        let caught = places::caught(node, language);
        for child in node.children() {
            match child.kind().as_ref() {
                "except_clause" | "except_group_clause" | "catch_clause" => {
                    let catches = places::catches(&child, language);
                    let inner = self.place(PlaceKind::Except, catches.clone(), &child, place);
                    let body = child.field("body");
                    let body =
                        body.or_else(|| child.named_children().find(|n| n.kind() == "block"));
                    let head = body.map_or_else(|| span(&child), |b| names::until(&child, &b));
                    let is_silent = places::is_silent(&child);
                    let raises = child.dfs().any(|n| {
                        matches!(n.kind().as_ref(), "raise_statement" | "throw_statement")
                    });
                    let handler = Handler { catches, is_silent, raises, place: inner, span: head };
                    self.program.handlers.push(handler);
                    self.children(&child, inner, depth);
                }
                "finally_clause" => {
                    let inner = self.place(PlaceKind::Finally, String::new(), &child, place);
                    self.children(&child, inner, depth);
                }
                "block" | "statement_block" | "resource_specification" if !caught.is_empty() => {
                    let inner = self.place(PlaceKind::Try, caught.clone(), &child, place);
                    self.children(&child, inner, depth);
                }
                _ => self.visit(&child, place, depth + 1),
            }
        }
    }

    /// `a if condition else b`
    fn conditional(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        let parts: Vec<Node<'_>> = node.named_children().collect();
        let text = parts.get(1).map(|n| n.text().into_owned()).unwrap_or_default();
        for (at, part) in parts.iter().enumerate() {
            let inner = match at {
                0 => self.place(PlaceKind::Then, text.clone(), part, place),
                1 => place,
                _ => self.place(PlaceKind::Else, text.clone(), part, place),
            };
            self.visit(part, inner, depth + 1);
        }
    }

    fn condition(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        let Some(condition) = node.field("condition") else {
            return self.children(node, place, depth);
        };
        let is_main = places::is_main_guard(&condition);
        let text = condition.text().into_owned();
        let of_condition = condition.range();
        for child in node.children() {
            let range = child.range();
            if range == of_condition || names::is_comment(&child.kind()) {
                self.visit(&child, place, depth + 1);
            } else if matches!(child.kind().as_ref(), "else_clause" | "elif_clause")
                || node.field("alternative").is_some_and(|a| a.range() == range)
            {
                let inner = self.place(PlaceKind::Else, text.clone(), &child, place);
                self.visit(&child, inner, depth + 1);
            } else if child.is_named() && range.start > of_condition.start {
                let kind = if is_main { PlaceKind::Main } else { PlaceKind::Then };
                let inner = self.place(kind, text.clone(), &child, place);
                self.visit(&child, inner, depth + 1);
            } else {
                self.visit(&child, place, depth + 1);
            }
        }
    }

    fn call(&mut self, node: &Node<'_>, place: PlaceId, depth: usize) {
        let named = callee(node);
        let mut written = match &named {
            Some(_) if node.kind() == "method_invocation" => dotted(node),
            Some(callee) => dotted(callee),
            None => "?".to_owned(),
        };
        if node.kind() == "macro_invocation" {
            written.push('!');
        }
        let language = self.program.language;
        if let Some(found) = imports::of_call(node, &written, language, &self.program.path) {
            self.import(found, node, place);
        }
        let is_text = !self.is_composed && expression::makes_text(&written);
        if is_text {
            self.text(node, place, false);
        }
        let given = expression::arguments(node);
        let list = given.iter().map(|(keyword, value)| Argument {
            keyword: keyword.clone(),
            value: expression::of(value),
            span: span(value),
        });
        let head = named.as_ref().map_or_else(|| span(node), span);
        self.program.calls.push(Call {
            id: self.program.calls.len(),
            name: String::new(),
            written: written.clone(),
            receiver: expression::receiver(node, 0),
            arguments: list.collect(),
            place,
            span: span(node),
            head,
            decorates: None,
        });
        let inner = self.place(PlaceKind::Argument, written, node, place);
        let kept = self.is_composed;
        self.is_composed = kept || is_text;
        for child in node.children() {
            let is_given = matches!(
                child.kind().as_ref(),
                "arguments" | "argument_list" | "token_tree" | "generator_expression"
            );
            self.visit(&child, if is_given { inner } else { place }, depth + 1);
        }
        self.is_composed = kept;
    }

    /// `> file` of a shell: a call named by its operator.
    fn redirect(&mut self, node: &Node<'_>, place: PlaceId) {
        let Some(target) = node.field("destination") else { return };
        let operator = node.children().find(|c| c.text().contains('>'));
        let Some(operator) = operator.map(|o| o.text().into_owned()) else { return };
        let argument =
            Argument { keyword: None, value: expression::of(&target), span: span(&target) };
        self.program.calls.push(Call {
            id: self.program.calls.len(),
            name: String::new(),
            written: operator,
            receiver: None,
            arguments: vec![argument],
            place,
            span: span(node),
            head: span(node),
            decorates: None,
        });
    }
}

fn parameter_names(list: &Node<'_>) -> Vec<String> {
    let one = |parameter: Node<'_>| {
        let name = parameter.field("name").or_else(|| parameter.field("pattern"));
        let name = name.or_else(|| parameter.named_children().next()).unwrap_or(parameter);
        name.text().into_owned()
    };
    list.named_children().map(one).collect()
}

/// The type that a method of Go belongs to.
fn receiver_type(receiver: &Node<'_>) -> String {
    let is_type = |n: &Node<'_>| n.kind() == "type_identifier";
    receiver.dfs().find(is_type).map(|n| n.text().into_owned()).unwrap_or_default()
}

fn is_docstring(node: &Node<'_>, language: Language) -> bool {
    let mut inner = node.named_children();
    language == Language::Python
        && inner.next().is_some_and(|n| n.kind() == "string")
        && inner.next().is_none()
}

/// The text before the body.
fn head_text(node: &Node<'_>) -> String {
    let text = node.text();
    let body = node.field("body").map_or(node.range().end, |b| b.range().start);
    let length = body.saturating_sub(node.range().start);
    text.get(..length).unwrap_or(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}
