//! Validations that were not started, because their steps are beyond the budget.
use crate::catalog::{Catalog, Expect, ItemId, Partner};
use crate::checks::judge::Judgement;
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "example takes too many steps to check",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The schema applies itself several times at every level, so that the steps to check the example double with each.",
        why: "Every consumer that validates such a document can be brought to a halt by it. What was not checked is not a pass.",
        bad: fixture!("example-too-costly/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("example-too-costly/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Let each level apply the recursive schema once, or raise the budget with `--max-steps`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("example-too-costly");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let partner = catalog.example(id).map(|e| &e.partner);
    if !matches!(partner, Some(Partner::Schema(schema, _)) if catalog.is_recursive(*schema)) {
        return Vec::new();
    }
    let mut places: Vec<(Pointer, ItemId)> = Vec::new();
    for expect in [Expect::Valid, Expect::Invalid] {
        let judged = super::judged(catalog, id, expect).into_iter();
        places.extend(
            judged.filter(|j| matches!(j.outcome, Judgement::TooMuch)).map(|j| (j.at, j.schema)),
        );
    }
    places
        .into_iter()
        .map(|(at, schema)| {
            let message = format!("checking this takes more than {} steps", catalog.limits.steps);
            Finding::new(CODE, message, Location::value(&catalog.path(id), &at))
                .label("not checked")
                .related(
                    Location::file(&catalog.path(schema)),
                    "this schema doubles its steps with every level",
                )
                .help("let each level apply the recursive schema once")
        })
        .collect()
}
