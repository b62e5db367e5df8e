//! Refusals that are not of the common form.
use std::collections::BTreeMap;

use crate::catalog::{ApiPart, Catalog, ItemId, Kind};
use crate::checks::{Check, Run};
use crate::document::{Pointer, to_json};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "refusal without the common error schema",
    level: Level::Warning,
    since: "0.3.0",
    explain: Explain {
        what: "A response for a refused request has no body, or one of another schema than most refusals in the contracts.",
        why: "Clients read errors in one place; an answer of another form is an error they cannot read.",
        bad: fixture!("error-schema-differs/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("error-schema-differs/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Refer to the common error schema, best by a shared response.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("error-schema-differs");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let mut refusals = Vec::new();
    for (id, _) in catalog.of_kind(Kind::OpenApi) {
        let operations = super::operations(catalog, id);
        for operation in operations.iter().filter(|operation| !operation.sends) {
            let responses = operation.responses(catalog).into_iter();
            let refused = responses.filter(|(status, _)| status.starts_with('4'));
            refusals.extend(refused.map(|(status, part)| (operation.name.clone(), status, part)));
        }
    }
    // Shared by many operations it is one response.
    refusals.sort_by(|a, b| a.2.place.cmp(&b.2.place));
    refusals.dedup_by(|a, b| a.2.place == b.2.place);
    let bodies: Vec<_> = refusals.iter().map(|(.., part)| bodies(catalog, part)).collect();
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, text) in bodies.iter().flatten() {
        *votes.entry(text).or_default() += 1;
    }
    let Some(most) = votes.values().copied().max() else { return Vec::new() };
    let common = votes.iter().find(|(_, n)| **n == most).map(|(text, _)| (*text).to_owned());
    let mut found = Vec::new();
    for ((name, status, part), bodies) in refusals.iter().zip(&bodies) {
        let odd = bodies.iter().find(|(_, text)| Some(text) != common.as_ref());
        let (what, place) = match odd {
            _ if bodies.is_empty() => ("has no body", &part.place),
            Some((place, _)) => ("has a body of another schema than other refusals", place),
            None => continue,
        };
        let message = format!("response {status} of `{name}` {what}");
        let at = Location::value(&catalog.path(place.0), &place.1);
        let finding = Finding::new(CODE, message, at).label("not the common error schema");
        found
            .push(finding.about(status).help("refer to the error schema that other refusals have"));
    }
    found
}

/// The schemas of a response that are JSON: where each stands, and what it says.
fn bodies(catalog: &Catalog, response: &ApiPart<'_>) -> Vec<((ItemId, Pointer), String)> {
    let contents = response.contents(catalog).into_iter();
    let json = contents.filter(|(media, _)| media.contains("json"));
    let schemas = json.filter_map(|(_, part)| part.member(catalog, "schema"));
    schemas.map(|schema| (schema.place.clone(), to_json(schema.value).to_string())).collect()
}
