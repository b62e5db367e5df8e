//! Regular expressions of ECMA-262 as far as they mean the same to Rust: read, and told to be trivial.

use std::borrow::Cow;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// Reads a pattern; `None` for what Rust does not know, such as looking around.
pub(crate) fn read(pattern: &str) -> Option<Hir> {
    let pattern = ecma_dots(pattern);
    let rust = jsonschema_regex::to_rust_regex(&pattern).ok()?;
    ParserBuilder::new().build().parse(&rust).ok()
}

/// Whether it matches within every string: it may be empty, wherever it stands.
pub(crate) fn is_everything(hir: &Hir) -> bool {
    hir.properties().minimum_len() == Some(0) && hir.properties().look_set().is_empty()
}

/// A pattern whose `.` is written out: in ECMA-262 (section 22.2.2.7) it matches none of four line terminators,
/// in Rust's expressions all but one of them.
pub fn ecma_dots(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains('.') {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len());
    let (mut is_escaped, mut in_class) = (false, false);
    for c in pattern.chars() {
        match c {
            '.' if !is_escaped && !in_class => out.push_str("[^\\n\\r\\u2028\\u2029]"),
            c => out.push(c),
        }
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
    }
    Cow::Owned(out)
}
