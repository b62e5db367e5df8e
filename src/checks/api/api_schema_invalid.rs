//! A schema in an OpenAPI document that is none.
use super::specification;
use crate::catalog::{Catalog, ItemId, Violation};
use crate::checks::{Check, Run};
use crate::document::{Pointer, to_json};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "schema of an API breaks its dialect",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "A schema object of an OpenAPI document has a keyword whose value JSON Schema 2020-12 does not allow, or a `pattern` that is no ECMA-262 regular expression.",
        why: "Validators refuse the schema or ignore the keyword, so that requests and answers are not checked as the API says.",
        bad: fixture!("api-schema-invalid/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("api-schema-invalid/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Correct the value shown.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("api-schema-invalid");

/// Most violations of one document that are named.
const MOST: usize = 8;

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(document) = super::document(catalog, id) else { return Vec::new() };
    // What schemas of 3.0 are is said by the specification itself.
    if catalog.is_openapi_30(id) {
        return Vec::new();
    }
    let dialect = specification::dialect();
    let mut found = Vec::new();
    for at in super::schemas(document) {
        let Some(schema) = document.at(&at) else { continue };
        let violations = catalog.violations_of(&dialect, &to_json(schema));
        let first = violations.first().map(|violation| describe(catalog, id, &at, violation));
        found.extend(first.or_else(|| no_pattern(catalog, id, &at)));
        if found.len() >= MOST {
            break;
        }
    }
    found
}

fn describe(catalog: &Catalog, id: ItemId, at: &Pointer, violation: &Violation) -> Finding {
    let name = violation.instance.tokens().last().unwrap_or_default().into_owned();
    let subject = if name.is_empty() { "schema".to_owned() } else { format!("`{name}`") };
    let place = at.concat(&violation.instance);
    let location = Location::value(&catalog.path(id), place);
    Finding::new(CODE, format!("{subject} {}", violation.message), location)
        .label("2020-12 does not allow this")
        .about(&violation.keyword)
        .help("correct the value")
}

/// A pattern that is no regular expression, which the meta-schema lets through.
fn no_pattern(catalog: &Catalog, id: ItemId, at: &Pointer) -> Option<Finding> {
    let mut places = catalog.schemas_within(id, at).into_iter().map(|at| at.join("pattern"));
    places.find_map(|at| {
        let pattern = catalog.value_at(id, &at)?.as_str()?;
        if catalog.is_pattern(pattern) {
            return None;
        }
        let message = format!("`{pattern}` is no regular expression that can be used");
        let finding = Finding::new(CODE, message, Location::value(&catalog.path(id), at));
        let help = "correct it: patterns are ECMA-262 regular expressions of bounded size";
        Some(finding.label("refused by the validator").help(help))
    })
}
