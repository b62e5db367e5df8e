//! The JSON parsers on any bytes: no panic, spans inside the text, and a value or an error.
#![no_main]

use contract_guard::document::{Limits, Syntax, canonical_json, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for syntax in [Syntax::Json, Syntax::JsonLines] {
        let document = parse(bytes, syntax, &Limits::default());
        assert!(document.value.is_some() || !document.errors.is_empty());
        for error in &document.errors {
            assert!(error.span.start <= error.span.end && error.span.end as usize <= bytes.len() + 1);
        }
        if let Some(value) = document.value {
            let _ = canonical_json(&value);
        }
    }
});
