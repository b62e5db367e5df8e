//! A schema accepts a document that breaks its invariant.
use super::invariants::{Answer, answers, place};
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::{Code, Explain, Finding, Level, Location, Witness, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "schema lets through what its invariant forbids",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A schema accepts a document that an invariant about it rejects. The witness is such a document: both schemas were asked.",
        why: "An invariant is a promise that no version may break; whoever relies on it meets the witness one day.",
        bad: fixture!("invariant-violated/fail/basic/contracts/events/envelope.schema.json"),
        good: fixture!("invariant-violated/pass/basic/contracts/events/envelope.schema.json"),
        fix: "Demand in the schema what the invariant demands. An invariant itself only grows; weakening one is a major change.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("invariant-violated");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let broken = |(target, answer)| match answer {
        Answer::Broken(witness) => Some((target, witness)),
        Answer::Kept | Answer::Unproven(..) => None,
    };
    let all = answers(catalog, id).into_iter().filter_map(broken);
    all.map(|(target, witness)| finding(catalog, id, target, &witness)).collect()
}

fn finding(
    catalog: &Catalog,
    invariant: ItemId,
    target: ItemId,
    witness: &subschema::Witness,
) -> Finding {
    let at = match witness.at.as_str() {
        "" => String::new(),
        at => format!(" at `{at}`"),
    };
    let what = match &witness.missing {
        Some(name) => format!("`{name}` is missing{at}"),
        None => format!("`{}`{at} is against it", witness.keyword),
    };
    let (path, promise) = (catalog.path(target), catalog.path(invariant));
    let message = format!("`{path}` lets a document through that its invariant forbids: {what}");
    let mut found =
        Finding::new(CODE, message, place(catalog, target, &witness.at, &witness.keyword))
            .label("this is not enough")
            .related(demand(catalog, invariant, &witness.schema_at), "the invariant")
            .note("an invariant holds in every version")
            .help(format!("demand it here as `{promise}` does"))
            .about(promise.as_str());
    found.witness = Some(Witness {
        document: witness.instance.to_string(),
        fate: format!("is valid here, and the invariant forbids it: {what}"),
    });
    found
}

/// Where the invariant says it, when that is in its own file.
fn demand(catalog: &Catalog, invariant: ItemId, at: &str) -> Location {
    let path = catalog.path(invariant);
    let at = Pointer::from(at);
    match catalog.value_at(invariant, &at) {
        Some(_) if !at.is_root() => Location::key(&path, at),
        _ => Location::file(&path),
    }
}
