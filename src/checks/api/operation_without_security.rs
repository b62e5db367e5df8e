//! Operations that are open to everybody.
use std::collections::BTreeMap;

use crate::catalog::{Catalog, Kind, Operation};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "operation asks for no credentials",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "An operation asks for no credentials: neither it nor its document has `security`, or it says `security: []` although its path is not one that may be open. Open may be paths that end in `/health`, and what `public` under `[openapi]` in `contract-guard.toml` lists.",
        why: "Whoever can reach the host can call it.",
        bad: fixture!("operation-without-security/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("operation-without-security/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Give it `security`, or list its path under `public`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("operation-without-security");

fn run(catalog: &Catalog) -> Vec<Finding> {
    // Reached from two documents, an operation has the security of either.
    let mut seen: BTreeMap<_, (bool, Operation<'_>)> = BTreeMap::new();
    for (id, _) in catalog.of_kind(Kind::OpenApi) {
        for operation in super::operations(catalog, id) {
            if operation.sends || super::is_public(catalog, &operation.path) {
                continue;
            }
            let is_open = super::is_open(&operation);
            let entry = seen.entry(operation.part.place.clone()).or_insert((is_open, operation));
            entry.0 &= is_open;
        }
    }
    let open = seen.into_values().filter(|(is_open, _)| *is_open);
    let finding = |(_, operation): (bool, Operation<'_>)| {
        let (item, at) = &operation.part.place;
        let own = at.join("security");
        let at = if operation.part.value.get("security").is_some() { &own } else { at };
        Finding::new(
            CODE,
            format!("`{}` asks for no credentials", operation.name),
            Location::key(&catalog.path(*item), at),
        )
        .label("open to everybody")
        .help("give it `security`, or list its path under `public` in `contract-guard.toml`")
    };
    open.map(finding).collect()
}
