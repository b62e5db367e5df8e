//! A `format` that no dialect defines and that looks like one.
use crate::catalog::{Catalog, ItemId, dialect_name};
use crate::checks::{Check, Run};
use crate::document::Edit;
use crate::finding::Location;
use crate::finding::{Code, Explain, Finding, Fix, Level, fixture};
use jsonschema::Draft;

/// The rule.
pub(crate) static CHECK: Check = Check {
    code: CODE,
    summary: "`format` that no validator knows",
    level: Level::Warning,
    since: "0.1.0",
    explain: Explain {
        what: "A `format` has a value that validators do not know, but which is nearly a known one (`date_time`, `uuid4`), or one that only a later dialect defines (`uuid` in draft-07).",
        why: "Validators ignore unknown formats without a word.",
        bad: fixture!("unknown-format/fail/basic/contracts/storage/schemas/note.schema.json"),
        good: fixture!("unknown-format/pass/basic/contracts/storage/schemas/note.schema.json"),
        fix: "Write the known name. Formats of your own begin with `x-`.",
    },
    run: Run::Artifact(run),
};

const CODE: Code = Code("unknown-format");

/// Formats with the first dialect that defines them.
const FORMATS: &[(&str, Draft)] = {
    use Draft::{Draft4 as D4, Draft6 as D6, Draft7 as D7, Draft201909 as D19};
    &[
        ("date", D7),
        ("date-time", D4),
        ("duration", D19),
        ("email", D4),
        ("hostname", D4),
        ("idn-email", D7),
        ("idn-hostname", D7),
        ("ipv4", D4),
        ("ipv6", D4),
        ("iri", D7),
        ("iri-reference", D7),
        ("json-pointer", D6),
        ("regex", D7),
        ("relative-json-pointer", D7),
        ("time", D7),
        ("ulid", D4),
        ("uri", D4),
        ("uri-reference", D6),
        ("uri-template", D6),
        ("uuid", D19),
    ]
};

fn run(catalog: &Catalog, id: ItemId) -> Vec<Finding> {
    let schema = catalog.schemas.get(&id);
    let root = catalog.item(id).and_then(|i| i.value());
    let (Some(schema), Some(root)) = (schema, root) else { return Vec::new() };
    let Some(draft) = schema.dialect.draft() else { return Vec::new() };
    let path = catalog.path(id);
    let formats = schema.subschemas().filter_map(|at| Some((at, root.at(at)?.str_at("format")?)));
    formats
        .filter_map(|(at, format)| {
            let (message, help, near) = judge(format, draft)?;
            let place = at.join("format");
            let finding = Finding::new(CODE, message, Location::value(&path, &place))
                .label("ignored by validators")
                .about(format)
                .help(help);
            Some(match near {
                // What was ignored until now would count.
                Some(near) => finding.fix(Fix::risky(&path, Edit::Set(place, near.into()))),
                None => finding,
            })
        })
        .collect()
}

/// What is wrong, what to do, and the format that was meant.
fn judge(format: &str, draft: Draft) -> Option<(String, String, Option<&'static str>)> {
    if let Some((_, first)) = FORMATS.iter().find(|(known, _)| *known == format) {
        let message = format!("`{format}` is no format of {}", dialect_name(draft));
        let help =
            format!("declare {} or later in `$schema`, or write a `pattern`", dialect_name(*first));
        return (*first > draft).then_some((message, help, None));
    }
    let near = nearest(format)?;
    let message = format!("`{format}` is no known format");
    Some((message, format!("write `{near}`"), Some(near)))
}

fn nearest(format: &str) -> Option<&'static str> {
    if format.starts_with("x-") {
        return None;
    }
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let given = plain(format);
    let names = || FORMATS.iter().map(|(name, _)| *name);
    let same = names().find(|known| plain(known) == given);
    let numbered =
        || names().find(|known| given.trim_end_matches(char::is_numeric) == plain(known));
    let near =
        || names().find(|known| known.len() > 4 && strsim::damerau_levenshtein(known, format) <= 2);
    same.or_else(numbered).or_else(near)
}
