//! Paths below none of the configured prefixes.
use crate::catalog::{Catalog, ItemId, Operation};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "path below none of the planes",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "A path begins with none of the prefixes that `planes` under `[openapi]` in `contract-guard.toml` lists. Without that list nothing is reported.",
        why: "Gateways route and authenticate by plane; a path outside of them is reached by nobody, or by everybody.",
        bad: fixture!("path-outside-planes/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("path-outside-planes/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Move the path below one of the planes, or list its prefix.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("path-outside-planes");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let planes = &catalog.api_settings.planes;
    if planes.is_empty() {
        return Vec::new();
    }
    let is_below = |path: &str, plane: &String| {
        let rest = path.strip_prefix(plane.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let operations = super::operations(catalog, id);
    let calls = operations.iter().filter(|operation| !operation.sends);
    let outside = calls.filter(|operation| {
        !super::is_public(catalog, &operation.path)
            && !planes.iter().any(|plane| is_below(&operation.path, plane))
    });
    let finding = |operation: &Operation<'_>| {
        let (item, at) = &operation.shared.place;
        let message = format!("path `{}` is below none of the planes", operation.path);
        Finding::new(CODE, message, Location::key(&catalog.path(*item), at))
            .label("outside")
            .about(&operation.path)
            .help(format!("the planes are {}", planes.join(", ")))
    };
    outside.map(finding).collect()
}
