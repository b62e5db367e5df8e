//! `list`: what the tool sees in a tree, one line each, or as JSON.

use serde_json::json;

use super::Answer;
use super::args::{Global, List, Listing, OutputFormat};
use super::check::request;
use super::load::load;
use super::output::Terminal;
use crate::catalog::{Catalog, Dialect, Expect, Partner, RootId, dialect_name};
use crate::checks::{self, CHECKS, Standing};
use crate::report::visible;

/// A listing: the names of its columns, and its rows.
type Table = (&'static [&'static str], Vec<Vec<String>>);

pub(super) fn run(list: &List, global: &Global, terminal: &Terminal) -> Answer {
    let (columns, rows) = match list.what {
        Listing::Codes => codes(),
        what => {
            let loaded = load(&request(&list.tree)?, global)?;
            match what {
                Listing::Schemas => schemas(&loaded.catalog),
                Listing::Examples => examples(&loaded.catalog),
                Listing::Deprecated => deprecated(&loaded.catalog),
                _ => topics(&loaded.catalog),
            }
        }
    };
    let text = match global.format {
        OutputFormat::Json => {
            let object = |row: &Vec<String>| {
                columns.iter().zip(row).map(|(c, v)| ((*c).to_owned(), json!(v))).collect()
            };
            let rows: Vec<serde_json::Map<String, serde_json::Value>> =
                rows.iter().map(object).collect();
            format!("{:#}\n", json!(rows))
        }
        _ => aligned(&rows),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}

/// Cells in columns, a line each row.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| {
        rows.iter().filter_map(|r| r.get(c)).map(|v| visible(v).chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(v, w)| padded(visible(v), *w)).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// By hand: the formatter knows no widths over 65,535.
fn padded(mut text: String, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

fn codes() -> Table {
    let rows =
        CHECKS.iter().map(|c| vec![c.code.to_string(), c.level.to_string(), c.summary.to_owned()]);
    (&["code", "level", "summary"], rows.collect())
}

fn deprecated(catalog: &Catalog) -> Table {
    let wanted = catalog.notice.releases;
    let row = |standing: Standing| {
        let place = match standing.at.as_str() {
            "" => standing.path.to_string(),
            at => format!("{}#{at}", standing.path),
        };
        let state = match standing.may_go {
            true => "may go".to_owned(),
            false => format!("{} of {wanted} releases", standing.marked.min(wanted)),
        };
        let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        vec![place, text(standing.since), text(standing.remove_in), state]
    };
    let rows = checks::standings(catalog).into_iter().map(row).collect();
    (&["place", "since", "remove_in", "state"], rows)
}

fn schemas(catalog: &Catalog) -> Table {
    let row = |(id, schema): (&usize, &crate::catalog::Schema)| {
        let dialect = match &schema.dialect {
            Dialect::Known(draft) => dialect_name(*draft).to_owned(),
            Dialect::Missing => "2020-12 (assumed)".to_owned(),
            Dialect::NearMiss(draft) => format!("{} (misspelled)", dialect_name(*draft)),
            Dialect::Custom => "custom".to_owned(),
            Dialect::Unknown => "unknown".to_owned(),
        };
        let identity = match &schema.id {
            RootId::Absolute(text) | RootId::Relative(text) => text.clone(),
            RootId::Missing => "-".to_owned(),
            RootId::Malformed => "(malformed)".to_owned(),
        };
        vec![catalog.path(*id).to_string(), dialect, identity]
    };
    (&["schema", "dialect", "id"], catalog.schemas.iter().map(row).collect())
}

fn examples(catalog: &Catalog) -> Table {
    let row = |example: &crate::catalog::Example| {
        let invalid = example.cases.iter().filter(|c| c.expect == Expect::Invalid).count();
        let expect = match (example.cases.len() - invalid, invalid) {
            (1, 0) => "valid".to_owned(),
            (0, 1) => "invalid".to_owned(),
            (valid, invalid) => format!("{valid} valid, {invalid} invalid"),
        };
        let (schema, reason) = match &example.partner {
            Partner::Schema(schema, reason) => (catalog.path(*schema).to_string(), reason.text()),
            Partner::Ambiguous(_) => ("-".to_owned(), "ambiguous"),
            Partner::Missing => ("-".to_owned(), "no schema"),
        };
        vec![catalog.path(example.item).to_string(), expect, schema, reason.to_owned()]
    };
    (&["example", "expect", "schema", "reason"], catalog.examples.iter().map(row).collect())
}

fn topics(catalog: &Catalog) -> Table {
    let row = |topic: &crate::catalog::Topic| {
        let schema = topic.schema.map_or_else(|| "-".to_owned(), |s| catalog.path(s).to_string());
        vec![topic.full_name(), schema, topic.obligations.join(",")]
    };
    (&["topic", "schema", "obligations"], catalog.topics.iter().map(row).collect())
}
