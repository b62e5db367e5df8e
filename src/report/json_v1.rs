//! `contract-guard/findings-1`: the published JSON, with types of its own, so that a refactoring of the
//! inner ones breaks nobody. Its schema is `schemas/findings-1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::Texts;
use crate::finding::{Level, Location, Part};
use crate::gate::{Item, Outcome};

#[derive(Serialize)]
struct Report<'o> {
    format: &'static str,
    tool: Tool,
    verdict: &'static str,
    counts: Counts,
    findings: Vec<Finding<'o>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
    artifacts: usize,
    schemas: usize,
    examples: usize,
}

#[derive(Serialize)]
struct Finding<'o> {
    code: &'static str,
    level: &'static str,
    level_origin: &'static str,
    message: &'o str,
    fingerprint: &'o str,
    location: Place<'o>,
    related: Vec<Place<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'o str>,
}

#[derive(Serialize)]
struct Place<'o> {
    artifact: &'o str,
    pointer: &'o str,
    part: &'static str,
    label: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Position>,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    offset: u32,
}

pub(super) fn render(outcome: &Outcome, texts: &Texts<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        format: "contract-guard/findings-1",
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        verdict: outcome.verdict.name(),
        counts: Counts {
            errors: outcome.count(Level::Error),
            warnings: outcome.count(Level::Warning),
            notes: outcome.count(Level::Note),
            artifacts: outcome.counts.artifacts,
            schemas: outcome.counts.schemas,
            examples: outcome.counts.examples,
        },
        findings: outcome.items.iter().map(|item| finding(item, texts)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
    writeln!(out)
}

fn finding<'o>(item: &'o Item, texts: &Texts<'_>) -> Finding<'o> {
    let finding = &item.finding;
    let related = finding.related.iter().map(|r| place(&r.location, &r.label, texts));
    Finding {
        code: finding.code.as_str(),
        level: item.level.name(),
        level_origin: item.origin.name(),
        message: &finding.message,
        fingerprint: &item.fingerprint,
        location: place(&finding.primary, &finding.label, texts),
        related: related.collect(),
        note: finding.note.as_deref(),
        help: finding.help.as_deref(),
    }
}

fn place<'o>(location: &'o Location, label: &'o str, texts: &Texts<'_>) -> Place<'o> {
    let positions = texts.positions(location);
    let offsets = location.span.unwrap_or_default();
    let position =
        |p: crate::document::Position, offset| Position { line: p.line, column: p.column, offset };
    Place {
        artifact: location.artifact.as_str(),
        pointer: location.pointer.as_str(),
        part: if location.part == Part::Key { "key" } else { "value" },
        label,
        start: positions.map(|(start, _)| position(start, offsets.start)),
        end: positions.map(|(_, end)| position(end, offsets.end)),
    }
}
