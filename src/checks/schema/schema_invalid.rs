//! A schema that its meta-schema refuses, or with a pattern that is no regular expression.
use crate::catalog::{Catalog, ItemId, NotCompiled, RootId, Violation};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
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
        Some(NotCompiled::Invalid(violations)) => {
            violations.iter().take(8).map(|v| describe(&path, v)).collect()
        }
        Some(NotCompiled::Engine { message, at }) => vec![refused(catalog, id, message, at)],
        Some(NotCompiled::TooManyHops) => {
            let message = "more than 1000 references follow on each other";
            vec![
                Finding::new(CODE, message, Location::file(&path))
                    .label("not compiled")
                    .help("inline some of them"),
            ]
        }
        _ => non_schema(catalog, id).or_else(|| malformed_id(catalog, id)).into_iter().collect(),
    }
}

/// What the meta-schema lets through and the validator does not: patterns, mostly.
fn refused(catalog: &Catalog, id: ItemId, message: &str, at: &Pointer) -> Finding {
    let given = catalog.value_at(id, at).and_then(Value::as_str);
    let message = match given.filter(|_| message.contains("\"regex\"")) {
        Some(pattern) => format!("`{pattern}` is no regular expression that can be used"),
        None => format!("schema cannot be compiled: {}", message.trim_end_matches('.')),
    };
    Finding::new(CODE, message, Location::value(&catalog.path(id), at))
        .label("refused by the validator")
        .help("correct it: patterns are ECMA-262 regular expressions of bounded size")
}

fn describe(path: &ArtifactPath, violation: &Violation) -> Finding {
    let keyword = violation.instance.tokens().last().unwrap_or_default().into_owned();
    let subject = if keyword.is_empty() { "schema".to_owned() } else { format!("`{keyword}`") };
    let location = Location::value(path, &violation.instance);
    Finding::new(CODE, format!("{subject} {}", violation.message), location)
        .label("the dialect does not allow this")
        .about(&violation.keyword)
        .help("correct the value, or declare the dialect that allows it")
}

/// A list, text or number in a file that should be a schema.
fn non_schema(catalog: &Catalog, id: ItemId) -> Option<Finding> {
    let item = catalog.item(id).filter(|item| item.kind.is_schema())?;
    let name =
        item.value().map(Value::type_name).filter(|name| !matches!(*name, "object" | "boolean"))?;
    let message = format!("schema is of type {name}: a schema is an object, `true` or `false`");
    Some(
        Finding::new(CODE, message, Location::file(&item.path))
            .label("not a schema")
            .help("write an object"),
    )
}

/// An identifier that is no text, or no URI.
fn malformed_id(catalog: &Catalog, id: ItemId) -> Option<Finding> {
    let schema = catalog.schemas.get(&id).filter(|s| s.id == RootId::Malformed)?;
    let keyword = schema.id_keyword();
    let location = Location::value(&catalog.path(id), Pointer::root().join(keyword));
    let finding = Finding::new(CODE, format!("`{keyword}` is no URI"), location).label("ignored");
    Some(finding.help("write an absolute URI"))
}
