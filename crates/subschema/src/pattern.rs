//! Regular expressions of ECMA-262 as far as they mean the same to Rust: read, and told to be trivial.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// Reads a pattern; `None` for what Rust does not know, such as looking around.
pub(crate) fn read(pattern: &str) -> Option<Hir> {
    let rust = jsonschema_regex::to_rust_regex(pattern).ok()?;
    ParserBuilder::new().build().parse(&rust).ok()
}

/// Whether it matches within every string: it may be empty, wherever it stands.
pub(crate) fn is_everything(hir: &Hir) -> bool {
    hir.properties().minimum_len() == Some(0) && hir.properties().look_set().is_empty()
}
