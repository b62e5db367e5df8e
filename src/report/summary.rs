//! The last line: what was looked at and what follows.

use std::io::{self, Write};

use super::Style;
use crate::finding::Level;
use crate::gate::{Bump, Comparison, Impact, Outcome, Step, Verdict};

/// Which command closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// `check`: counts.
    Check,
    /// `validate`: how many examples do not match.
    Validate,
    /// `envelope`: passed or not.
    Envelope,
    /// `laws check`: how many rules were held.
    Laws(RuleCounts),
}

/// What became of the rules of laws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuleCounts {
    /// Rules that were held against the repository.
    pub held: usize,
    /// Rules that compare with a baseline, without one.
    pub no_baseline: usize,
    /// Rules that wait for tests.
    pub by_test: usize,
    /// Rules that run commands, not asked for.
    pub no_commands: usize,
    /// Violations that the record accepts.
    pub accepted: usize,
}

/// Codes that say of an example that it does not match.
const MISMATCHES: [&str; 3] = ["example-invalid", "invalid-example-accepted", "payload-invalid"];

pub(super) fn render(
    outcome: &Outcome,
    closing: Closing,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match closing {
        Closing::Check => writeln!(out, "{}", counts(outcome, style)),
        Closing::Laws(rules) => writeln!(out, "{}", rule_counts(outcome, rules, style)),
        Closing::Validate => {
            let refused =
                outcome.items.iter().filter(|i| MISMATCHES.contains(&i.finding.code.as_str()));
            let mut examples: Vec<_> = refused.map(|i| &i.finding.primary.artifact).collect();
            examples.sort();
            examples.dedup();
            writeln!(out, "{} mismatched example(s)", examples.len())
        }
        Closing::Envelope => {
            let (mark, word) = match (outcome.verdict, style.unicode) {
                (Verdict::Pass, true) => ("✓", "passed"),
                (Verdict::Pass, false) => ("ok:", "passed"),
                (_, true) => ("✗", "failed"),
                (_, false) => ("failed:", "failed"),
            };
            writeln!(out, "{mark} Envelope invariants check {word}")
        }
    }
}

fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// `1 error, 2 warnings, 1 waived`
pub(super) fn found(outcome: &Outcome) -> String {
    let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
    let found: Vec<String> = levels
        .iter()
        .map(|(level, noun)| (outcome.count(*level), *noun))
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| plural(n, noun))
        .collect();
    let waived = outcome.waived();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    if waived > 0 { format!("{found}, {waived} waived") } else { found }
}

fn rule_counts(outcome: &Outcome, rules: RuleCounts, style: &Style) -> String {
    let held = plural(rules.held, "rule");
    let mut line = format!("{}: {}, {held} held", outcome.verdict.name(), found(outcome));
    let others = [
        (rules.no_baseline, "had no baseline to compare with (`--against`)"),
        (rules.by_test, "wait for a test (`laws status`)"),
        (rules.no_commands, "run commands (`--run-commands`)"),
    ];
    for (count, why) in others.iter().filter(|(count, _)| *count > 0) {
        line.push_str(&format!("; {count} {why}"));
    }
    if rules.accepted > 0 {
        line.push_str(&format!(
            "; {} accepted by the record",
            plural(rules.accepted, "old violation")
        ));
    }
    colored(line, outcome, style)
}

fn counts(outcome: &Outcome, style: &Style) -> String {
    let found = found(outcome);
    let counts = outcome.counts;
    let line = format!(
        "{}: {found} in {} ({}, {} checked)",
        outcome.verdict.name(),
        plural(counts.artifacts, "artifact"),
        plural(counts.schemas, "schema"),
        plural(counts.examples, "example"),
    );
    colored(line, outcome, style)
}

/// With the time, and in the colour of the verdict.
fn colored(mut line: String, outcome: &Outcome, style: &Style) -> String {
    if let Some(seconds) = style.seconds {
        line.push_str(&format!(" in {seconds:.2} s"));
    }
    if !style.color {
        return line;
    }
    let color = if outcome.verdict == Verdict::Pass { 32 } else { 31 };
    format!("\u{1b}[1;{color}m{line}\u{1b}[0m")
}

/// How many changes of which impact, and what they demand.
pub(super) fn render_comparison(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", changes(comparison))?;
    if comparison.items.is_empty() {
        return Ok(());
    }
    let steps = comparison.bumps.iter().filter(|b| b.required > Step::None || b.module.is_none());
    steps.map(step).try_for_each(|line| writeln!(out, "{line}"))?;
    let is_open = |item: &&crate::gate::Item| {
        let is_unproven = item.change.as_ref().is_some_and(|c| c.impact == Impact::Unproven);
        is_unproven && item.waived.is_none()
    };
    match comparison.items.iter().any(|item| is_open(&item)) {
        true => writeln!(out, "what is not proven is released as a break, or waived"),
        false => Ok(()),
    }
}

/// `2 changes: 1 major, 1 minor`
pub(super) fn changes(comparison: &Comparison) -> String {
    let total = comparison.items.len();
    if total == 0 {
        return "no changes".to_owned();
    }
    let found: Vec<String> = Impact::ALL
        .iter()
        .map(|impact| (comparison.count(*impact), impact.name()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, name)| format!("{n} {name}"))
        .collect();
    format!("{}: {}", plural(total, "change"), found.join(", "))
}

/// `version of the set: 1.0.0, demands major (2.0.0), declares minor (1.1.0): too small`
pub(super) fn step(bump: &Bump) -> String {
    let of = bump.module.as_ref().map_or("the set".to_owned(), |m| super::visible(m));
    let Some(before) = &bump.before else {
        return format!(
            "version of {of}: the changes demand {}; none was declared before",
            bump.required
        );
    };
    let wanted = bump.wanted().map_or(String::new(), |v| format!(" ({v})"));
    let mut line = format!("version of {of}: {before}, demands {}{wanted}", bump.required);
    match (bump.declared, &bump.after) {
        (Some(declared), Some(after)) => {
            line.push_str(&format!(", declares {declared} ({after})"));
            line.push_str(if bump.is_too_small() { ": too small" } else { "" });
        }
        _ => line.push_str(", declares nothing"),
    }
    line
}
