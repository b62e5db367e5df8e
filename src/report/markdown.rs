//! Changes as Markdown: for a pull request, a release note, a step summary. Everything from a contract is
//! escaped; nothing of it becomes markup.

use std::io::{self, Write};

use super::Texts;
use super::escape::{cell_code, code, prose};
use crate::document::Position;
use crate::finding::Finding;
use crate::gate::{Bump, Comparison, Impact, Item, Outcome};

pub(super) fn render(
    comparison: &Comparison,
    texts: &Texts<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "## Contract changes\n")?;
    if comparison.items.is_empty() {
        return writeln!(out, "Nothing changed.");
    }
    for impact in Impact::ALL {
        let of = |item: &&Item| item.change.as_ref().is_some_and(|c| c.impact == impact);
        let items: Vec<&Item> = comparison.items.iter().filter(of).collect();
        if items.is_empty() {
            continue;
        }
        writeln!(out, "### {} ({})\n", title(impact), items.len())?;
        for item in items {
            entry("", &item.finding, texts.positions(&item.finding.primary), out)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "| version of | before | after | declared | required |")?;
    writeln!(out, "| --- | --- | --- | --- | --- |")?;
    comparison.bumps.iter().try_for_each(|bump| row(bump, out))
}

/// Findings, worst first.
pub(super) fn render_outcome(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Contract check: {}\n", outcome.verdict.name())?;
    if outcome.items.is_empty() {
        return match outcome.counts.artifacts {
            // A command may look at other things.
            0 => writeln!(out, "No findings."),
            artifacts => writeln!(out, "No findings in {artifacts} artifacts."),
        };
    }
    for item in &outcome.items {
        entry(&format!("{}: ", item.word()), &item.finding, item.position, out)?;
        if let Some(waived) = &item.waived {
            let (owner, reason) = (prose(&waived.owner, code), prose(&waived.reason, code));
            writeln!(out, "  - waived until {} by {owner}: {reason}", prose(&waived.until, code))?;
        }
    }
    Ok(())
}

fn title(impact: Impact) -> &'static str {
    match impact {
        Impact::Major => "Breaking",
        Impact::Unproven => "Not proven",
        Impact::Minor => "Additions",
        Impact::Patch => "Other",
    }
}

/// A line of a list, after `prefix`, and the witness below it.
fn entry(
    prefix: &str,
    finding: &Finding,
    position: Option<(Position, Position)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let line = position.map_or(String::new(), |(start, _)| format!(":{}", start.line));
    let place = code(&format!("{}{line}", finding.primary.artifact));
    let (message, rule) = (prose(&finding.message, code), code(finding.code.as_str()));
    let of_law = finding.law.as_ref().map(|law| {
        let numbers: String = law.sentences.iter().map(|s| format!(" {s}")).collect();
        format!(", {}", code(&format!("{}/{}{numbers}", law.law, law.rule)))
    });
    writeln!(out, "- {prefix}{message} ({rule}, {place}{})", of_law.unwrap_or_default())?;
    if let Some(witness) = &finding.witness {
        writeln!(out, "  - witness: {} {}", code(&witness.document), prose(&witness.fate, code))?;
    }
    if let Some(help) = &finding.help {
        writeln!(out, "  - help: {}", prose(help, code))?;
    }
    Ok(())
}

fn row(bump: &Bump, out: &mut dyn Write) -> io::Result<()> {
    let version =
        |v: &Option<semver::Version>| v.as_ref().map_or("-".to_owned(), ToString::to_string);
    let of = bump.module.as_deref().map_or("the set".to_owned(), cell_code);
    let declared = bump.declared.map_or("-", crate::gate::Step::name);
    let mark = if bump.is_too_small() { " (too small)" } else { "" };
    writeln!(
        out,
        "| {of} | {} | {} | {declared}{mark} | {} |",
        version(&bump.before),
        version(&bump.after),
        bump.required
    )
}
