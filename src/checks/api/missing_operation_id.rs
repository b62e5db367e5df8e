//! Operations without a name.
use crate::catalog::{Api, Catalog, ItemId, Operation};
use crate::checks::{Check, Run};
use crate::document::Edit;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};
use std::collections::BTreeSet;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "operation without `operationId`",
    level: Level::Warning,
    since: "0.3.0",
    explain: Explain {
        what: "An operation has no `operationId`.",
        why: "Generated clients invent a name from path and method, which changes when the path does; changes, laws and logs have nothing to call it by.",
        bad: fixture!("missing-operation-id/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("missing-operation-id/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Give it an `operationId` that no other operation has.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("missing-operation-id");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let operations = super::operations(catalog, id);
    let nameless = operations.iter().filter(|o| o.part.value.get("operationId").is_none());
    let nameless: Vec<_> = nameless.collect();
    if nameless.is_empty() {
        return Vec::new();
    }
    let mut taken: BTreeSet<String> = Api::of(catalog)
        .operations
        .values()
        .filter_map(|o| o.part.value.str_at("operationId").map(str::to_owned))
        .collect();
    let finding = |operation: &Operation<'_>| {
        let (item, at) = &operation.part.place;
        let id = serde_json::json!(free_name(operation, &mut taken));
        let edit = Edit::First(at.clone(), "operationId".to_owned(), id);
        Finding::new(
            CODE,
            format!("`{}` has no `operationId`", operation.name),
            Location::key(&catalog.path(*item), at),
        )
        .label("no name")
        .help("give it a name that no other operation has")
        .fix(Fix::safe(&catalog.path(*item), edit))
    };
    nameless.into_iter().map(finding).collect()
}

/// `GET /v1/notes/{note_id}` is `getNotesByNoteId`, or that with a number where it is taken.
fn free_name(operation: &Operation<'_>, taken: &mut BTreeSet<String>) -> String {
    let method = operation.name.split(' ').next().unwrap_or_default().to_ascii_lowercase();
    let is_version = |s: &str| {
        s.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut name = method;
    for segment in operation.path.split('/').filter(|s| !s.is_empty() && !is_version(s)) {
        if segment.starts_with('{') {
            name.push_str("By");
        }
        for word in segment.split(|c: char| !c.is_ascii_alphanumeric()) {
            let mut rest = word.chars();
            name.extend(rest.next().map(|c| c.to_ascii_uppercase()));
            name.push_str(rest.as_str());
        }
    }
    let numbered = (2_usize..).map(|n| format!("{name}{n}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or(name);
    taken.insert(free.clone());
    free
}
