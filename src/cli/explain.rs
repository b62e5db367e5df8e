//! `explain`: the five parts of a rule's explanation.

use super::args::OutputFormat;
use super::output::Terminal;
use super::{Answer, Failure};
use crate::change::CHANGE_RULES;
use crate::checks::CHECKS;
use crate::finding::{Code, Explain};
use crate::laws::{ABOUT_LAWS, LAW_KINDS};

/// What can be explained.
struct Subject {
    code: Code,
    /// The level of a check, or what else a rule is.
    kind: &'static str,
    since: &'static str,
    summary: &'static str,
    explain: &'static Explain,
}

fn subjects() -> Vec<Subject> {
    let checks = CHECKS.iter().map(|check| Subject {
        code: check.code,
        kind: check.level.name(),
        since: check.since,
        summary: check.summary,
        explain: &check.explain,
    });
    let changes = CHANGE_RULES.iter().map(|rule| Subject {
        code: rule.code,
        kind: "change",
        since: rule.since,
        summary: rule.summary,
        explain: &rule.explain,
    });
    let kinds = LAW_KINDS.iter().map(|kind| Subject {
        code: kind.code,
        kind: "law",
        since: kind.since,
        summary: kind.summary,
        explain: &kind.explain,
    });
    let about = ABOUT_LAWS.iter().map(|rule| Subject {
        code: rule.code,
        kind: rule.level.name(),
        since: rule.since,
        summary: rule.summary,
        explain: &rule.explain,
    });
    let mut all: Vec<Subject> = checks.chain(changes).chain(kinds).chain(about).collect();
    all.sort_by_key(|subject| subject.code);
    all
}

/// All codes that can be explained, in order.
pub(super) fn codes() -> Vec<&'static str> {
    subjects().iter().map(|subject| subject.code.0).collect()
}

pub(super) fn run(code: Option<&str>, format: OutputFormat, terminal: &Terminal) -> Answer {
    let all = subjects();
    let Some(code) = code else {
        let width = all.iter().map(|s| s.code.as_str().len()).max().unwrap_or(0);
        let line = |s: &Subject| format!("{:width$}  {}\n", s.code.as_str(), s.summary);
        let text: String = all.iter().map(line).collect();
        return Ok(terminal.write(text.as_bytes(), 0));
    };
    let Some(subject) = all.iter().find(|subject| subject.code.as_str() == code) else {
        let near = all
            .iter()
            .map(|s| s.code.as_str())
            .min_by_key(|known| strsim::damerau_levenshtein(known, code));
        let help =
            near.map(|near| format!("the nearest is `{near}`; `contract-guard explain` lists all"));
        return Err(Failure::Usage(format!("no rule is called `{code}`"), help));
    };
    if format == OutputFormat::Json {
        let Explain { what, why, bad, good, fix } = subject.explain;
        let value = serde_json::json!({
            "code": subject.code.as_str(), "kind": subject.kind, "since": subject.since,
            "summary": subject.summary, "what": what, "why": why, "bad": bad, "good": good, "fix": fix,
        });
        return Ok(terminal.write(format!("{value:#}\n").as_bytes(), 0));
    }
    Ok(terminal.write(text(subject, terminal).as_bytes(), 0))
}

fn text(subject: &Subject, terminal: &Terminal) -> String {
    let (bold, off) = if terminal.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let explain = subject.explain;
    let mut out = format!(
        "{bold}{}{off} ({}, since {})\n{}\n",
        subject.code, subject.kind, subject.since, subject.summary
    );
    for (title, body) in [("What", explain.what), ("Why", explain.why), ("How to fix", explain.fix)]
    {
        out.push_str(&format!("\n{bold}{title}{off}\n"));
        for line in wrap(body, terminal.width.min(100) - 2) {
            out.push_str(&format!("  {line}\n"));
        }
    }
    for (title, body) in [("Bad", explain.bad), ("Good", explain.good)] {
        out.push_str(&format!("\n{bold}{title}{off}\n"));
        for line in body.trim_end().lines() {
            out.push_str(format!("  {}", crate::report::visible(line)).trim_end());
            out.push('\n');
        }
    }
    out
}

/// Breaks a paragraph at spaces.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
