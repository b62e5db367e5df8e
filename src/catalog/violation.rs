//! What a validator says about an instance, in plain words and with both places.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value as Json;

use super::patterns::MISMATCH;
use super::{Catalog, ItemId, uri};
use crate::document::Pointer;

/// One way in which an instance breaks a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The part of the instance.
    pub instance: Pointer,
    /// What is wrong with it: a clause that follows the name of the part.
    pub message: String,
    /// Whether the key, not the value, is at fault.
    pub is_key: bool,
    /// The keyword that refuses it.
    pub keyword: String,
    /// The property that is missing, if that is what is wrong.
    pub missing: Option<String>,
    /// The URI of the schema file and the pointer of the keyword in it, when known.
    pub schema: Option<(String, Pointer)>,
}

/// Everything a validator says, in the order of the instance.
pub(super) fn all<'i>(errors: impl Iterator<Item = ValidationError<'i>>) -> Vec<Violation> {
    // A schema with thousands of violations is understood after the first few.
    let mut violations: Vec<Violation> = errors.take(64).flat_map(|error| read(&error)).collect();
    violations.sort();
    violations.dedup();
    violations
}

impl Catalog {
    /// How an instance breaks the schema of a file; empty when it is valid, `None` when the schema was
    /// not compiled.
    pub fn violations(&self, schema: ItemId, instance: &Json) -> Option<Vec<Violation>> {
        self.validators.get(schema).map(|validator| self.violations_of(validator, instance))
    }

    /// The same for a validator at hand.
    pub fn violations_of(
        &self,
        validator: &jsonschema::Validator,
        instance: &Json,
    ) -> Vec<Violation> {
        if validator.is_valid(instance) { Vec::new() } else { all(validator.iter_errors(instance)) }
    }

    /// Compiles the subschema at a place.
    pub fn subschema(&self, item: ItemId, at: &Pointer) -> Option<jsonschema::Validator> {
        self.validators.subschema(item, at)
    }

    /// The file and place of the keyword that a violation names.
    pub fn keyword_place(&self, violation: &Violation) -> Option<(ItemId, Pointer)> {
        let (uri, pointer) = violation.schema.as_ref()?;
        let item = self.validators.files.get(uri)?;
        self.value_at(*item, pointer).map(|_| (*item, pointer.clone()))
    }
}

/// A refused `additionalProperties` names each property; everything else is one violation.
fn read(error: &ValidationError<'_>) -> Vec<Violation> {
    let at = Pointer::from(error.instance_path().as_str());
    let make = |instance: Pointer, message: String, is_key: bool| Violation {
        instance,
        message,
        is_key,
        keyword: error.kind().keyword().to_owned(),
        missing: match error.kind() {
            Kind::Required { property } => property.as_str().map(str::to_owned),
            _ => None,
        },
        schema: error.absolute_keyword_location().map(|location| {
            let text = location.as_str();
            (uri::without_fragment(text).to_owned(), Pointer::from(uri::fragment(text)))
        }),
    };
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let one =
                |name: &String| make(at.join(name), "is not a declared property".to_owned(), true);
            unexpected.iter().map(one).collect()
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => match closest(context, &at) {
            Some(branch) => branch.iter().flat_map(read).collect(),
            None => vec![make(at.clone(), alternatives(context, &at), false)],
        },
        Kind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or("?").to_owned();
            let message = read(error).into_iter().next().map_or(String::new(), |v| v.message);
            vec![make(at.join(&name), format!("is not an allowed key: it {message}"), true)]
        }
        kind => vec![make(at, describe(kind, error.instance()), false)],
    }
}

/// The alternative that the instance was plainly meant for: the only one of its type, or the only one
/// that fails deeper inside.
fn closest<'e>(
    context: &'e [Vec<ValidationError<'static>>],
    at: &Pointer,
) -> Option<&'e Vec<ValidationError<'static>>> {
    let is_here = |e: &ValidationError<'_>| e.instance_path().as_str() == at.as_str();
    let has_type = |branch: &&Vec<ValidationError<'static>>| {
        !branch.is_empty()
            && !branch.iter().any(|e| is_here(e) && matches!(e.kind(), Kind::Type { .. }))
    };
    let is_deeper = |branch: &&Vec<ValidationError<'static>>| {
        !branch.is_empty()
            && !branch.iter().any(|e| {
                is_here(e) || matches!(e.kind(), Kind::Constant { .. } | Kind::Enum { .. })
            })
    };
    let only = |wanted: &dyn Fn(&&Vec<ValidationError<'static>>) -> bool| {
        let mut fitting = context.iter().filter(|branch| wanted(branch));
        fitting.next().filter(|_| fitting.next().is_none())
    };
    only(&has_type).or_else(|| only(&is_deeper))
}

