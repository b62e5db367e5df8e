//! What a run tells to machines of CI and to those who read there: one view of every kind of run, and a file
//! for each format. Paths count from the top of the repository, as forges count them. Nothing is read from
//! the environment here.

mod comment;
mod github;
mod gitlab;
mod junit;
mod sarif;

use std::io::{self, Write};

use super::summary::{changes, found};
use super::worst::worst_first;
use super::{Closing, Format, Style, Texts, details, escape, json_v1, render, render_comparison};
use crate::document::Position;
use crate::finding::Location;
use crate::gate::{Bump, Comparison, Item, Outcome, is_before, without_side};
use crate::tree::Tree;

/// A format of CI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ci {
    /// Static Analysis Results Interchange Format 2.1.0 (OASIS).
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// The code quality report of GitLab.
    Gitlab,
    /// JUnit XML, as Jenkins and GitLab read it.
    Junit,
    /// The body of a comment on a pull request.
    Comment,
}

/// Why there is no verdict.
#[derive(Debug, Clone)]
pub struct NoVerdict {
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// 2 and above.
    pub exit_code: u8,
    /// Whether two trees were to be compared: programs read another form then.
    pub compares: bool,
}

/// What a run has to tell.
pub enum Told<'a> {
    /// A check.
    Checked {
        /// The gate's answer.
        outcome: &'a Outcome,
        /// The texts that findings point to.
        tree: &'a Tree,
        /// Which command it was.
        closing: Closing,
    },
    /// A comparison.
    Compared {
        /// What changed.
        comparison: &'a Comparison,
        /// Both sides.
        tree: &'a Tree,
    },
    /// Nothing was checked; that is never a pass.
    Nothing(NoVerdict),
}

impl Told<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// When `out` cannot be written, or a finding cannot be shown.
    pub fn render(&self, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        match (self, format) {
            (Told::Checked { outcome, tree, closing }, _) => {
                render(outcome, tree, *closing, format, style, out)
            }
            (Told::Compared { comparison, tree }, _) => {
                render_comparison(comparison, tree, format, style, out)
            }
            (Told::Nothing(nothing), Format::Human | Format::Short) => {
                let NoVerdict { message, help, .. } = nothing;
                let help = help.iter().map(|help| format!("help: {help}"));
                let said = std::iter::once(format!("no verdict: {message}")).chain(help);
                said.map(|line| escape::visible(&line)).try_for_each(|line| writeln!(out, "{line}"))
            }
            (Told::Nothing(nothing), Format::Json) => json_v1::render_nothing(nothing, out),
            (Told::Nothing(_), Format::Markdown) => self.view(style).render(Ci::Comment, out),
            (Told::Nothing(_), Format::Ci(format)) => self.view(style).render(format, out),
        }
    }

    /// Markdown for a job summary, in at most `room` bytes.
    pub fn summary(&self, style: &Style, room: usize) -> String {
        comment::body(&self.view(style), room)
    }

    /// Outputs of a step, in the form of the file that `GITHUB_OUTPUT` names.
    pub fn outputs(&self, verdict: &str, style: &Style) -> String {
        github::outputs(&self.view(style), verdict)
    }

    fn view<'v>(&'v self, style: &'v Style) -> View<'v> {
        match self {
            Told::Checked { outcome, tree, .. } => View::of_outcome(outcome, tree, style),
            Told::Compared { comparison, tree } => View::of_comparison(comparison, tree, style),
            Told::Nothing(nothing) => {
                View { nothing: Some(nothing), ..View::new(&[], None, style) }
            }
        }
    }
}

/// A run as every format of CI sees it.
pub(super) struct View<'a> {
    /// Findings or changes, worst first.
    items: Vec<&'a Item>,
    /// What came out, on a line.
    title: String,
    /// The step of the whole set, where trees were compared.
    bump: Option<&'a Bump>,
    nothing: Option<&'a NoVerdict>,
    texts: Option<Texts<'a>>,
    /// What leads from the top of the repository to the folder that paths count from.
    below: &'a str,
}

impl<'a> View<'a> {
    pub(super) fn of_outcome(outcome: &'a Outcome, tree: &'a Tree, style: &'a Style) -> Self {
        View {
            title: format!("Contract check: {} ({})", outcome.verdict.name(), found(outcome)),
            bump: outcome.bump.as_ref(),
            ..View::new(&outcome.items, Some(tree), style)
        }
    }

    pub(super) fn of_comparison(
        comparison: &'a Comparison,
        tree: &'a Tree,
        style: &'a Style,
    ) -> Self {
        View {
            title: format!("Contract changes: {}", changes(comparison)),
            bump: comparison.whole(),
            ..View::new(&comparison.items, Some(tree), style)
        }
    }

    fn new(items: &'a [Item], tree: Option<&'a Tree>, style: &'a Style) -> Self {
        View {
            items: worst_first(items),
            title: "Contract check: no verdict".to_owned(),
            bump: None,
            nothing: None,
            texts: tree.map(Texts::new),
            below: &style.below,
        }
    }

    pub(super) fn render(&self, format: Ci, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Ci::Sarif => sarif::render(self, out),
            Ci::Github => github::render(self, out),
            Ci::Gitlab => gitlab::render(self, out),
            Ci::Junit => junit::render(self, out),
            Ci::Comment => out.write_all(comment::body(self, comment::ROOM).as_bytes()),
        }
    }

    /// The path from the top of the repository. What is in the tree of before had the same path.
    fn path(&self, location: &Location) -> String {
        format!("{}{}", self.below, without_side(&location.artifact))
    }

    /// First and last position; none in the tree of before, whose lines nobody sees.
    fn region(&self, location: &Location) -> Option<(Position, Position)> {
        if is_before(location) {
            return None;
        }
        self.texts.as_ref()?.positions(location)
    }

    /// `path:line` of a finding.
    fn place(&self, item: &Item) -> String {
        let path = self.path(&item.finding.primary);
        match self.region(&item.finding.primary) {
            Some((start, _)) => format!("{path}:{}", start.line),
            None => path,
        }
    }
}

/// Characters of one thing that a finding says; programs of CI take so much and no more.
const CLIP: usize = 2000;

/// What a finding says, a line each: the message, then what explains it.
fn lines(item: &Item) -> Vec<String> {
    let mut lines = vec![item.finding.message.clone()];
    lines.extend(details(item));
    lines.iter().map(|line| escape::clipped(line, CLIP)).collect()
}
