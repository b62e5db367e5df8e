//! What only running code can keep: a test proves it.

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding};

pub(super) static KIND: LawKind = LawKind {
    code: Code("runtime"),
    summary: "a test that proves a sentence is not there or did not pass",
    since: "0.1.0",
    explain: Explain {
        what: "The sentence is about what happens while code runs. The rule names the test that proves it; the test is not there, or the report of the tests does not say that it passed.",
        why: "A sentence that nothing proves is only written.",
        bad: story!("runtime/fail/test-missing"),
        good: story!("runtime/pass/test-there"),
        fix: "Write the test, run it, and hand its report to `contract-guard laws status --ran`.",
    },
    looks_back: false,
    read,
};

struct Runtime {
    tests: Vec<String>,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let mut tests = fields.texts("test");
    tests.extend(fields.texts("tests"));
    if tests.is_empty() {
        fields.required("test");
    }
    if let Some(test) = tests.iter().find(|t| !t.contains("::")) {
        let message = format!("`{test}` names no test");
        fields.wrong("test", message, "write `path/to/file::name_of_the_test`");
    }
    Box::new(Runtime { tests })
}

impl Demand for Runtime {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let missing = self.tests.iter().filter(|test| !is_there(world, test));
        let say = |test: &String| {
            let file = test.split("::").next().unwrap_or(test);
            rule.about_file(file, format!("the test `{test}` is not there")).about(test)
        };
        missing.map(say).collect()
    }

    fn tests(&self) -> &[String] {
        &self.tests
    }
}

/// Whether the repository has a test of this name.
pub(in super::super) fn is_there(world: &World<'_>, test: &str) -> bool {
    let (file, name) = test.split_once("::").unwrap_or((test, ""));
    let name = name.rsplit("::").next().unwrap_or(name);
    let Ok(glob) = Glob::exactly(file) else { return false };
    let mut files = world.now.paths().iter().filter(|path| glob.fits(path));
    files.any(|path| world.text(path).is_some_and(|text| has_word(&text, name)))
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        is_end(before) && is_end(after)
    })
}
