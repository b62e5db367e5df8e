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
        writeln!(out, "{path}{place}: {}[{}]: {message}", item.word(), finding.code)?;
    }
    Ok(())
}
