//! Examples of an API that its schemas refuse.
use crate::catalog::{ApiPart, Catalog, Effort, ItemId, Violation};
use crate::checks::{Check, Run};
use crate::document::{Pointer, to_json};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "example of an API that its schema refuses",
    level: Level::Error,
    since: "0.3.0",
    explain: Explain {
        what: "An `example`, or an entry of `examples`, of a parameter, header, body or schema is refused by the schema beside it.",
        why: "Readers copy examples before they read schemas; whoever copies this one is refused.",
        bad: fixture!("api-example-invalid/fail/basic/contracts/api/openapi/main.yaml"),
        good: fixture!("api-example-invalid/pass/basic/contracts/api/openapi/main.yaml"),
        fix: "Correct the example, or the schema.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("api-example-invalid");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(document) = super::document(catalog, id) else { return Vec::new() };
    let mut found = Vec::new();
    let all = super::schemas(document);
    for at in all.iter().flat_map(|at| catalog.schemas_within(id, at)) {
        let examples = examples(catalog, id, &at);
        if examples.is_empty() {
            continue;
        }
        let Ok(bundle) = catalog.bundle(id, &at) else { continue };
        let Ok(validator) = catalog.compiled(&bundle) else { continue };
        for (item, place) in examples {
            let Some(value) = catalog.value_at(item, &place) else { continue };
            if !Effort::allows_at(catalog, id, &at, value) {
                continue;
            }
            let json = to_json(value);
            let mut violations = catalog.violations_of(&validator, &json);
            // What is read only is no part of a request, and what is written only none of an answer.
            if !violations.is_empty()
                && let Ok(lenient) = catalog.compiled(&bundle.without_demand(marks(&at)))
            {
                violations = catalog.violations_of(&lenient, &json);
            }
            found.extend(violations.first().map(|v| finding(catalog, item, &place, v)));
        }
    }
    found
}

/// The marks of members that need not be there, by the place of a schema.
fn marks(at: &Pointer) -> &'static [&'static str] {
    let has = |wanted: &str| at.tokens().any(|token| token == wanted);
    match (has("requestBody") || has("requestBodies") || has("parameters"), has("responses")) {
        (true, false) => &["readOnly"],
        (false, true) => &["writeOnly"],
        _ => &["readOnly", "writeOnly"],
    }
}

/// The places of the examples of a schema: its own, and those beside it.
fn examples(catalog: &Catalog, id: ItemId, at: &Pointer) -> Vec<(ItemId, Pointer)> {
    let mut found = Vec::new();
    let mut add = |at: &Pointer| {
        if catalog.value_at(id, &at.join("example")).is_some() {
            found.push((id, at.join("example")));
        }
    };
    add(at);
    let beside = at.parent().filter(|_| at.tokens().last().is_some_and(|last| last == "schema"));
    beside.iter().for_each(&mut add);
    let own = catalog.value_at(id, &at.join("examples")).map_or(0, |list| list.items().len());
    found.extend((0..own).map(|i| (id, at.join("examples").index(i))));
    let named = beside.and_then(|beside| ApiPart::read(catalog, id, &beside.join("examples")));
    let named = named.map(|examples| examples.members(catalog)).unwrap_or_default();
    for part in named.into_values().filter(|part| part.value.get("value").is_some()) {
        found.push((part.place.0, part.place.1.join("value")));
    }
    found
}

fn finding(catalog: &Catalog, item: ItemId, at: &Pointer, violation: &Violation) -> Finding {
    let part = match violation.instance.as_str() {
        "" => String::new(),
        part => format!("`{part}` "),
    };
    let place = at.concat(&violation.instance);
    Finding::new(
        CODE,
        format!("example {part}{}", violation.message),
        Location::value(&catalog.path(item), place),
    )
    .label("refused by the schema of the example")
    .about(&violation.keyword)
    .help("correct the example, or the schema")
}
