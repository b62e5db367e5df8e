//! Operations that share a name.
use std::collections::BTreeMap;

use crate::catalog::{Catalog, ItemId, Operation};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "two operations have one `operationId`",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "Two operations have the same `operationId` (OpenAPI 3.1, section 4.8.10.1: it must be unique).",
        why: "A generated client has one function for both; which one it calls is chance.",
        bad: fixture!("duplicate-operation-id/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("duplicate-operation-id/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Rename one of them.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("duplicate-operation-id");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let mut known: BTreeMap<&str, Operation<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    for operation in super::operations(catalog, id) {
        let Some(name) = operation.part.value.str_at("operationId") else { continue };
        let Some(first) = known.get(name) else {
            known.insert(name, operation);
            continue;
        };
        // One operation may be reached by two paths.
        if first.part.place == operation.part.place {
            continue;
        }
        let place = |operation: &Operation<'_>| {
            let (item, at) = &operation.part.place;
            Location::value(&catalog.path(*item), at.join("operationId"))
        };
        let message = format!("`{}` and `{}` have one `operationId`", first.name, operation.name);
        let finding = Finding::new(CODE, message, place(&operation)).label("taken already");
        found.push(
            finding.related(place(first), "here first").about(name).help("rename one of them"),
        );
    }
    found
}
