//! A `format` that no dialect defines and that looks like one.
use crate::catalog::{Catalog, ItemId};
use crate::checks::{Check, Run};
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Level, fixture};

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`format` that no validator knows",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A `format` has a value that validators do not know, but which is nearly a known one (`date_time`, `uuid4`).",
        why: "Validators ignore unknown formats without a word.",
        bad: fixture!("unknown-format/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("unknown-format/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Write the known name. Formats of your own begin with `x-`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("unknown-format");

const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "idn-email",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "ulid",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let (Some(schema), Some(root)) =
        (catalog.schemas.get(&id), catalog.item(id).and_then(|i| i.value()))
    else {
        return Vec::new();
    };
    let path = catalog.path(id);
    let formats = schema.subschemas().filter_map(|at| Some((at, root.at(at)?.str_at("format")?)));
    formats
        .filter_map(|(at, format)| {
            let near = nearest(format)?;
            let location = Location::value(&path, at.join("format"));
            let finding = Finding::new(CODE, format!("`{format}` is no known format"), location);
            Some(
                finding
                    .label("ignored by validators")
                    .about(format)
                    .help(format!("write `{near}`")),
            )
        })
        .collect()
}

fn nearest(format: &str) -> Option<&'static str> {
    if FORMATS.contains(&format) || format.starts_with("x-") {
        return None;
    }
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let given = plain(format);
    let same = FORMATS.iter().find(|known| plain(known) == given);
    let numbered =
        || FORMATS.iter().find(|known| given.trim_end_matches(char::is_numeric) == plain(known));
    let near = || {
        FORMATS
            .iter()
            .find(|known| known.len() > 4 && strsim::damerau_levenshtein(known, format) <= 2)
    };
    same.or_else(numbered).or_else(near).copied()
}
