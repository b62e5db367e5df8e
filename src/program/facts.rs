//! What is known of one file of source code. Plain data, in the order of the text.

use std::collections::BTreeMap;

use super::cache::Cache;
use super::{Expression, Language, Pattern};
use crate::document::Span;

/// Index of a [`Place`] in [`Program::places`]; 0 is the module.
pub type PlaceId = usize;

/// One file, understood.
#[derive(Debug, Clone)]
pub struct Program {
    /// Path from the repository root.
    pub path: String,
    /// Its language.
    pub language: Language,
    /// Where things stand, parents before children.
    pub places: Vec<Place>,
    /// Calls.
    pub calls: Vec<Call>,
    /// Imported names.
    pub imports: Vec<Import>,
    /// Strings and expressions that make them.
    pub texts: Vec<Text>,
    /// Functions and classes.
    pub definitions: Vec<Definition>,
    /// Names and what they are given.
    pub bindings: Vec<Binding>,
    /// `a[b]`.
    pub subscripts: Vec<Subscript>,
    /// `self.a`, `this.a`.
    pub accesses: Vec<Access>,
    /// `return`.
    pub returns: Vec<Return>,
    /// `except`, `catch`.
    pub handlers: Vec<Handler>,
    /// Comments and docstrings: text that does nothing.
    pub prose: Vec<Span>,
    /// What could not be parsed.
    pub errors: Vec<Span>,
    /// Where patterns match, by their identity.
    pub(super) matches: BTreeMap<usize, Vec<Span>>,
    pub(super) cache: Cache,
}

/// Where something stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// What it is.
    pub kind: PlaceKind,
    /// Name of a function, class or call; text of a condition, lock or caught exceptions.
    pub name: String,
    /// The place around it.
    pub parent: PlaceId,
    /// Its extent.
    pub span: Span,
    /// Names of decorators, of functions and classes.
    pub decorators: Vec<String>,
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// The file.
    Module,
    /// A named function or method.
    Function,
    /// A lambda, closure or arrow function.
    Lambda,
    /// A class, `impl`, or the like; its body runs on import.
    Class,
    /// The body of a `try`; the name is what is caught, `*` for everything.
    Try,
    /// A handler.
    Except,
    /// `finally`.
    Finally,
    /// `with`, `synchronized`.
    With,
    /// The arguments of a call.
    Argument,
    /// Any loop.
    Loop,
    /// What runs when a condition holds.
    Then,
    /// What runs when a condition does not hold.
    Else,
    /// `if __name__ == "__main__"`: does not run on import.
    Main,
    /// A type annotation: never runs.
    Annotation,
}

/// A call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its index in [`Program::calls`].
    pub id: usize,
    /// Full name, imports and their aliases resolved: `os.path.join`, `self.load`, `plugin.run`.
    pub name: String,
    /// The name as it is written.
    pub written: String,
    /// What the method is called on.
    pub receiver: Option<Expression>,
    /// What is given.
    pub arguments: Vec<Argument>,
    /// Where it stands.
    pub place: PlaceId,
    /// The whole call.
    pub span: Span,
    /// The part before the arguments.
    pub head: Span,
    /// Whether it is a decorator.
    pub decorates: Option<String>,
}

/// What a call is given.
#[derive(Debug, Clone)]
pub struct Argument {
    /// `name=`.
    pub keyword: Option<String>,
    /// What.
    pub value: Expression,
    /// Where.
    pub span: Span,
}

impl Call {
    /// The argument at a position, not counting keywords.
    pub fn positional(&self, at: usize) -> Option<&Argument> {
        self.arguments.iter().filter(|a| a.keyword.is_none()).nth(at)
    }

    /// The argument of a keyword.
    pub fn keyword(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|a| a.keyword.as_deref() == Some(name))
    }
}

/// An imported name.
#[derive(Debug, Clone)]
pub struct Import {
    /// The module, absolute; relative ones are resolved against the file's folder.
    pub module: String,
    /// The name taken from it.
    pub name: Option<String>,
    /// What it is called here.
    pub alias: String,
    /// Whether the module was written relative to the file.
    pub relative: bool,
    /// Where it stands.
    pub place: PlaceId,
    /// The statement.
    pub span: Span,
}

