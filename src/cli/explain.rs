//! `explain`: the five parts of a rule's explanation.

use super::output::Terminal;
use super::{Answer, Failure};
use crate::checks::{self, CHECKS, Check};

pub(super) fn run(code: Option<&str>, terminal: &Terminal) -> Answer {
    let Some(code) = code else {
        let width = CHECKS.iter().map(|c| c.code.as_str().len()).max().unwrap_or(0);
        let line = |check: &&Check| format!("{:width$}  {}\n", check.code.as_str(), check.summary);
        let text: String = CHECKS.iter().map(line).collect();
        return Ok(terminal.write(text.as_bytes(), 0));
    };
    let Some(check) = checks::find(code) else {
        let near = CHECKS
            .iter()
            .map(|c| c.code.as_str())
            .min_by_key(|known| strsim::damerau_levenshtein(known, code));
        let help =
            near.map(|near| format!("the nearest is `{near}`; `contract-guard explain` lists all"));
        return Err(Failure::Usage(format!("no rule is called `{code}`"), help));
    };
    Ok(terminal.write(text(check, terminal).as_bytes(), 0))
}

fn text(check: &Check, terminal: &Terminal) -> String {
    let (bold, off) = if terminal.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let explain = &check.explain;
    let mut out = format!(
        "{bold}{}{off} ({}, since {})\n{}\n",
        check.code, check.level, check.since, check.summary
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