fn alternatives(context: &[Vec<ValidationError<'static>>], at: &Pointer) -> String {
    let reasons: Vec<String> = context
        .iter()
        .enumerate()
        .take(4)
        .filter_map(|(i, branch)| {
            let first = branch.iter().flat_map(read).next()?;
            let place = if first.instance == *at {
                String::new()
            } else {
                format!("`{}` ", first.instance)
            };
            Some(format!("({}) {place}{}", i + 1, first.message))
        })
        .collect();
    format!("matches none of {} alternatives: {}", context.len(), reasons.join("; "))
}

fn describe(kind: &Kind, instance: &Json) -> String {
    match kind {
        Kind::Required { property } => {
            format!("lacks the required property `{}`", property.as_str().unwrap_or("?"))
        }
        Kind::Type { kind } => format!("is {}, not {}", article(type_of(instance)), types(kind)),
        Kind::Enum { options } => {
            let options = options.as_array().map_or(&[][..], Vec::as_slice);
            format!("is {}, not one of {}", short(instance), list(options))
        }
        Kind::Constant { expected_value } => {
            format!("is {}, not {}", short(instance), short(expected_value))
        }
        Kind::Pattern { pattern } => {
            format!("is {}, which does not match `{}`", short(instance), clip(pattern, 120))
        }
        Kind::Format { format } => {
            format!("is {}, which is not a valid `{format}`", short(instance))
        }
        Kind::Minimum { limit } => format!("is {}, below the minimum {limit}", short(instance)),
        Kind::Maximum { limit } => format!("is {}, above the maximum {limit}", short(instance)),
        Kind::ExclusiveMinimum { limit } => format!("is {}, not above {limit}", short(instance)),
        Kind::ExclusiveMaximum { limit } => format!("is {}, not below {limit}", short(instance)),
        Kind::MultipleOf { multiple_of } => {
            format!("is {}, not a multiple of {multiple_of}", short(instance))
        }
        Kind::MinLength { limit } => {
            format!("is {}, shorter than {limit} characters", short(instance))
        }
        Kind::MaxLength { limit } => format!("is longer than {limit} characters"),
        Kind::MinItems { limit } => format!("has fewer than {limit} items"),
        Kind::MaxItems { limit } => format!("has more than {limit} items"),
        Kind::AdditionalItems { limit } => format!("has more than {limit} items"),
        Kind::MinProperties { limit } => format!("has fewer than {limit} properties"),
        Kind::MaxProperties { limit } => format!("has more than {limit} properties"),
        Kind::UniqueItems => "has two equal items".to_owned(),
        Kind::Contains => "contains no item that the schema asks for".to_owned(),
        Kind::FalseSchema => "is not allowed here".to_owned(),
        Kind::Not { .. } => "is what the schema excludes by `not`".to_owned(),
        Kind::OneOfMultipleValid { .. } => {
            "matches more than one alternative of `oneOf`".to_owned()
        }
        Kind::UnevaluatedItems { .. } => "has items that no schema allows".to_owned(),
        Kind::ContentEncoding { content_encoding } => format!("is not {content_encoding}"),
        Kind::ContentMediaType { content_media_type } => format!("is not {content_media_type}"),
        Kind::Custom { message, .. } if message.starts_with(MISMATCH) => {
            let pattern = message.strip_prefix(MISMATCH).unwrap_or_default();
            format!("is {}, which does not match `{}`", short(instance), clip(pattern, 120))
        }
        Kind::Custom { .. } => "takes too many steps to match against the pattern".to_owned(),
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            "takes too many steps to match against the pattern".to_owned()
        }
        other => format!("breaks `{}`", other.keyword()),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => article(&one.to_string()),
        TypeKind::Multiple(set) => {
            let names: Vec<String> = set.iter().map(|t| article(&t.to_string())).collect();
            names.join(" or ")
        }
    }
}

fn article(name: &str) -> String {
    match name {
        "null" => "null".to_owned(),
        "integer" | "array" | "object" => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

fn list(options: &[Json]) -> String {
    let shown: Vec<String> = options.iter().take(8).map(short).collect();
    let rest = options.len().saturating_sub(8);
    let tail = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}

/// A value short enough for a sentence.
fn short(value: &Json) -> String {
    match value {
        Json::Object(_) => "an object".to_owned(),
        Json::Array(_) => "an array".to_owned(),
        other => format!("`{}`", clip(&other.to_string(), 60)),
    }
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most).collect();
    format!("{head}…")
}
