//! A schema that its meta-schema refuses, or with a pattern that is no regular expression.
use crate::catalog::{Catalog, ItemId, NotCompiled, Violation};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};
use crate::tree::ArtifactPath;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "schema breaks its meta-schema",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A keyword has a value that its dialect does not allow, or a `pattern` is no ECMA-262 regular expression.",
        why: "Validators refuse the schema or ignore the keyword, so that it promises less than it says. Its examples were not checked.",
        bad: fixture!("schema-invalid/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("schema-invalid/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Correct the value shown.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("schema-invalid");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let path = catalog.path(id);
    match catalog.validators.not.get(&id) {
        Some(NotCompiled::Invalid(violations)) => violations
            .iter()
            .take(8)
            .map(|v| describe(&path, v))
            .collect(),
        Some(NotCompiled::Engine(message)) => {
            let message = format!(
                "schema cannot be compiled: {}",
                message.trim_end_matches('.')
            );
            vec![
                Finding::new(CODE, message, Location::file(&path))
                    .label("refused by the validator"),
            ]
        }
        Some(NotCompiled::TooManyHops) => {
            let message = "more than 1000 references follow on each other";
            vec![
                Finding::new(CODE, message, Location::file(&path))
                    .label("not compiled")
                    .help("inline some of them"),
            ]
        }
        _ => non_schema(catalog, id),
    }
}

fn describe(path: &ArtifactPath, violation: &Violation) -> Finding {
    let keyword = violation
        .instance
        .tokens()
        .last()
        .unwrap_or_default()
        .into_owned();
    let subject = if keyword.is_empty() {
        "schema".to_owned()
    } else {
        format!("`{keyword}`")
    };
    let location = Location::value(path, &violation.instance);
    Finding::new(CODE, format!("{subject} {}", violation.message), location)
        .label("the dialect does not allow this")
        .about(&violation.keyword)
}

/// A list, text or number in a file that should be a schema.
fn non_schema(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let value = catalog
        .item(id)
        .filter(|item| item.kind.is_schema())
        .and_then(|item| item.value());
    match value {
        Some(v) if !v.is_object() && v.type_name() != "boolean" => {
            let message = format!(
                "schema is of type {}: a schema is an object, `true` or `false`",
                v.type_name()
            );
            vec![
                Finding::new(CODE, message, Location::file(&catalog.path(id)))
                    .label("not a schema"),
            ]
        }
        _ => Vec::new(),
    }
}
