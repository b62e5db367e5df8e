//! An example that no schema claims proves nothing.
use crate::catalog::{Catalog, ItemId, Kind, Partner};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "example is matched to no schema",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "No schema has the name of the example, its `$schema` names none, and the configuration pairs it with none.",
        why: "Nobody checks the example, so it may say anything.",
        bad: fixture!(
            "example-without-schema/fail/basic/contracts/storage/examples/ghost.example.json"
        ),
        good: fixture!(
            "example-without-schema/pass/basic/contracts/storage/examples/ghost.example.json"
        ),
        fix: "Name it after its schema (`note.example.json` and `note.schema.json` in the same area), give it a `$schema`, or pair the two under `[[pair]]` in contract-guard.toml.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("example-without-schema");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(example) = catalog.example(id).filter(|e| e.partner == Partner::Missing) else {
        return Vec::new();
    };
    let Some(item) = catalog.item(example.item) else {
        return Vec::new();
    };
    let stem = item.stem();
    // A schema that does not parse is there, and has its own finding.
    if catalog
        .items
        .iter()
        .any(|other| other.kind.is_schema() && other.value().is_none() && other.stem() == stem)
    {
        return Vec::new();
    }
    let message = format!("no schema named `{stem}` for this example");
    let near =
        catalog.items.iter().filter(|other| other.kind == Kind::Schema && other.area == item.area);
    let best = near
        .map(|other| (strsim::damerau_levenshtein(other.stem(), stem), other.path.as_str()))
        .min();
    let help = match best {
        Some((distance, path)) if distance <= 2 => {
            format!("there is `{path}`: rename one of the two")
        }
        _ => format!("add `{stem}.schema.json`, or name the schema in the example's `$schema`"),
    };
    vec![
        Finding::new(CODE, message, Location::file(&item.path))
            .label("instance of nothing")
            .help(help),
    ]
}
