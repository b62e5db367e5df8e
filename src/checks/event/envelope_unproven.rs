//! Promises of the envelope that following references does not decide.
use crate::catalog::{Answer, Catalog, ItemId, Shape};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "envelope invariant cannot be proven",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Whether a frozen field is always there hangs on a construct that following references does not decide: `$dynamicRef`, `not`, `dependentRequired`, or a broken reference.",
        why: "What is not proven is not a pass.",
        bad: fixture!("envelope-unproven/fail/basic/contracts/events/envelope.schema.json"),
        good: fixture!("envelope-unproven/pass/basic/contracts/events/envelope.schema.json"),
        fix: "Say it directly: list the field under `required` and declare it under `properties` at the top level.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("envelope-unproven");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let required = super::frozen::judge(catalog, id, Shape::Required);
    let declared = super::frozen::judge(catalog, id, Shape::Declared);
    let mut places: Vec<(ItemId, Pointer, Vec<&str>)> = Vec::new();
    for (name, answer) in required.into_iter().chain(declared) {
        let Answer::Unproven(item, at) = answer else {
            continue;
        };
        match places.iter_mut().find(|(i, a, _)| *i == item && *a == at) {
            Some((.., names)) if names.contains(&name) => {}
            Some((.., names)) => names.push(name),
            None => places.push((item, at, vec![name])),
        }
    }
    places
        .into_iter()
        .map(|(item, at, names)| {
            let names: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
            let message = format!("cannot prove that the envelope demands {}", names.join(", "));
            Finding::new(CODE, message, Location::key(&catalog.path(item), &at))
                .label("hangs on this")
                .about(names.join(","))
                .help("list the fields under `required` and `properties` at the top level")
        })
        .collect()
}
