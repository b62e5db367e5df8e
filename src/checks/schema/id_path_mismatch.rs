//! A `$id` whose last segment is not the file name.
use crate::catalog::{Catalog, ItemId, RootId};
use crate::checks::{Check, Run};
use crate::document::{Edit, Pointer};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`$id` does not match the file",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "The `$id` ends in another name than the file.",
        why: "Whoever looks for the schema by its `$id` finds another file or none.",
        bad: fixture!("id-path-mismatch/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("id-path-mismatch/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Rename the file or correct the `$id`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("id-path-mismatch");

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let Some(schema) = catalog.schemas.get(&id) else {
        return Vec::new();
    };
    let (RootId::Absolute(text) | RootId::Relative(text)) = &schema.id else {
        return Vec::new();
    };
    let path = catalog.path(id);
    let name = path.file_name();
    let last = text.rsplit('/').next().unwrap_or(text);
    // A `$id` may leave the file's endings out, and may name no file at all (`urn:…`, a folder).
    if last.is_empty() || !text.contains('/') && text.contains(':') || agrees(name, last) {
        return Vec::new();
    }
    let location = Location::value(&path, Pointer::root().join(schema.id_keyword()));
    let finding = Finding::new(
        CODE,
        format!("`{}` ends in `{last}`, but the file is `{name}`", schema.id_keyword()),
        location,
    );
    let edit =
        Edit::Set(finding.primary.pointer.clone(), serde_json::json!(catalog.usual_id(&path)));
    vec![
        finding
            .fix(Fix::safe(&path, edit))
            .label("another name than the file")
            .about(text)
            .help("rename the file, or correct the identifier"),
    ]
}

/// `note.schema.json` is `note.schema.json`, `note.schema`, `note.json` and `note` to an identifier.
fn agrees(name: &str, last: &str) -> bool {
    stem(name) == stem(last)
}

fn stem(name: &str) -> &str {
    let endings = [".json", ".yaml", ".yml"];
    let name = endings.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    name.strip_suffix(".schema").unwrap_or(name)
}