/// A string, or an expression that makes one.
#[derive(Debug, Clone)]
pub struct Text {
    /// Its index in [`Program::texts`].
    pub id: usize,
    /// What it is made of.
    pub value: Expression,
    /// Whether it is a part of a larger expression of this list.
    pub is_part: bool,
    /// Where it stands.
    pub place: PlaceId,
    /// Its extent.
    pub span: Span,
}

/// A function or class.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Whether it is a class.
    pub is_class: bool,
    /// Its body, as a place.
    pub place: PlaceId,
    /// Names of the classes that it extends.
    pub bases: Vec<String>,
    /// Names of its parameters.
    pub parameters: Vec<String>,
    /// The name's place in the text.
    pub head: Span,
    /// First and last statement of the body at its top level: kind of syntax and extent.
    pub statements: Vec<(String, Span)>,
}

/// A name that is given something.
#[derive(Debug, Clone)]
pub struct Binding {
    /// `LOG`, `self.path`.
    pub name: String,
    /// What.
    pub value: Expression,
    /// The place whose name it is.
    pub place: PlaceId,
    /// Where it stands.
    pub at: PlaceId,
    /// The statement.
    pub span: Span,
}

/// `base[key]`.
#[derive(Debug, Clone)]
pub struct Subscript {
    /// The name of what is subscribed; empty when it has none.
    pub base: String,
    /// The key, when it is a literal.
    pub key: Option<String>,
    /// Whether it is given a value, or deleted.
    pub is_written: bool,
    /// Where it stands.
    pub place: PlaceId,
    /// Its extent.
    pub span: Span,
}

/// `self.name`.
#[derive(Debug, Clone)]
pub struct Access {
    /// With `self.`, whatever the language calls it.
    pub name: String,
    /// Whether it is called.
    pub is_call: bool,
    /// Where it stands.
    pub place: PlaceId,
    /// Its extent.
    pub span: Span,
}

/// `return`.
#[derive(Debug, Clone)]
pub struct Return {
    /// What is returned.
    pub value: Expression,
    /// Where it stands.
    pub place: PlaceId,
    /// The statement.
    pub span: Span,
}

/// `except`, `catch`.
#[derive(Debug, Clone)]
pub struct Handler {
    /// What it catches; `*` for everything.
    pub catches: String,
    /// Whether it does nothing.
    pub is_silent: bool,
    /// Whether it raises something itself.
    pub raises: bool,
    /// Its place.
    pub place: PlaceId,
    /// Its head.
    pub span: Span,
}

impl Program {
    /// The places around `place`, itself first, the module last.
    pub fn around(&self, place: PlaceId) -> impl Iterator<Item = (PlaceId, &Place)> {
        let mut next = Some(place);
        std::iter::from_fn(move || {
            let id = next?;
            let found = self.places.get(id)?;
            next = (id != 0).then_some(found.parent);
            Some((id, found))
        })
    }

    /// Whether `inner` lies within `outer`.
    pub fn is_within(&self, inner: PlaceId, outer: PlaceId) -> bool {
        self.around(inner).any(|(id, _)| id == outer)
    }

    /// Where a pattern matches that the program was read with.
    pub fn matches(&self, pattern: &Pattern) -> &[Span] {
        self.matches.get(&pattern.identity()).map_or(&[], Vec::as_slice)
    }

    /// The function around a place.
    pub fn function(&self, place: PlaceId) -> Option<(PlaceId, &Place)> {
        self.around(place).find(|(_, p)| p.kind == PlaceKind::Function)
    }

    /// The class around a place.
    pub fn class(&self, place: PlaceId) -> Option<(PlaceId, &Place)> {
        self.around(place).find(|(_, p)| p.kind == PlaceKind::Class)
    }

    /// Whether what stands there runs when the file is imported.
    pub fn runs_on_import(&self, place: PlaceId) -> bool {
        !self.around(place).any(|(_, p)| {
            use PlaceKind::{Annotation, Function, Lambda, Main};
            matches!(p.kind, Function | Lambda | Main | Annotation)
        })
    }
}
