//! What an object schema promises about one property at its top level, decided by following
//! `$ref`, `allOf`, `anyOf`, `oneOf` and `if`/`then`/`else`. What hangs on anything else is unproven.

use super::walk::RefKind;
use super::{Catalog, ItemId, Target};
use crate::document::{Data, Pointer, Value};

/// An answer that may be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Proven.
    Yes,
    /// Refuted.
    No,
    /// Hangs on this construct, which following references does not decide.
    Unproven(ItemId, Pointer),
}

impl Answer {
    /// One is enough.
    fn or(self, other: impl FnOnce() -> Answer) -> Answer {
        match self {
            Answer::Yes => Answer::Yes,
            Answer::No => other(),
            unproven => match other() {
                Answer::Yes => Answer::Yes,
                _ => unproven,
            },
        }
    }

    /// All are needed.
    fn and(self, other: impl FnOnce() -> Answer) -> Answer {
        match self {
            Answer::No => Answer::No,
            Answer::Yes => other(),
            unproven => match other() {
                Answer::No => Answer::No,
                _ => unproven,
            },
        }
    }
}

/// The question that is asked of a schema.
#[derive(Debug, Clone, Copy)]
pub enum Shape<'n> {
    /// Does every instance have this property?
    Required(&'n str),
    /// Is this property declared, with a schema that something satisfies?
    Declared(&'n str),
    /// Is every instance an object?
    Object,
}

impl Catalog {
    /// Answers a question about the schema at a place.
    pub fn shape(&self, item: ItemId, at: &Pointer, question: Shape<'_>) -> Answer {
        let mut visited = Vec::new();
        self.ask(item, at, question, &mut visited)
    }

    fn ask(
        &self,
        item: ItemId,
        at: &Pointer,
        question: Shape<'_>,
        visited: &mut Vec<(ItemId, Pointer)>,
    ) -> Answer {
        let Some(schema) = self.value_at(item, at) else {
            return Answer::No;
        };
        let place = (item, at.clone());
        if visited.contains(&place) {
            return Answer::No;
        }
        if !self.asserts_all(item) {
            return Answer::Unproven(item, at.clone());
        }
        if let Data::Bool(accepts) = schema.data {
            // `false` has no instances, so that every instance of it keeps every promise.
            return if accepts || matches!(question, Shape::Declared(_)) {
                Answer::No
            } else {
                Answer::Yes
            };
        }
        visited.push(place);
        let mut answer = own(schema, question);
        if answer != Answer::Yes {
            answer = answer.or(|| self.ask_parts(item, at, schema, question, visited));
        }
        visited.pop();
        answer
    }

    /// The subschemas that apply to the same instance.
    fn ask_parts(
        &self,
        item: ItemId,
        at: &Pointer,
        schema: &Value,
        question: Shape<'_>,
        visited: &mut Vec<(ItemId, Pointer)>,
    ) -> Answer {
        let mut answer = Answer::No;
        for reference in self.references_of(item, at) {
            answer = answer.or(|| match (&reference.target, reference.kind) {
                (Target::Found(to, pointer) | Target::ByPath(to, pointer), RefKind::Static) => {
                    self.ask(*to, pointer, question, visited)
                }
                _ => Answer::Unproven(item, reference.at()),
            });
        }
        let parts = |keyword: &str| -> Vec<Pointer> {
            let count = schema.get(keyword).map_or(0, |v| v.items().len());
            (0..count).map(|i| at.join(keyword).index(i)).collect()
        };
        for part in parts("allOf") {
            answer = answer.or(|| self.ask(item, &part, question, visited));
        }
        for keyword in ["anyOf", "oneOf"] {
            let parts = parts(keyword);
            if parts.is_empty() {
                continue;
            }
            answer = answer.or(|| {
                parts.iter().fold(Answer::Yes, |all, part| {
                    all.and(|| self.ask(item, part, question, visited))
                })
            });
        }
        if let (Some(_), Some(_), Some(_)) =
            (schema.get("if"), schema.get("then"), schema.get("else"))
        {
            answer = answer.or(|| {
                let then = self.ask(item, &at.join("then"), question, visited);
                then.and(|| self.ask(item, &at.join("else"), question, visited))
            });
        }
        answer.or(|| undecided(item, at, schema, question))
    }

    /// The texts that `enum` and `const` admit at a place; `None` when the schema does not enumerate.
    /// Alternatives that do not enumerate (a pattern beside an `enum`) are left out.
    pub fn enumerated(&self, item: ItemId, at: &Pointer) -> Option<Vec<String>> {
        let mut texts = Vec::new();
        let mut visited = Vec::new();
        self.collect_texts(item, at, &mut texts, &mut visited);
        (!texts.is_empty()).then_some(texts)
    }

    fn collect_texts(
        &self,
        item: ItemId,
        at: &Pointer,
        texts: &mut Vec<String>,
        visited: &mut Vec<(ItemId, Pointer)>,
    ) {
        let place = (item, at.clone());
        let Some(schema) = self.value_at(item, at).filter(|_| !visited.contains(&place)) else {
            return;
        };
        visited.push(place);
        let listed = schema.get("enum").map(Value::items).unwrap_or_default();
        texts.extend(
            listed.iter().chain(schema.get("const")).filter_map(|v| v.as_str().map(str::to_owned)),
        );
        for reference in self.references_of(item, at) {
            if let Some((to, pointer)) = reference.target.place() {
                self.collect_texts(to, pointer, texts, visited);
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for i in 0..schema.get(keyword).map_or(0, |v| v.items().len()) {
                self.collect_texts(item, &at.join(keyword).index(i), texts, visited);
            }
        }
    }

    /// Where a property is declared, following `$ref` and `allOf` from the place.
    pub fn property(&self, item: ItemId, at: &Pointer, name: &str) -> Option<(ItemId, Pointer)> {
        let mut visited = Vec::new();
        self.find_property(item, at, name, &mut visited)
    }

    fn find_property(
        &self,
        item: ItemId,
        at: &Pointer,
        name: &str,
        visited: &mut Vec<(ItemId, Pointer)>,
    ) -> Option<(ItemId, Pointer)> {
        let place = (item, at.clone());
        let schema = self.value_at(item, at).filter(|_| !visited.contains(&place))?;
        visited.push(place);
        if schema.get("properties").and_then(|p| p.get(name)).is_some() {
            return Some((item, at.path(&["properties", name])));
        }
        for reference in self.references_of(item, at) {
            if let Some((to, pointer)) = reference.target.place()
                && let Some(found) = self.find_property(to, pointer, name, visited)
            {
                return Some(found);
            }
        }
        ["allOf", "anyOf", "oneOf"].iter().find_map(|keyword| {
            let count = schema.get(keyword).map_or(0, |v| v.items().len());
            (0..count)
                .find_map(|i| self.find_property(item, &at.join(keyword).index(i), name, visited))
        })
    }
}

/// What the schema itself says, without its parts.
fn own(schema: &Value, question: Shape<'_>) -> Answer {
    let lists = |keyword: &str, name: &str| {
        schema
            .get(keyword)
            .is_some_and(|v| v.items().iter().any(|item| item.as_str() == Some(name)))
    };
    let holds = match question {
        Shape::Required(name) => lists("required", name),
        Shape::Object => schema.str_at("type") == Some("object") || only_object_type(schema),
        Shape::Declared(name) => {
            let declared = schema.get("properties").and_then(|p| p.get(name));
            declared.is_some_and(|v| !is_nothing(v))
        }
    };
    if holds { Answer::Yes } else { Answer::No }
}

fn only_object_type(schema: &Value) -> bool {
    let types = schema.get("type").map(Value::items).unwrap_or_default();
    types.len() == 1 && types.iter().all(|t| t.as_str() == Some("object"))
}

/// `false`, `{not: {}}`, `{not: true}`, `{enum: []}`: nothing satisfies it.
fn is_nothing(schema: &Value) -> bool {
    let is_everything =
        |v: &Value| matches!(v.data, Data::Bool(true)) || v.is_object() && v.members().is_empty();
    matches!(schema.data, Data::Bool(false))
        || schema.get("not").is_some_and(is_everything)
        || schema.get("enum").is_some_and(|v| v.is_array() && v.items().is_empty())
}

/// Constructs that could make the promise, but not by references alone.
fn undecided(item: ItemId, at: &Pointer, schema: &Value, question: Shape<'_>) -> Answer {
    let could: &[&str] = match question {
        Shape::Required(_) => {
            &["not", "dependentRequired", "dependentSchemas", "minProperties", "enum", "const"]
        }
        Shape::Object => &["not", "enum", "const"],
        Shape::Declared(_) => &["patternProperties"],
    };
    let found = could.iter().find(|keyword| schema.get(keyword).is_some());
    found.map_or(Answer::No, |keyword| Answer::Unproven(item, at.join(keyword)))
}
