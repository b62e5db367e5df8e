//! `freeze list`

use serde_json::json;

use super::super::Answer;
use super::super::args::{Global, OutputFormat};
use super::super::list::aligned;
use super::super::load::{Loaded, load_to_compare};
use super::super::output::Terminal;
use super::args::List;
use super::create::required;
use super::place::Place;
use super::words::{counted, size};
use crate::freeze::{Format, Freeze, Name, Version, decode, format_of, legacy_facts};
use crate::gate::Accepted;
use crate::gate::Step;
use crate::source::{self, FrozenFile, Source};

/// A line of the list.
struct Row {
    version: Version,
    facts: Result<Facts, String>,
    is_newest: bool,
    /// The step that the changes since the freeze before demand, where that was asked for.
    required: Option<Step>,
}

struct Facts {
    freeze: Freeze,
    artifacts: usize,
    bytes: u64,
    is_legacy: bool,
}

pub(super) fn run(list: &List, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let freezes = place.freezes()?;
    let count = freezes.len();
    let mut rows = Vec::new();
    let steps = if list.required { steps(&freezes, place, global) } else { vec![None; count] };
    let mut steps = steps.into_iter();
    for (n, (version, file)) in freezes.into_iter().enumerate() {
        let bytes = source::file_bytes(&file.path, &place.budget)?;
        rows.push(Row {
            version,
            facts: facts(&bytes),
            is_newest: n + 1 == count,
            required: steps.next().flatten(),
        });
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

/// The step that each freeze had to make; none for the first, and where one cannot be read.
fn steps(freezes: &[(Version, FrozenFile)], place: &Place, global: &Global) -> Vec<Option<Step>> {
    let mut before: Option<(&Version, Loaded)> = None;
    let mut found = Vec::new();
    for (version, file) in freezes {
        let now = load_to_compare(&place.request(Source::Freeze(file.path.clone())), global).ok();
        let step = before.as_ref().zip(now.as_ref()).map(|((version, old), new)| {
            required(
                &old.catalog,
                &new.catalog,
                &new.config,
                &Accepted::default(),
                version.number(),
            )
            .1
        });
        found.push(step);
        before = now.map(|loaded| (version, loaded));
    }
    found
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
    let mut bump = facts.freeze.bump.clone().unwrap_or_default();
    if let Some(step) = row.required {
        bump.push_str(&format!(" (demanded: {step})"));
    }
    cells.push(counted(facts.artifacts, "artifact"));
    cells.push(size(facts.bytes));
    cells.push(day);
    cells.push(if facts.is_legacy { "legacy".to_owned() } else { bump });
    let newest = row.is_newest.then_some("newest");
    let description = facts.freeze.description.as_deref().map(clipped);
    let both = [newest.map(str::to_owned), description];
    cells.push(both.into_iter().flatten().collect::<Vec<_>>().join(": "));
    cells
}

/// Longest description that a line has room for.
const ROOM: usize = 72;

fn clipped(text: &str) -> String {
    if text.chars().count() <= ROOM {
        return text.to_owned();
    }
    let head: String = text.chars().take(ROOM - 3).collect();
    format!("{head}...")
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
            "bump": { "declared": facts.freeze.bump, "required": row.required.map(Step::name) },
            "created_at": facts.freeze.created_at,
            "description": facts.freeze.description,
        }),
    }
}
