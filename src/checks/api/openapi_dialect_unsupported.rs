//! Schemas of another dialect than that of OpenAPI.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`jsonSchemaDialect` is not 2020-12",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "`jsonSchemaDialect` names a dialect that is neither JSON Schema 2020-12 nor that of OpenAPI 3.1, which is 2020-12 with a few words more.",
        why: "The schemas would mean one thing to one tool and another to the next; here they are read as 2020-12.",
        bad: fixture!("openapi-dialect-unsupported/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("openapi-dialect-unsupported/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Write `https://json-schema.org/draft/2020-12/schema`, or leave it out.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("openapi-dialect-unsupported");

/// What is 2020-12 by another name.
const KNOWN: [&str; 4] = [
    "https://json-schema.org/draft/2020-12/schema",
    "https://spec.openapis.org/oas/3.1/dialect/base",
    "https://spec.openapis.org/oas/3.1/dialect/2024-11-10",
    "https://spec.openapis.org/oas/3.2/dialect/2025-09-17",
];

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(document) = super::document(catalog, id) else { return Vec::new() };
    let Some(dialect) = document.str_at("jsonSchemaDialect") else { return Vec::new() };
    if KNOWN.contains(&dialect.trim_end_matches('#')) {
        return Vec::new();
    }
    let at = Location::value(&catalog.path(id), Pointer::root().join("jsonSchemaDialect"));
    let finding = Finding::new(CODE, format!("dialect `{dialect}` is not 2020-12"), at);
    vec![finding.label("another dialect").about(dialect).help(format!("write `{}`", KNOWN[0]))]
}
