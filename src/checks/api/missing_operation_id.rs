//! Operations without a name.
use crate::catalog::{Catalog, ItemId, Operation};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "operation without `operationId`",
    level: Level::Warning,
    since: "0.3.0",
    explain: Explain {
        what: "An operation has no `operationId`.",
        why: "Generated clients invent a name from path and method, which changes when the path does; changes, laws and logs have nothing to call it by.",
        bad: fixture!("missing-operation-id/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("missing-operation-id/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Give it an `operationId` that no other operation has.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("missing-operation-id");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let operations = super::operations(catalog, id);
    let nameless = operations.iter().filter(|o| o.part.value.get("operationId").is_none());
    let finding = |operation: &Operation<'_>| {
        let (item, at) = &operation.part.place;
        Finding::new(
            CODE,
            format!("`{}` has no `operationId`", operation.name),
            Location::key(&catalog.path(*item), at),
        )
        .label("no name")
        .help("give it a name that no other operation has")
    };
    nameless.map(finding).collect()
}
