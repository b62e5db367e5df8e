//! Operations that do not say how they refuse.
use crate::catalog::{Catalog, ItemId, Operation};
use crate::checks::{Check, Run};
use crate::document::{Edit, Pointer};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "operation lacks responses for refused requests",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "An operation does not describe every way in which it refuses a request: 400, 422 and 429 always; 401 and 403 unless it is open to everybody; 404 where its path has a parameter; 409 or 412 where it writes versions, which is where it takes `If-Match` or answers a write with `ETag`. `4XX` stands for all of them.",
        why: "Clients meet the answers that nobody described, and treat them as failures of the network.",
        bad: fixture!("missing-4xx-response/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("missing-4xx-response/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Describe the responses that are missing; most can refer to shared ones.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("missing-4xx-response");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let operations = super::operations(catalog, id);
    let calls = operations.iter().filter(|operation| !operation.sends);
    calls.filter_map(|operation| judge(catalog, operation)).collect()
}

fn judge(catalog: &Catalog, operation: &Operation<'_>) -> Option<Finding> {
    let responses = operation.responses(catalog);
    if responses.contains_key("4XX") {
        return None;
    }
    let has = |status: &str| responses.contains_key(status);
    let mut wanted = vec!["400", "422", "429"];
    if !super::is_open(operation) {
        wanted.extend(["401", "403"]);
    }
    if operation.path.contains('{') {
        wanted.push("404");
    }
    let mut missing: Vec<&str> = wanted.into_iter().filter(|status| !has(status)).collect();
    if writes_versions(catalog, operation) && !has("409") && !has("412") {
        missing.push("409 or 412");
    }
    missing.sort_unstable();
    let fix = described(catalog, operation, &missing);
    if missing.is_empty() {
        return None;
    }
    let list = missing.join(", ");
    let noun = if missing.len() == 1 { "response" } else { "responses" };
    let (item, at) = (operation.part.place.0, operation.part.place.1.join("responses"));
    let message = format!("`{}` lacks the {noun} {list}", operation.name);
    let finding = Finding::new(CODE, message, Location::key(&catalog.path(item), at));
    Some(
        finding
            .label("not all ways to be refused")
            .about(list)
            .help("describe them; `4XX` stands for all")
            .fix(fix),
    )
}

/// Whether an operation changes something of which versions are kept (RFC 9110, section 13.1).
fn writes_versions(catalog: &Catalog, operation: &Operation<'_>) -> bool {
    let is_write = !operation.name.starts_with("GET ") && !operation.name.starts_with("HEAD ");
    let asks = operation.parameters.contains_key(&("header".to_owned(), "if-match".to_owned()));
    let responses = operation.responses(catalog);
    let mut good = responses.iter().filter(|(status, _)| status.starts_with('2'));
    asks || (is_write && good.any(|(_, part)| part.headers(catalog).contains_key("etag")))
}

/// The responses that are missing, as the other operations have them; where none has, with a body of their
/// own (RFC 9457).
fn described(catalog: &Catalog, operation: &Operation<'_>, missing: &[&str]) -> Fix {
    let (item, at) = &operation.part.place;
    let (path, mut edits) = (catalog.path(*item), Vec::new());
    for status in missing.iter().map(|s| s.split(' ').next().unwrap_or(s)) {
        let response = catalog.refusal(*item, status).unwrap_or_else(|| {
            let first = catalog.first_refusal(*item, status);
            let components = Pointer::root().join("components");
            edits.push((path.clone(), Edit::Merge(components, first.components)));
            first.response
        });
        edits.push((path.clone(), Edit::Merge(at.path(&["responses", status]), response)));
    }
    Fix { is_safe: true, edits }
}
