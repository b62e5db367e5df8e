//! `freeze list`

use serde_json::json;

use super::super::Answer;
use super::super::args::{Global, OutputFormat};
use super::super::list::aligned;
use super::super::output::Terminal;
use super::place::Place;
use super::words::{counted, size};
use crate::freeze::{Format, Freeze, Name, Version, decode, format_of, legacy_facts};
use crate::source;

/// A line of the list.
struct Row {
    version: Version,
    facts: Result<Facts, String>,
    is_newest: bool,
}

struct Facts {
    freeze: Freeze,
    artifacts: usize,
    bytes: u64,
    is_legacy: bool,
}

pub(super) fn run(place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let freezes = place.freezes()?;
    let count = freezes.len();
    let mut rows = Vec::new();
    for (n, (version, file)) in freezes.into_iter().enumerate() {
        let bytes = source::file_bytes(&file.path, &place.budget)?;
        rows.push(Row { version, facts: facts(&bytes), is_newest: n + 1 == count });
    }
    let files = place.files()?;
    let rescues: Vec<&str> = files
        .iter()
        .filter(|file| Name::of(&file.name) == Name::Rescue)
        .filter_map(|file| file.name.strip_suffix(".json"))
        .collect();
    let code = if rows.iter().any(|row| row.facts.is_err()) { 4 } else { 0 };
    let text = match global.format {
        OutputFormat::Json => {
            let rows: Vec<_> = rows.iter().map(json_row).collect();
            format!("{:#}\n", json!({ "freezes": rows, "rescues": rescues }))
        }
        _ => {
            let mut text = aligned(&rows.iter().map(text_row).collect::<Vec<_>>());
            for rescue in &rescues {
                text.push_str(&format!("  {rescue}  what a forced restore replaced\n"));
            }
            text
        }
    };
    if count == 0 {
        terminal.note("there is no freeze yet; `contract-guard freeze create VERSION` makes one");
    }
    Ok(terminal.write(text.as_bytes(), code))
}

fn facts(bytes: &[u8]) -> Result<Facts, String> {
    if format_of(bytes)? == Format::Legacy {
        let (created_at, artifacts, bytes) = legacy_facts(bytes)?;
        let freeze = Freeze { created_at, ..Freeze::default() };
        return Ok(Facts { freeze, artifacts, bytes, is_legacy: true });
    }
    let freeze = decode(bytes)?;
    let (artifacts, bytes) = (freeze.artifacts.len(), freeze.size());
    Ok(Facts { freeze, artifacts, bytes, is_legacy: false })
}

fn text_row(row: &Row) -> Vec<String> {
    let mark = if row.is_newest { "*" } else { " " };
    let mut cells = vec![mark.to_owned(), row.version.to_string()];
    let facts = match &row.facts {
        Ok(facts) => facts,
        Err(reason) => {
            cells.push(format!("damaged: {reason}"));
            return cells;
        }
    };
    let created = facts.freeze.created_at.clone().unwrap_or_default();
    let day: String = created.chars().take(10).collect();
    let bump = facts.freeze.bump.clone().unwrap_or_default();
    cells.push(counted(facts.artifacts, "artifact"));
    cells.push(size(facts.bytes));
    cells.push(day);
    cells.push(if facts.is_legacy { "legacy".to_owned() } else { bump });
    let newest = row.is_newest.then_some("newest");
    let description = facts.freeze.description.as_deref();
    cells.push([newest, description].into_iter().flatten().collect::<Vec<_>>().join(": "));
    cells
}

fn json_row(row: &Row) -> serde_json::Value {
    let version = &row.version;
    match &row.facts {
        Err(reason) => json!({ "version": version.as_str(), "damaged": reason }),
        Ok(facts) => json!({
            "version": version.as_str(),
            "number": version.number().to_string(),
            "name": version.name(),
            "newest": row.is_newest,
            "seq": if facts.is_legacy { None } else { Some(facts.freeze.seq) },
            "root": if facts.is_legacy { None } else { Some(&facts.freeze.root) },
            "format": if facts.is_legacy { "legacy" } else { "contract-freeze/2" },
            "artifacts": facts.artifacts,
            "bytes": facts.bytes,
            "bump": { "declared": facts.freeze.bump, "required": null },
            "created_at": facts.freeze.created_at,
            "description": facts.freeze.description,
        }),
    }
}
