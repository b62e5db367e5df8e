//! A document of OpenAPI 3.0.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "document is of an OpenAPI version before 3.1",
    level: Level::Warning,
    since: "0.3.0",
    explain: Explain {
        what: "The document is of OpenAPI 3.0, whose schemas are of a dialect of their own: `nullable`, `exclusiveMinimum: true`, no `const`.",
        why: "From 3.1 on schemas are JSON Schema 2020-12, so that an API and the records and events around it can share them.",
        bad: fixture!("openapi-outdated/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("openapi-outdated/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Write `openapi: \"3.1.1\"`, `type: [string, \"null\"]` for `nullable`, and numbers for exclusive bounds.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("openapi-outdated");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let document = super::document(catalog, id);
    let version = document.and_then(|document| document.str_at("openapi"));
    let Some(version) = version.filter(|version| version.starts_with("3.0")) else {
        return Vec::new();
    };
    let at = Location::value(&catalog.path(id), Pointer::root().join("openapi"));
    let finding = Finding::new(CODE, format!("document is of OpenAPI {version}, before 3.1"), at);
    vec![
        finding
            .label("its schemas are not JSON Schema 2020-12")
            .help("write `\"3.1.1\"`, and the schemas in JSON Schema 2020-12"),
    ]
}
