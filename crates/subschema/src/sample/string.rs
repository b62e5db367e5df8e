//! Strings at length bounds, of patterns, of formats.

use serde_json::{Value, json};

use super::{Keywords, count, pattern};

pub(super) fn strings(map: &Keywords) -> Vec<Value> {
    let mut found: Vec<String> = Vec::new();
    let (least, most) = (count(map, "minLength"), count(map, "maxLength"));
    if let Some(text) = map.get("format").and_then(Value::as_str) {
        found.extend(of_format(text).iter().map(|s| (*s).to_owned()));
    }
    if let Some(text) = map.get("pattern").and_then(Value::as_str) {
        let made = pattern::strings(text);
        for text in &made {
            for length in [least, most].into_iter().flatten() {
                let missing = length.saturating_sub(text.chars().count());
                if missing > 0 && missing < 2_000 {
                    found.push(format!("{text}{}", "a".repeat(missing)));
                    found.push(format!("{}{text}", "a".repeat(missing)));
                }
            }
        }
        found.extend(made);
    }
    for length in [least, most].into_iter().flatten() {
        for n in [length, length + 1, length.saturating_sub(1)] {
            if n <= 5_000 {
                found.push("a".repeat(n));
                found.push("\u{1f600}".repeat(n.min(64)));
                found.push("1".repeat(n));
                found.push("\n".repeat(n.min(300)));
            }
        }
    }
    found.extend(
        [
            "",
            "a",
            "b",
            "A",
            "0",
            " ",
            "ab",
            "abc",
            "\u{e9}",
            "12",
            "a b",
            "-",
            "aaaaaaaaaaaa",
            "\n",
        ]
        .map(str::to_owned),
    );
    found.into_iter().map(|text| json!(text)).collect()
}

/// Texts that have a format, and some that nearly do.
pub(crate) fn of_format(format: &str) -> &'static [&'static str] {
    match format {
        "date-time" => &[
            "2026-11-20T12:00:00Z",
            "2026-11-20T12:00:00.5+01:00",
            "2026-11-20 12:00:00",
            "2026-13-20T12:00:00Z",
        ],
        "date" => &["2026-11-20", "2024-02-29", "2026-02-30"],
        "time" => &["12:00:00Z", "12:00:00+01:00", "25:00:00Z"],
        "duration" => &["P1D", "PT1H", "P"],
        "email" | "idn-email" => &["ann@example.com", "a@b.co", "ann"],
        "hostname" | "idn-hostname" => &["example.com", "a", "-a"],
        "ipv4" => &["192.0.2.1", "256.0.0.1"],
        "ipv6" => &["2001:db8::1", "::", ":::"],
        "uri" | "iri" => &["https://example.com/a", "urn:a:b", "a"],
        "uri-reference" | "iri-reference" => &["a/b", "#a", "https://example.com/a", "\\"],
        "uri-template" => &["/a/{b}", "{"],
        "uuid" => &["123e4567-e89b-42d3-a456-426614174000", "123e4567"],
        "json-pointer" => &["/a/0", "", "a"],
        "relative-json-pointer" => &["1/a", "0#", "a"],
        "regex" => &["^a+$", "["],
        _ => &[],
    }
}
