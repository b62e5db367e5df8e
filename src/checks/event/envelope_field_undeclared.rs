//! The frozen names of the envelope: each is a declared property.
use crate::catalog::{Answer, Catalog, ItemId, Shape};
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "frozen envelope field is not declared",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "One of the twelve frozen fields is no declared property of the envelope, or is declared so that nothing satisfies it.",
        why: "An undeclared field has no type: whatever is written there is valid, or nothing is.",
        bad: fixture!("envelope-field-undeclared/fail/basic/contracts/events/envelope.schema.json"),
        good: fixture!(
            "envelope-field-undeclared/pass/basic/contracts/events/envelope.schema.json"
        ),
        fix: "Declare the field under `properties`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("envelope-field-undeclared");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    super::frozen::judge(catalog, id, Shape::Declared)
        .into_iter()
        .filter(|(_, answer)| *answer == Answer::No)
        .map(|(name, _)| {
            let at = super::frozen::place(catalog, id, "properties");
            let message = format!("envelope does not declare `{name}`");
            Finding::new(CODE, message, at)
                .label(format!("`{name}` is not among them"))
                .about(name)
                .note("this field is frozen: every event carries it, in every version")
                .help(format!("declare `{name}` under `properties`"))
        })
        .collect()
}
