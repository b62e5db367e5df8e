//! `contract-guard/findings-1`: the published JSON, with types of its own, so that a refactoring of the
//! inner ones breaks nobody. Its schema is `schemas/findings-1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::tool::Tool;
use super::{NoVerdict, Texts};
use crate::finding::{Level, Location, Part};
use crate::gate::{ChangeFacts, Comparison, Impact, Item, Outcome, Step};

#[derive(Serialize)]
struct Report<'o> {
    format: &'static str,
    tool: Tool,
    verdict: &'static str,
    #[serde(flatten)]
    why: Option<Why<'o>>,
    counts: Counts,
    findings: Vec<Finding<'o>>,
}

/// Why there is no verdict.
#[derive(Serialize)]
struct Why<'o> {
    message: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'o str>,
}

#[derive(Default, Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
    waived: usize,
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
    witness: Option<Witness<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    law: Option<Law<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<Waived<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'o str>,
}

#[derive(Serialize)]
struct Witness<'o> {
    document: serde_json::Value,
    fate: &'o str,
}

#[derive(Serialize)]
struct Change<'o> {
    impact: &'static str,
    direction: Option<&'static str>,
    module: Option<&'o str>,
    affects: &'o [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    stability: Option<&'static str>,
}

#[derive(Serialize)]
struct Waived<'o> {
    reason: &'o str,
    owner: &'o str,
    until: &'o str,
}

#[derive(Serialize)]
struct Law<'o> {
    law: &'o str,
    rule: &'o str,
    sentences: &'o [String],
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
        tool: Tool::THIS,
        verdict: outcome.verdict.name(),
        why: None,
        counts: Counts {
            errors: outcome.count(Level::Error),
            warnings: outcome.count(Level::Warning),
            notes: outcome.count(Level::Note),
            waived: outcome.waived(),
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
        witness: finding.witness.as_ref().map(witness),
        change: item.change.as_ref().map(change),
        law: finding.law.as_ref().map(|rule| Law {
            law: &rule.law,
            rule: &rule.rule,
            sentences: &rule.sentences,
        }),
        waived: item.waived.as_ref().map(|waived| Waived {
            reason: &waived.reason,
            owner: &waived.owner,
            until: &waived.until,
        }),
        note: finding.note.as_deref(),
        help: finding.help.as_deref(),
    }
}

fn witness(witness: &crate::finding::Witness) -> Witness<'_> {
    let document = serde_json::from_str(&witness.document).unwrap_or_default();
    Witness { document, fate: &witness.fate }
}

fn change(facts: &ChangeFacts) -> Change<'_> {
    Change {
        impact: facts.impact.name(),
        direction: facts.direction,
        module: facts.module.as_deref(),
        affects: &facts.affects,
        stability: facts.stability,
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

#[derive(Serialize)]
struct Comparing<'o> {
    format: &'static str,
    tool: Tool,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(flatten)]
    why: Option<Why<'o>>,
    counts: Impacts,
    bumps: Vec<Bump<'o>>,
    changes: Vec<Finding<'o>>,
}

#[derive(Default, Serialize)]
struct Impacts {
    major: usize,
    unproven: usize,
    minor: usize,
    patch: usize,
}

#[derive(Serialize)]
struct Bump<'o> {
    module: Option<&'o str>,
    before: Option<String>,
    after: Option<String>,
    required: &'static str,
    declared: Option<&'static str>,
    too_small: bool,
    wanted: Option<String>,
}

/// `contract-guard/changes-1`; its schema is `schemas/changes-1.schema.json`.
pub(super) fn render_comparison(
    comparison: &Comparison,
    texts: &Texts<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bumps = comparison.bumps.iter().map(|bump| Bump {
        module: bump.module.as_deref(),
        before: bump.before.as_ref().map(ToString::to_string),
        after: bump.after.as_ref().map(ToString::to_string),
        required: bump.required.name(),
        declared: bump.declared.map(Step::name),
        too_small: bump.is_too_small(),
        wanted: bump.wanted().map(|version| version.to_string()),
    });
    let report = Comparing {
        format: "contract-guard/changes-1",
        tool: Tool::THIS,
        verdict: None,
        why: None,
        counts: Impacts {
            major: comparison.count(Impact::Major),
            unproven: comparison.count(Impact::Unproven),
            minor: comparison.count(Impact::Minor),
            patch: comparison.count(Impact::Patch),
        },
        bumps: bumps.collect(),
        changes: comparison.items.iter().map(|item| finding(item, texts)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report).map_err(io::Error::from)?;
    writeln!(out)
}

/// That there is no verdict, in the form that the command would have had: nothing was counted.
pub(super) fn render_nothing(nothing: &NoVerdict, out: &mut dyn Write) -> io::Result<()> {
    let why = Some(Why { message: &nothing.message, help: nothing.help.as_deref() });
    let (tool, verdict) = (Tool::THIS, "none");
    let written = match nothing.compares {
        false => {
            let (format, counts) = ("contract-guard/findings-1", Counts::default());
            let report = Report { format, tool, verdict, why, counts, findings: Vec::new() };
            serde_json::to_writer_pretty(&mut *out, &report)
        }
        true => serde_json::to_writer_pretty(
            &mut *out,
            &Comparing {
                format: "contract-guard/changes-1",
                tool,
                verdict: Some(verdict),
                why,
                counts: Impacts::default(),
                bumps: Vec::new(),
                changes: Vec::new(),
            },
        ),
    };
    written.map_err(io::Error::from)?;
    writeln!(out)
}
