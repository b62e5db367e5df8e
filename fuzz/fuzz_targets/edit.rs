//! Edits of JSON and YAML on any bytes: no panic, and either what was asked for or nothing at all.
#![no_main]

use contract_guard::document::{Edit, Limits, Rewrite, Syntax, to_json};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|bytes: &[u8]| {
    let Some(([which, place, rest @ ..], text)) = bytes.split_at_checked(3) else { return };
    let syntax = if which & 1 == 0 { Syntax::Yaml } else { Syntax::Json };
    let limits = Limits { nodes: 10_000, ..Limits::default() };
    let Ok(mut page) = Rewrite::open(text, syntax, &limits) else { return };
    let places: Vec<_> = page.value().everything().into_iter().map(|(at, _)| at).collect();
    let Some(at) = places.get(usize::from(*place) % places.len().max(1)).cloned() else { return };
    let value = match rest.first().map_or(0, |b| b % 4) {
        0 => json!("no: #"),
        1 => json!({"a": [1, {"b": null}]}),
        2 => json!([]),
        _ => json!(true),
    };
    let edit = match which >> 1 & 7 {
        0 => Edit::Set(at, value),
        1 => Edit::First(at, "new key".to_owned(), value),
        2 => Edit::Merge(at.join("new"), value),
        3 => Edit::Rename(at, "other: name".to_owned()),
        _ => Edit::Remove(at),
    };
    let before = (page.text().to_owned(), to_json(page.value()));
    if page.apply(&edit).is_err() {
        assert_eq!(before, (page.text().to_owned(), to_json(page.value())));
    }
});
