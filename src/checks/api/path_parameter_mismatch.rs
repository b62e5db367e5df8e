//! Path templates and parameters that do not fit each other.
use std::collections::BTreeMap;

use crate::catalog::{Catalog, ItemId, Operation};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "path template and path parameters do not fit",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "A path has a `{name}` that no parameter with `in: path` declares, or declares one that the path does not have.",
        why: "OpenAPI demands both; a generated client leaves the braces in the address.",
        bad: fixture!("path-parameter-mismatch/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("path-parameter-mismatch/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Declare the parameter, or take it out.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("path-parameter-mismatch");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let operations = super::operations(catalog, id);
    let calls = operations.iter().filter(|operation| !operation.sends);
    calls.flat_map(|operation| judge(catalog, operation)).collect()
}

fn judge(catalog: &Catalog, operation: &Operation<'_>) -> Vec<Finding> {
    let in_path = operation.parameters.iter().filter(|((place, _), _)| place == "path");
    let declared: BTreeMap<&str, _> =
        in_path.filter_map(|(_, part)| Some((part.value.str_at("name")?, &part.place))).collect();
    let names: Vec<&str> =
        operation.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    let mut found = Vec::new();
    for name in names.iter().filter(|name| !declared.contains_key(*name)) {
        let (item, at) = &operation.part.place;
        let message =
            format!("`{}` does not declare the parameter `{name}` of its path", operation.name);
        let finding = Finding::new(CODE, message, Location::key(&catalog.path(*item), at));
        found.push(
            finding
                .label("no such parameter")
                .about(*name)
                .help(format!("add a parameter `{name}` with `in: path` and `required: true`")),
        );
    }
    for (name, (item, at)) in declared.into_iter().filter(|(name, _)| !names.contains(name)) {
        let message =
            format!("`{}` declares `{name}`, which its path does not have", operation.name);
        let finding = Finding::new(CODE, message, Location::value(&catalog.path(*item), at));
        found.push(
            finding
                .label("not in the path")
                .about(name)
                .help(format!("write `{{{name}}}` in the path, or take the parameter out")),
        );
    }
    found
}
