//! Documents that ask for no credentials.
use std::collections::BTreeSet;

use crate::catalog::{Catalog, ItemId, Kind};
use crate::checks::{Check, Run};
use crate::document::{Pointer, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "document without mTLS and Bearer for all operations",
    level: Level::Warning,
    since: "0.3.0",
    explain: Explain {
        what: "A document with paths has no `security` at the top that asks for mutual TLS and a Bearer token, so that an operation that forgets its own asks for nothing.",
        why: "The next operation that somebody adds is open to everybody, and nobody has decided that.",
        bad: fixture!("missing-global-security/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("missing-global-security/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Write `security: [{mtls: [], bearer: []}]` at the top, with a scheme of type `mutualTLS` and one of type `http` with `scheme: bearer`; an open operation says `security: []`.",
    },
    run: Run::Tree(run),
};

const CODE: Code = Code("missing-global-security");

fn run(catalog: &Catalog) -> Vec<Finding> {
    let all: Vec<_> = catalog
        .of_kind(Kind::OpenApi)
        .filter_map(|(id, _)| Some((id, super::document(catalog, id)?)))
        .map(|(id, document)| (id, document, super::operations(catalog, id)))
        .collect();
    let is_secured = |document: &Value| document.get("security").is_some();
    // Part of another document, an operation has the security of that.
    let covered: BTreeSet<_> = all
        .iter()
        .filter(|(_, document, _)| is_secured(document))
        .flat_map(|(.., operations)| operations.iter().map(|o| o.part.place.clone()))
        .collect();
    let mut found = Vec::new();
    for (id, document, operations) in &all {
        let mut calls = operations.iter().filter(|operation| !operation.sends);
        let at = Pointer::root().join("security");
        let path = catalog.path(*id);
        let (message, location) = match missing(catalog, *id, document) {
            _ if !is_secured(document) => {
                if calls.all(|operation| covered.contains(&operation.part.place)) {
                    continue;
                }
                ("document has no `security` for all operations".to_owned(), Location::file(&path))
            }
            kinds if kinds.is_empty() => continue,
            kinds => {
                let message =
                    format!("`security` of the document does not ask for {}", kinds.join(" and "));
                (message, Location::key(&path, at))
            }
        };
        let finding =
            Finding::new(CODE, message, location).label("asks for less than mTLS and Bearer");
        found.push(finding.help("write `security: [{mtls: [], bearer: []}]` at the top"));
    }
    found
}

/// The kinds of credentials that no alternative of the document's security asks for.
fn missing(catalog: &Catalog, id: ItemId, document: &Value) -> Vec<&'static str> {
    let schemes = super::schemes(catalog, id);
    let named = document.get("security").map(Value::items).unwrap_or_default();
    let names: Vec<&String> = named.iter().flat_map(Value::members).map(|m| &m.key).collect();
    let has = |is_it: fn(&Value) -> bool| {
        names.iter().any(|name| schemes.get(*name).is_some_and(|scheme| is_it(scheme.value)))
    };
    let is_mutual = |scheme: &Value| scheme.str_at("type") == Some("mutualTLS");
    let is_bearer = |scheme: &Value| {
        scheme.str_at("type") == Some("http")
            && scheme.str_at("scheme").is_some_and(|s| s.eq_ignore_ascii_case("bearer"))
            || matches!(scheme.str_at("type"), Some("oauth2" | "openIdConnect"))
    };
    let mut found = Vec::new();
    // A scheme that is not declared is a finding of its own.
    if names.iter().all(|name| schemes.contains_key(*name)) {
        found.extend((!has(is_mutual)).then_some("mTLS"));
        found.extend((!has(is_bearer)).then_some("Bearer"));
    }
    found
}
