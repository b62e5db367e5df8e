//! One line a finding, as compilers and editors read it.

use std::io::{self, Write};

use super::{Style, visible};
use crate::gate::Outcome;

pub(super) fn render(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for item in &outcome.items {
        let finding = &item.finding;
        let place = match item.position {
            Some((start, _)) => format!(":{}:{}", start.line, start.column),
            None => String::new(),
        };
        let path = style.path(&finding.primary);
        let message = visible(&finding.message);
        let rule = finding.law.as_ref().map(|rule| {
            let numbers: String = rule.sentences.iter().map(|s| format!(" {s}")).collect();
            visible(&format!(" ({}/{}{numbers})", rule.law, rule.rule))
        });
        let (word, rule) = (item.word(), rule.unwrap_or_default());
        writeln!(out, "{path}{place}: {word}[{}]: {message}{rule}", finding.code)?;
    }
    Ok(())
}
