//! An invariant that was neither proven nor refuted.
use super::invariants::{Answer, answers};
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, Location, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "invariant is neither proven nor refuted",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "It could not be proven that a schema keeps its invariant, and no document was found that breaks it. The message names the construct that stands in the way.",
        why: "What is not proven is not a pass.",
        bad: fixture!("invariant-unproven/fail/basic/contracts/invariants/note.schema.json"),
        good: fixture!("invariant-unproven/pass/basic/contracts/invariants/note.schema.json"),
        fix: "Write the schema and the invariant with the same words where they say the same, or say it more simply.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("invariant-unproven");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let open = |(target, answer)| match answer {
        Answer::Unproven(construct, reason) => Some((target, construct, reason)),
        Answer::Kept | Answer::Broken(_) => None,
    };
    let finding = |(target, construct, reason): (ItemId, String, String)| {
        let schema = catalog.path(target);
        let message = format!("cannot prove that `{schema}` keeps this invariant: {reason}");
        Finding::new(CODE, message, Location::file(&catalog.path(id)))
            .label(format!("hangs on `{construct}`"))
            .related(Location::file(&schema), "the schema")
            .help("write schema and invariant with the same words where they say the same")
            .about(schema.as_str())
    };
    answers(catalog, id).into_iter().filter_map(open).map(finding).collect()
}
