//! What was in a file is still its beginning.

use super::super::fields::Fields;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::additive_only::in_step;
use super::story;
use crate::document::Span;
use crate::finding::{Code, Explain, Finding, Location};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("append-only"),
    summary: "a file that may only grow was rewritten",
    since: "0.1.0",
    explain: Explain {
        what: "The bytes that the file had at the baseline are not the beginning of what it has now, after line endings are made the same.",
        why: "A log whose past can be rewritten proves nothing.",
        bad: story!("append-only/fail/line-rewritten"),
        good: story!("append-only/pass/lines-added"),
        fix: "Restore the lines that were there, and add what is new below them.",
    },
    looks_back: true,
    read,
};

struct AppendOnly;

fn read(_: &mut Fields<'_>) -> Box<dyn Demand> {
    Box::new(AppendOnly)
}

impl Demand for AppendOnly {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for step in world.steps {
            for change in &step.changes {
                let path = change.renamed_from.as_ref().unwrap_or(&change.path);
                if !rule.scope.has(path) {
                    continue;
                }
                let Some(before) = world.content_before(change) else { continue };
                let when = in_step(step);
                let finding = match world.content_after(change) {
                    None => rule
                        .about_file(path, format!("`{path}` may only grow, and was deleted{when}")),
                    Some(_) if change.renamed_from.is_some() => {
                        let message = format!(
                            "`{path}` may only grow, and was renamed to `{}`{when}",
                            change.path
                        );
                        rule.about_file(path, message)
                    }
                    Some(after) => match first_difference(&before, &after) {
                        None => continue,
                        Some(differs) => {
                            let line = 1 + before
                                .iter()
                                .take(differs.before)
                                .filter(|b| **b == b'\n')
                                .count();
                            let message = if differs.is_cut {
                                format!(
                                    "`{path}` may only grow, and lost what stood from line {line} on{when}"
                                )
                            } else {
                                format!(
                                    "`{path}` may only grow, and line {line} is not as it was{when}"
                                )
                            };
                            let at = ArtifactPath::lossy(path);
                            let span = Span::new(
                                differs.after,
                                (differs.after + 1).min(after.len().max(differs.after)),
                            );
                            let is_now = step.name.is_empty();
                            let place = if is_now {
                                Location::bytes(&at, span)
                            } else {
                                Location::file(&at)
                            };
                            rule.finding(message, place).label("differs from here")
                        }
                    },
                };
                findings.push(finding.about(&step.name));
            }
        }
        findings
    }
}

struct Differs {
    /// Bytes before the difference, in each text.
    before: usize,
    after: usize,
    /// Whether the text of now just ends there.
    is_cut: bool,
}

/// Where `after` stops beginning with `before`; CR LF, CR and LF are the same.
fn first_difference(before: &[u8], after: &[u8]) -> Option<Differs> {
    let (mut a, mut b) = (0, 0);
    loop {
        let (x, a_length) = next(before, a)?;
        match next(after, b) {
            Some((y, b_length)) if x == y => {
                a += a_length;
                b += b_length;
            }
            found => return Some(Differs { before: a, after: b, is_cut: found.is_none() }),
        }
    }
}

fn next(text: &[u8], at: usize) -> Option<(u8, usize)> {
    match (text.get(at)?, text.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some((b'\n', 2)),
        (b'\r', _) => Some((b'\n', 1)),
        (byte, _) => Some((*byte, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn line_endings_are_one() {
        assert!(first_difference(b"a\r\nb\r\n", b"a\nb\nc").is_none());
        assert!(first_difference(b"a", b"ab").is_none());
        assert!(first_difference(b"a\nb\n", b"a\nb").is_some_and(|d| d.is_cut));
        assert!(first_difference(b"a\nb\n", b"a\nx\nb\nmore\n").is_some_and(|d| d.before == 2));
    }
}
