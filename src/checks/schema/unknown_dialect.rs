//! A `$schema` that names no dialect.
use crate::catalog::{Catalog, DIALECTS, Dialect, ItemId, dialect_identifier, dialect_name};
use crate::checks::{Check, Run};
use crate::document::{Edit, Pointer, Value};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`$schema` names no dialect",
    level: Level::Error,
    since: "0.1.0",
    explain: Explain {
        what: "The `$schema` is no published dialect and no meta-schema of the tree. `https://json-schema.org/draft-07/schema#` is such a one: drafts up to 07 have `http`.",
        why: "Validators refuse the schema, or silently read it as another dialect.",
        bad: fixture!("unknown-dialect/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("unknown-dialect/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Write the identifier exactly: https://json-schema.org/draft/2020-12/schema, https://json-schema.org/draft/2019-09/schema, http://json-schema.org/draft-07/schema#, http://json-schema.org/draft-06/schema#, http://json-schema.org/draft-04/schema#.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("unknown-dialect");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let location = Location::value(&catalog.path(id), Pointer::root().join("$schema"));
    let given =
        catalog.value_at(id, &location.pointer).and_then(Value::as_str).unwrap_or("(no text)");
    let finding = Finding::new(CODE, format!("`{given}` names no JSON Schema dialect"), location)
        .about(given);
    match catalog.schemas.get(&id).map(|s| &s.dialect) {
        Some(Dialect::NearMiss(draft)) => {
            let finding = finding.label(format!("read as {}", dialect_name(*draft)));
            let right = dialect_identifier(*draft);
            let edit = Edit::Set(finding.primary.pointer.clone(), serde_json::json!(right));
            let fix = Fix::safe(&catalog.path(id), edit);
            vec![finding.help(format!("write `{right}`")).fix(fix)]
        }
        Some(Dialect::Unknown) => {
            let known = DIALECTS.map(|(_, identifier)| format!("`{identifier}`")).join(", ");
            let finding = finding
                .label("unknown dialect")
                .note("the schema and its examples were not checked");
            vec![finding.help(format!("write one of {known}"))]
        }
        _ => Vec::new(),
    }
}
