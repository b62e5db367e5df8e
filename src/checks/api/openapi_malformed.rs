//! A document that is built in a way OpenAPI does not know.
use super::specification;
use crate::catalog::{Catalog, ItemId, Violation};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value, to_json};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};
use crate::tree::ArtifactPath;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "document breaks the OpenAPI specification",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "The document does not have the form that its version of the OpenAPI specification prescribes, as the schema that the OpenAPI Initiative publishes says it.",
        why: "Generators and gateways refuse the document, or skip what they do not understand, so that the API promises less than it says.",
        bad: fixture!("openapi-malformed/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("openapi-malformed/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Correct the value shown.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("openapi-malformed");

/// Most violations that are named.
const MOST: usize = 8;

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(document) = super::document(catalog, id) else { return Vec::new() };
    let path = catalog.path(id);
    let version = match document.get("openapi").map(Value::as_str) {
        Some(Some(version)) => version,
        Some(None) => {
            let at = Location::value(&path, Pointer::root().join("openapi"));
            let finding = Finding::new(CODE, "`openapi` is no text", at).label("no version");
            return vec![finding.help("write the version in quotes, such as `\"3.1.1\"`")];
        }
        None => {
            let message = "`openapi` is missing: the document does not say its version";
            let finding = Finding::new(CODE, message, Location::file(&path)).label("no version");
            return vec![finding.help("write `openapi: \"3.1.1\"` at the top")];
        }
    };
    let Some(form) = specification::of(version) else {
        let at = Location::value(&path, Pointer::root().join("openapi"));
        let message = format!("version `{version}` of OpenAPI is not known: 3.0, 3.1 and 3.2 are");
        let finding = Finding::new(CODE, message, at).label("unknown version").about(version);
        return vec![finding.help("write a version that is known, such as `\"3.1.1\"`")];
    };
    let violations = catalog.violations_of(form, &to_json(document));
    violations.iter().take(MOST).map(|violation| describe(&path, version, violation)).collect()
}

fn describe(path: &ArtifactPath, version: &str, violation: &Violation) -> Finding {
    let at = &violation.instance;
    let name = at.tokens().last().unwrap_or_default().into_owned();
    let subject = if name.is_empty() { "the document".to_owned() } else { format!("`{name}`") };
    let location =
        if violation.is_key { Location::key(path, at) } else { Location::value(path, at) };
    let short: String = version.chars().take(3).collect();
    Finding::new(CODE, format!("{subject} {}", violation.message), location)
        .label(format!("not as OpenAPI {short} has it"))
        .about(&violation.keyword)
        .help("correct it; `https://spec.openapis.org/oas/` has the specification")
}
