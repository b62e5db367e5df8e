//! Outcomes as text. The only formatter: findings carry no layout, formats carry no judgement.

mod audit;
mod ci;
mod consumers;
mod crates;
mod difference;
mod escape;
mod graph;
mod human;
mod json_v1;
mod markdown;
mod page;
mod short;
mod status;
mod summary;
mod tool;
mod worst;

pub use audit::{AuditFormat, AuditVerdict, Audited, render_audit};
pub use ci::{Ci, NoVerdict, Told};
pub use consumers::{Asked, ConsumersFormat, render_consumers};
pub use crates::{CrateRow, render_crates};
pub use difference::render_difference;
pub use escape::visible;
pub use graph::{GraphFormat, render_graph, render_impact};
pub use page::{FrozenFacts, Page, render_page};
pub use status::{StatusFormat, render_status};
pub use summary::{Closing, RuleCounts};
pub use tool::is_former_report;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use crate::document::{LineIndex, Position};
use crate::finding::Location;
use crate::gate::{Comparison, Item, Outcome, Verdict, is_before};
use crate::tree::{ArtifactPath, Tree};

/// How an outcome is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: source lines, labels, help.
    Human,
    /// One line a finding: `path:line:column: level[code]: message`.
    Short,
    /// For programs: `schemas/findings-1.schema.json`, `schemas/changes-1.schema.json`.
    Json,
    /// For pull requests and release notes.
    Markdown,
    /// For programs of CI.
    Ci(Ci),
}

/// What the output looks like.
#[derive(Debug, Clone)]
pub struct Style {
    /// Escape sequences for colour.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// Box drawing and check marks beyond ASCII.
    pub unicode: bool,
    /// What paths are prefixed with so that they lead there from the current folder.
    pub prefix: String,
    /// What leads from the top of the repository to the folder that paths count from.
    pub below: String,
    /// Seconds to show; only on a terminal, so that the same input gives the same bytes.
    pub seconds: Option<f64>,
}

impl Style {
    /// The path of a location as it is shown. Nothing leads to the tree of before from the current folder.
    fn path(&self, location: &Location) -> String {
        let prefix = if is_before(location) { "" } else { self.prefix.as_str() };
        format!("{prefix}{}", escape::visible(location.artifact.as_str()))
    }
}

/// Texts of the tree, prepared for showing, each once.
struct Texts<'t> {
    tree: &'t Tree,
    lines: RefCell<BTreeMap<ArtifactPath, Arc<Text>>>,
}

/// A text whose control characters are replaced, byte for byte, and its lines.
struct Text {
    shown: Vec<u8>,
    lines: LineIndex,
}

impl<'t> Texts<'t> {
    fn new(tree: &'t Tree) -> Self {
        Texts { tree, lines: RefCell::default() }
    }

    fn of(&self, path: &ArtifactPath) -> Arc<Text> {
        if let Some(text) = self.lines.borrow().get(path) {
            return Arc::clone(text);
        }
        let bytes = self.tree.get(path).map(|a| a.bytes.as_ref()).unwrap_or_default();
        let text =
            Arc::new(Text { shown: escape::same_length(bytes), lines: LineIndex::new(bytes) });
        self.lines.borrow_mut().insert(path.clone(), Arc::clone(&text));
        text
    }

    /// First and last position of a location; `None` for artifacts without text.
    fn positions(&self, location: &Location) -> Option<(Position, Position)> {
        let bytes = &self.tree.get(&location.artifact)?.bytes;
        Some(self.of(&location.artifact).lines.positions(bytes, location.span?))
    }
}

/// What explains a finding besides its message, a line each, not yet escaped.
fn details(item: &Item) -> Vec<String> {
    let finding = &item.finding;
    let witness = finding
        .witness
        .as_ref()
        .map(|witness| format!("witness: {} {}", witness.document, witness.fate));
    let note = finding.note.as_ref().map(|note| format!("note: {note}"));
    let waived = item.waived.as_ref().map(|waived| {
        let (until, owner, reason) = (&waived.until, &waived.owner, &waived.reason);
        format!("waived: until {until}, {owner} answers for it: {reason}")
    });
    let help = finding.help.clone();
    [witness, help, note, waived].into_iter().flatten().collect()
}

/// Writes an outcome about a tree.
pub fn render(
    outcome: &Outcome,
    tree: &Tree,
    closing: Closing,
    format: Format,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let texts = Texts::new(tree);
    match format {
        Format::Human => human::render(outcome, &texts, style, out)?,
        Format::Short => short::render(outcome, style, out)?,
        Format::Markdown => return markdown::render_outcome(outcome, out),
        Format::Json => return json_v1::render(outcome, &texts, out),
        Format::Ci(format) => {
            ci::View::of_outcome(outcome, tree, style).render(format, out)?;
            if format != Ci::Github {
                return Ok(());
            }
        }
    }
    summary::render(outcome, closing, style, out)
}

/// Writes a comparison. `tree` holds both sides.
pub fn render_comparison(
    comparison: &Comparison,
    tree: &Tree,
    format: Format,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let texts = Texts::new(tree);
    let outcome = || Outcome {
        items: comparison.items.clone(),
        verdict: Verdict::Pass,
        counts: crate::gate::Counts::default(),
        bump: None,
    };
    match format {
        Format::Human => human::render(&outcome(), &texts, style, out)?,
        Format::Short => short::render(&outcome(), style, out)?,
        Format::Json => return json_v1::render_comparison(comparison, &texts, out),
        Format::Markdown => return markdown::render(comparison, &texts, out),
        Format::Ci(format) => {
            ci::View::of_comparison(comparison, tree, style).render(format, out)?;
            if format != Ci::Github {
                return Ok(());
            }
        }
    }
    summary::render_comparison(comparison, out)
}
