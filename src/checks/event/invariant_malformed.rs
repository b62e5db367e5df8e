//! Invariants: each is a schema, and names an artifact.
use crate::catalog::{Catalog, ItemId, Kind};
use crate::checks::{Check, Run};
use crate::document::Pointer;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "invariant is no usable schema",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "A file of `invariants/` is no schema, or the artifact that it speaks of does not exist.",
        why: "An invariant that holds of nothing guards nothing.",
        bad: fixture!("invariant-malformed/fail/basic/contracts/invariants/envelope.schema.json"),
        good: fixture!("invariant-malformed/pass/basic/contracts/invariants/envelope.schema.json"),
        fix: "Name the artifact by `x-invariant-of`, a path from this file, or give the invariant the name of its artifact.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("invariant-malformed");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(item) = catalog.item(id).filter(|item| item.kind == Kind::Invariant) else {
        return Vec::new();
    };
    let Some(value) = item.value().filter(|v| v.is_object()) else {
        return Vec::new();
    };
    let at = Pointer::root().join("x-invariant-of");
    let fail = |message: String, location: Location, label: &str| {
        let help = "name the artifact by `x-invariant-of`, a path from this file";
        vec![Finding::new(CODE, message, location).label(label).help(help)]
    };
    if !catalog.invariant_targets(id).is_empty() {
        return Vec::new();
    }
    match value.get("x-invariant-of") {
        Some(given) => fail(
            match given.as_str().unwrap_or_default() {
                "" => "`x-invariant-of` names no path".to_owned(),
                text => format!("`{text}` is no schema of the tree"),
            },
            Location::value(&item.path, at),
            "no such artifact",
        ),
        None => fail(
            format!("no schema named `{}` for this invariant", item.stem()),
            Location::file(&item.path),
            "holds of nothing",
        ),
    }
}
