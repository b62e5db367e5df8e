//! Paths that cannot be told apart.
use std::collections::BTreeMap;

use crate::catalog::{Catalog, ItemId, path_shape};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "two path templates match the same addresses",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "Two paths of a document differ in nothing but the names of their parameters (OpenAPI 3.1, section 4.8.8.2: they are identical and invalid).",
        why: "Which of the two answers a request is chance.",
        bad: fixture!("ambiguous-path/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("ambiguous-path/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Make one path of both, with the operations of both.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("ambiguous-path");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(document) = super::document(catalog, id) else { return Vec::new() };
    let at = Pointer::root().join("paths");
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for member in document.get("paths").map(Value::members).unwrap_or_default() {
        let path = member.key.as_str();
        let Some(first) = known.get(&path_shape(path)) else {
            known.insert(path_shape(path), path);
            continue;
        };
        let place = |path: &str| Location::key(&catalog.path(id), at.join(path));
        let message = format!("`{path}` matches the same addresses as `{first}`");
        let finding = Finding::new(CODE, message, place(path)).label("the same path");
        found.push(finding.related(place(first), "here first").help("make one path of both"));
    }
    found
}
