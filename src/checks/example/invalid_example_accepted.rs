//! Examples that must be refused and are not.
use crate::catalog::{Catalog, Expect, ItemId};
use crate::checks::judge::Judgement;
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "example that is meant to fail is accepted",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "An example in `*.invalid.json`, in a section `invalid`, or with `valid: false` is accepted by its schema.",
        why: "The schema lets through what its authors say it must not.",
        bad: fixture!(
            "invalid-example-accepted/fail/basic/contracts/storage/examples/note.invalid.json"
        ),
        good: fixture!(
            "invalid-example-accepted/pass/basic/contracts/storage/examples/note.invalid.json"
        ),
        fix: "Tighten the schema, or move the example to the valid ones.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("invalid-example-accepted");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    super::judged(catalog, id, Expect::Invalid)
        .into_iter()
        .filter(|judged| matches!(judged.outcome, Judgement::Accepted))
        .map(|judged| {
            let schema = catalog.path(judged.schema);
            let message = format!("example is meant to fail, but `{schema}` accepts it");
            Finding::new(CODE, message, Location::value(&catalog.path(id), &judged.at))
                .label("accepted")
                .about(schema.as_str())
                .help("tighten the schema, or move the example to the valid ones")
        })
        .collect()
}
