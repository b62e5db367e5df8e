//! Every case below `fixtures/changes/` is a test: two trees, `baseline` and `current`. A case of `fail/`
//! has a change of its code and reads as its `expected.txt`; a case of `pass/` has none of that code.
//! `UPDATE=1` writes the expected texts.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads, writes and stops"
)]

mod support;

use std::path::Path;

use contract_guard::gate;
use contract_guard::report::{self, Format};
use libtest_mimic::Failed;

fn main() {
    support::run_cases("changes", run);
}

fn run(code: &str, should_fail: bool, case: &Path) -> Result<(), Failed> {
    let (old, config) = support::read(&case.join("baseline"));
    let (new, _) = support::read(&case.join("current"));
    let comparison = gate::compare(&old, &new, &config, &Default::default());
    let tree = gate::side_by_side(&old.tree, &new.tree);
    let mut text = Vec::new();
    let style = support::style();
    report::render_comparison(&comparison, &tree, Format::Human, &style, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut codes: Vec<&str> = comparison.items.iter().map(|i| i.finding.code.as_str()).collect();
    let gated = gate::gated(comparison.clone(), &config.levels);
    codes.extend(gated.iter().map(|i| i.finding.code.as_str()));
    for item in &comparison.items {
        let message = &item.finding.message;
        if message.ends_with('.') || message.contains('\n') || item.finding.label.is_empty() {
            return Err(format!("style of `{}`: {message:?}", item.finding.code).into());
        }
    }
    // The other way round, whatever came goes and whatever went comes: nothing is seen in one way only, but
    // that a version grows, which is no change by itself.
    let back = gate::compare(&new, &old, &config, &Default::default());
    let grows =
        |c: &gate::Comparison| c.items.iter().all(|i| i.finding.code.as_str() == "version-lowered");
    if grows(&comparison) != grows(&back) {
        return Err("a difference is seen in one direction only".into());
    }
    match (codes.contains(&code), should_fail) {
        (false, true) => {
            Err(format!("missing: `{code}` is silent; found {codes:?}\n{text}").into())
        }
        (true, false) => Err(format!("noisy: `{code}` speaks\n{text}").into()),
        (false, false) => Ok(()),
        (true, true) => compare(&case.join("expected.txt"), &text),
    }
}

fn compare(expected: &Path, text: &str) -> Result<(), Failed> {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(expected, text).unwrap();
    }
    let known = std::fs::read_to_string(expected).unwrap_or_default();
    match known == text {
        true => Ok(()),
        false => Err(format!(
            "wrong: output is not expected.txt\n--- expected\n{known}\n--- found\n{text}"
        )
        .into()),
    }
}
