//! An example with two candidate schemas.
use crate::catalog::{Catalog, ItemId, Partner};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "two schemas could be meant for one example",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "Two schemas of the example's name are equally near.",
        why: "To which of them the example belongs would be a guess, so it was not checked.",
        bad: fixture!("ambiguous-pair/fail/basic/contracts/storage/examples/note.example.json"),
        good: fixture!("ambiguous-pair/pass/basic/contracts/storage/examples/note.example.json"),
        fix: "Name the schema in the example's `$schema`, or pair the two under `[[pair]]` in contract-guard.toml.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("ambiguous-pair");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(Partner::Ambiguous(candidates)) = catalog.example(id).map(|e| &e.partner) else {
        return Vec::new();
    };
    let names: Vec<String> = candidates.iter().map(|c| format!("`{}`", catalog.path(*c))).collect();
    let message = format!("example could belong to {}", names.join(" or "));
    let mut finding =
        Finding::new(CODE, message, Location::file(&catalog.path(id))).label("not checked");
    for candidate in candidates {
        finding = finding.related(Location::file(&catalog.path(*candidate)), "candidate");
    }
    vec![finding.help(
        "name the schema in the example's `$schema`, or under `[[pair]]` in contract-guard.toml",
    )]
}
