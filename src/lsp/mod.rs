//! The language server: the checks, explanations and repairs of this program, told to an editor while
//! somebody writes.
//!
//! It speaks LSP 3.17 over two streams that it is handed. It works on one tree: the contracts around the
//! first workspace folder that has any, with the unsaved texts of open files laid over it. It writes no
//! file; every edit goes through the editor. Laws are left out, because they read whole repositories
//! and their history. The messages are typed by `gen-lsp-types`, generated from the protocol's own model.

mod actions;
mod capabilities;
mod completion;
mod cursor;
mod definition;
mod diagnostics;
mod frozen;
mod hover;
mod place;
mod server;
mod snapshot;
mod text;
mod uri;
mod wire;
mod workspace;

use std::io::{BufRead, Write};

use jiff::civil::Date;

use crate::document::Limits;
use crate::source::Budget;

/// Serves one editor until it is done, and gives the exit code: 0 after `shutdown` and `exit`, else 1
/// (LSP 3.17, "Exit Notification"), also when the editor is gone without a word. `today` is the day by which
/// waivers end.
pub fn serve(
    input: impl BufRead + Send + 'static,
    output: impl Write,
    limits: Limits,
    budget: Budget,
    today: fn() -> Date,
) -> u8 {
    server::run(input, output, workspace::Workspace::new(limits, budget, today))
}
