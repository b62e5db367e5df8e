//! A consumer file says something that means nothing.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::finding::{Code, Explain, Finding, Level, Location, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "consumer file cannot be understood",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A `*.consumer.yaml` lacks a member, has one that nobody knows, or one that means nothing: a pointer that is none, a version that is no requirement.",
        why: "What is not understood may be what a change breaks: `can-i-release` answers `unknown` for that consumer, which is not a yes.",
        bad: fixture!("consumer-invalid/fail/basic/contracts/consumers/web.consumer.yaml"),
        good: fixture!("consumer-invalid/pass/basic/contracts/consumers/web.consumer.yaml"),
        fix: "Write it as docs/consumers.md and schemas/contracts.consumer.schema.json say.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("consumer-invalid");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let (Some(consumer), Some(item)) = (catalog.consumer(id), catalog.item(id)) else {
        return Vec::new();
    };
    let defects = consumer.defects.into_iter().map(|defect| {
        let location = Location { part: defect.part, ..Location::value(&item.path, defect.at) };
        let subject = defect.message.clone();
        Finding::new(CODE, defect.message, location).label("here").about(subject).help(defect.help)
    });
    defects.collect()
}
