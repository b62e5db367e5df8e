//! The envelope demands an object.
use crate::catalog::{Answer, Catalog, ItemId, Shape};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "envelope admits what is no object",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The envelope does not say `type: object`, so that a text or a list is a valid event.",
        why: "`required` and `properties` say nothing about values that are no objects.",
        bad: fixture!("envelope-open-type/fail/basic/contracts/events/envelope.schema.json"),
        good: fixture!("envelope-open-type/pass/basic/contracts/events/envelope.schema.json"),
        fix: "Add `\"type\": \"object\"`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("envelope-open-type");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    if !super::frozen::is_envelope(catalog, id)
        || catalog.shape(id, &Pointer::root(), Shape::Object) != Answer::No
    {
        return Vec::new();
    }
    let location = super::frozen::place(catalog, id, "type");
    let finding = Finding::new(CODE, "envelope admits values that are no objects", location);
    vec![finding.label("`type` is not `object`").help("add `\"type\": \"object\"`")]
}
