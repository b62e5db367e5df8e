//! Every case below `fixtures/checks/` is a test: a case of `fail/` reports its code and reads as its
//! `expected.txt`, a case of `pass/` reports nothing. `UPDATE=1` writes the expected texts.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads, writes and stops"
)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use contract_guard::document::Limits;
use contract_guard::report::Format;
use libtest_mimic::Failed;

fn main() {
    support::run_cases("checks", run);
}

/// What `case.toml` may say about a case.
#[derive(Default)]
struct Case {
    also: BTreeSet<String>,
    limits: Limits,
    unix_only: bool,
    today: jiff::civil::Date,
}

fn read_case(case: &Path) -> Case {
    let text = std::fs::read_to_string(case.join("case.toml")).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap();
    let mut limits = Limits::default();
    if let Some(bytes) = table.get("max_file_bytes").and_then(toml::Value::as_integer) {
        limits.file_bytes = u64::try_from(bytes).unwrap();
    }
    let also = table.get("also").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let unix_only = table.get("unix-only").and_then(toml::Value::as_bool).unwrap_or_default();
    let today = table.get("today").map_or("2026-11-20", |day| day.as_str().unwrap());
    Case {
        also: also.iter().map(|v| v.as_str().unwrap().to_owned()).collect(),
        limits,
        unix_only,
        today: today.parse().unwrap(),
    }
}

fn run(code: &str, should_fail: bool, path: &Path) -> Result<(), Failed> {
    let case = read_case(path);
    if case.unix_only && !cfg!(unix) {
        return Ok(());
    }
    let (catalog, outcome) = support::check(path, case.limits, case.today);
    let text = support::render(&catalog, &outcome, Format::Human);
    style(&outcome)?;
    let found: BTreeSet<String> =
        outcome.items.iter().map(|i| i.finding.code.to_string()).collect();
    let mut wanted = case.also;
    if should_fail {
        wanted.insert(code.to_owned());
        if !found.contains(code) {
            return Err(format!("missing: `{code}` is silent; found {found:?}\n{text}").into());
        }
    }
    if found != wanted {
        return Err(format!("noisy: found {found:?}, wanted {wanted:?}\n{text}").into());
    }
    if !should_fail {
        return Ok(());
    }
    let expected = path.join("expected.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&expected, &text).unwrap();
    }
    let known = std::fs::read_to_string(&expected).unwrap_or_default();
    if known != text {
        return Err(format!(
            "wrong: output is not expected.txt\n--- expected\n{known}\n--- found\n{text}"
        )
        .into());
    }
    Ok(())
}

/// The convention of messages: lower-case start, no final stop, one line; help begins lower-case too.
fn style(outcome: &contract_guard::gate::Outcome) -> Result<(), Failed> {
    for item in &outcome.items {
        let finding = &item.finding;
        let Some(help) = finding.help.as_deref() else {
            return Err(format!("`{}` does not say what to do next", finding.code).into());
        };
        for text in [finding.message.as_str(), finding.label.as_str(), help] {
            let first = text.chars().next().unwrap_or(' ');
            let starts_well = !first.is_uppercase()
                || text
                    .split(' ')
                    .next()
                    .is_some_and(|w| w.len() > 1 && w.to_uppercase() == w || w.starts_with("U+"));
            let starts_well =
                starts_well || ["JSON", "YAML"].iter().any(|name| text.starts_with(name));
            if !starts_well || text.ends_with('.') || text.contains('\n') || text.is_empty() {
                return Err(format!("style of `{}`: {text:?}", finding.code).into());
            }
        }
    }
    Ok(())
}
