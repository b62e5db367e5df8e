//! The YAML parser on any bytes: no panic, no endless expansion, and a value or an error.
#![no_main]

use contract_guard::document::{Limits, Syntax, parse, to_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { nodes: 10_000, ..Limits::default() };
    let document = parse(bytes, Syntax::Yaml, &limits);
    assert!(document.value.is_some() || !document.errors.is_empty());
    if let Some(value) = document.value {
        let _ = to_json(&value);
    }
});
