//! The frozen names of the envelope: each is required at its top level.
use crate::catalog::{Answer, Catalog, ItemId, Shape};
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "frozen envelope field is not required",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The envelope lets an event through that lacks one of the twelve frozen fields: band, obligations, policy_version, id, ts, topic, actor, device, space_id, qos, hashes, signature.",
        why: "Policy, audit and routing read these fields of every event, in every version, for ever.",
        bad: fixture!("envelope-field-missing/fail/basic/contracts/events/envelope.schema.json"),
        good: fixture!("envelope-field-missing/pass/basic/contracts/events/envelope.schema.json"),
        fix: "Put the name back under `required`, at the top level or in an `allOf` that always applies.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("envelope-field-missing");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    super::frozen::judge(catalog, id, Shape::Required)
        .into_iter()
        .filter(|(_, answer)| *answer == Answer::No)
        .map(|(name, _)| {
            let at = super::frozen::place(catalog, id, "required");
            let message = format!("envelope does not require `{name}`");
            Finding::new(CODE, message, at)
                .label(format!("`{name}` is not among them"))
                .about(name)
                .note("this field is frozen: every event carries it, in every version")
                .help(format!("add `{name}` to `required`"))
        })
        .collect()
}
