//! `lsp`: the language server on standard input and output.

use std::io::{BufReader, stdin, stdout};

use super::args::Global;
use super::load::{budget, limits};
use super::words::day;
use crate::lsp;

pub(super) const LSP_HELP: &str = "\
Editors start it; docs/editor.md tells how. It reads standard input and writes standard output,
nothing else: every edit goes through the editor.

Exit codes: 0 after `shutdown` and `exit`, else 1.";

pub(super) fn run(global: &Global) -> u8 {
    lsp::serve(BufReader::new(stdin()), stdout(), limits(global), budget(global), today)
}

fn today() -> jiff::civil::Date {
    day(None).unwrap_or_default()
}
