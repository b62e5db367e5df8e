//! References above the top of the tree.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`$ref` climbs out of the tree",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The path of a `$ref` leads above the folder that is checked.",
        why: "What lies there is not part of the contracts, not frozen, and not the same on the next machine.",
        bad: fixture!("ref-outside-tree/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("ref-outside-tree/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Put the schema into the tree and refer to it there.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("ref-outside-tree");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let outside =
        super::refs_of(catalog, id).filter(|reference| super::is_outside(catalog, reference));
    outside
        .map(|reference| {
            let location = Location::value(&catalog.path(id), reference.at());
            Finding::new(CODE, format!("`{}` leads out of the tree", reference.text), location)
                .label("above the contracts")
                .about(&reference.text)
                .help("put the schema into the tree and refer to it there")
        })
        .collect()
}
