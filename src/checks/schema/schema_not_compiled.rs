//! Schemas that something in another file keeps from being compiled.
use crate::catalog::{Catalog, ItemId, NotCompiled, Partner};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "schema depends on a broken one",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A schema refers to another one that is broken, so that no validator can use either.",
        why: "Its examples were not checked. What is not checked is not a pass.",
        bad: fixture!("schema-not-compiled/fail/basic/contracts/storage/common.schema.json"),
        good: fixture!("schema-not-compiled/pass/basic/contracts/storage/common.schema.json"),
        fix: "Repair the other file; its finding says how.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("schema-not-compiled");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(NotCompiled::Depends { on, through }) = catalog.validators.not.get(&id) else {
        return Vec::new();
    };
    let unchecked = catalog
        .examples
        .iter()
        .filter(|e| matches!(e.partner, Partner::Schema(s, _) if s == id))
        .count();
    let broken = catalog.path(*on);
    let message = format!("schema cannot be compiled, because `{broken}` is broken");
    let location = Location::value(&catalog.path(id), through);
    let noun = if unchecked == 1 { "example was" } else { "examples were" };
    vec![
        Finding::new(CODE, message, location)
            .label("leads to the broken schema")
            .about(broken.as_str())
            .note(format!("{unchecked} {noun} not checked"))
            .help(format!("repair `{broken}`")),
    ]
}
