//! Parameters that are declared twice.
use std::collections::BTreeMap;

use crate::catalog::{ApiPart, Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "parameter is declared twice",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "A list of parameters declares two of one name in one place (OpenAPI 3.1, section 4.8.9.1: they must be unique).",
        why: "Which of the two counts is chance.",
        bad: fixture!("duplicate-parameter/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("duplicate-parameter/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Keep one of them.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("duplicate-parameter");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let operations = super::operations(catalog, id);
    let mut holders: Vec<&ApiPart<'_>> =
        operations.iter().flat_map(|o| [&o.part, &o.shared]).collect();
    holders.sort_by(|a, b| a.place.cmp(&b.place));
    holders.dedup_by(|a, b| a.place == b.place);
    holders.into_iter().flat_map(|holder| twice(catalog, holder)).collect()
}

fn twice(catalog: &Catalog, holder: &ApiPart<'_>) -> Vec<Finding> {
    let (item, at) = (holder.place.0, holder.place.1.join("parameters"));
    let count = holder.value.get("parameters").map_or(0, |list: &Value| list.items().len());
    let mut known: BTreeMap<(String, String), Pointer> = BTreeMap::new();
    let mut found = Vec::new();
    for place in (0..count).map(|i| at.index(i)) {
        let Some(part) = ApiPart::read(catalog, item, &place) else { continue };
        let text = |key| part.value.str_at(key).map(str::to_owned);
        let (Some(name), Some(within)) = (text("name"), text("in")) else { continue };
        // RFC 9110, section 5.1: the case of header names does not count.
        let key = if within == "header" { name.to_ascii_lowercase() } else { name.clone() };
        let Some(first) = known.get(&(within.clone(), key.clone())) else {
            known.insert((within, key), place);
            continue;
        };
        let path = catalog.path(item);
        let message = format!("parameter `{name}` in {within} is declared twice");
        let finding = Finding::new(CODE, message, Location::value(&path, &place)).label("again");
        let first = Location::value(&path, first);
        found.push(finding.related(first, "here first").about(name).help("keep one of them"));
    }
    found
}
