//! References to documents on the network.
use crate::catalog::{Catalog, ItemId, Target};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`$ref` leads to the network",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `$ref` is an http(s) address that no file of the tree claims. It was not fetched: nothing ever is.",
        why: "What it means can change or vanish without a commit, and a gate that needs the network is no gate.",
        bad: fixture!("remote-ref/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("remote-ref/pass/basic/contracts/storage/schemas/id.json"),
        fix: "Put a copy of the schema into the tree, with that address as its `$id`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("remote-ref");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let remote = super::refs_of(catalog, id).filter_map(|reference| match &reference.target {
        Target::Remote(uri) => Some((reference, uri)),
        _ => None,
    });
    remote
        .map(|(reference, uri)| {
            let location = Location::value(&catalog.path(id), reference.at());
            Finding::new(CODE, format!("`{uri}` is on the network and is not fetched"), location)
                .label("no file of the tree claims this address")
                .about(&reference.text)
                .help("put a copy into the tree, with this address as its `$id`")
        })
        .collect()
}
