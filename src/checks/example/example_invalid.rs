//! Examples that should be valid and are not.
use crate::catalog::{Catalog, Expect, ItemId};
use crate::checks::judge::Judgement;
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "example is refused by its schema",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "An example is not an instance of its schema. Formats are asserted.",
        why: "Readers copy examples, and tests are made from them: a wrong one spreads.",
        bad: fixture!("example-invalid/fail/basic/contracts/storage/examples/note.example.json"),
        good: fixture!("example-invalid/pass/basic/contracts/storage/examples/note.example.json"),
        fix: "Correct the example, or the schema if the example is what was meant. An example that is meant to fail is named `*.invalid.json`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("example-invalid");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    super::judged(catalog, id, Expect::Valid)
        .into_iter()
        .filter_map(|judged| {
            let Judgement::Refused(violations) = judged.outcome else {
                return None;
            };
            let finding = super::refusal(catalog, CODE, "example", id, &judged.at, &violations)?;
            let finding = finding
                .or_help("correct the example, or the schema if the example is what was meant");
            let instance = catalog.value_at(id, &judged.at)?;
            let place = (id, &judged.at);
            Some(match super::repair(catalog, judged.schema, place, instance, &violations) {
                Some(fix) => finding.fix(fix),
                None => finding,
            })
        })
        .collect()
}
