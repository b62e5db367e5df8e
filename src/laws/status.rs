//! Who holds each sentence of a written contract.

use std::collections::BTreeSet;

use super::kinds::runtime;
use super::{Held, Hold, Law, Rule, World};
use crate::finding::Level;

/// How a sentence is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A rule holds it.
    Enforced,
    /// A test proves it, and has passed.
    Tested,
    /// A rule holds it in part, or a test is there and was not seen to run.
    Partly,
    /// It is waived for a time.
    Waived,
    /// Nobody holds it.
    OnlyWritten,
}

impl Standing {
    /// As users read it.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Enforced => "enforced",
            Standing::Tested => "tested",
            Standing::Partly => "partly",
            Standing::Waived => "waived",
            Standing::OnlyWritten => "only written",
        }
    }

    /// All of them, best first.
    pub const ALL: [Standing; 5] = [
        Standing::Enforced,
        Standing::Tested,
        Standing::Partly,
        Standing::Waived,
        Standing::OnlyWritten,
    ];
}

/// A sentence and who holds it.
#[derive(Debug, Clone)]
pub struct Status {
    /// The law.
    pub law: String,
    /// The sentence's number.
    pub sentence: String,
    /// The sentence, in few words.
    pub text: String,
    /// The reading that is taken, where the document contradicts itself.
    pub reading: Option<String>,
    /// How it is held.
    pub standing: Standing,
    /// The rules that hold it.
    pub rules: Vec<String>,
    /// What is not seen, until when it is waived, or which test is missing.
    pub remark: String,
    /// How many findings its rules have.
    pub findings: usize,
}

impl Status {
    /// Whether it is held whole, or waived: by rules without findings, or by tests that passed. What a rule for files
    /// of another repository misses here says nothing against a test.
    pub fn is_held(&self) -> bool {
        match self.standing {
            Standing::Enforced => self.findings == 0,
            Standing::Tested | Standing::Waived => true,
            Standing::Partly | Standing::OnlyWritten => false,
        }
    }
}

/// The tests that are known to have passed, by name.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    passed: BTreeSet<String>,
}

impl Evidence {
    /// Reads a report of tests: JUnit XML, or the output of `cargo test` or `pytest -v`.
    pub fn read(&mut self, text: &str) {
        if text.trim_start().starts_with('<') {
            self.junit(text);
            return;
        }
        for line in text.lines() {
            let line = line.trim();
            // `test module::name ... ok`
            if let Some(rest) = line.strip_prefix("test ")
                && let Some(name) = rest.strip_suffix("... ok")
            {
                self.passed.insert(name.trim().to_owned());
            }
            // `tests/test_x.py::test_name PASSED [ 50%]`
            let mut words = line.split_whitespace();
            if let (Some(name), Some("PASSED")) = (words.next(), words.next()) {
                self.passed.insert(name.split('[').next().unwrap_or(name).to_owned());
            }
        }
    }

    fn junit(&mut self, text: &str) {
        let cases = text.split("<testcase").skip(1);
        for case in cases {
            let end = case.find("</testcase>").unwrap_or(case.len());
            let head_end = case.find('>').unwrap_or(case.len());
            let head = case.get(..head_end).unwrap_or_default();
            let is_closed = head.ends_with('/');
            let body = if is_closed { "" } else { case.get(head_end..end).unwrap_or_default() };
            let has_failed =
                ["<failure", "<error", "<skipped"].iter().any(|tag| body.contains(tag));
            if let Some(name) = attribute(head, "name").filter(|_| !has_failed) {
                let class = attribute(head, "classname").unwrap_or_default();
                self.passed.insert(format!("{}::{name}", class.replace('.', "/")));
            }
        }
    }

    /// Whether a test `file::name` has passed.
    fn has(&self, test: &str) -> bool {
        let (file, name) = test.split_once("::").unwrap_or(("", test));
        let stem = file.rsplit('/').next().and_then(|f| f.split('.').next()).unwrap_or(file);
        self.passed.iter().any(|passed| {
            let is_named = passed == name || passed.ends_with(&format!("::{name}"));
            // A name alone comes from a report that says no file.
            is_named && (!passed.contains('/') || passed.contains(stem))
        })
    }
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!(" {name}=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// The standing of every sentence of a law.
pub fn status(law: &Law, world: &World<'_>, held: &[Held], evidence: &Evidence) -> Vec<Status> {
    law.sentences.iter().map(|(id, text)| sentence(law, id, text, world, held, evidence)).collect()
}

fn sentence(
    law: &Law,
    id: &str,
    text: &str,
    world: &World<'_>,
    held: &[Held],
    evidence: &Evidence,
) -> Status {
    let rules: Vec<&Rule> =
        law.rules.iter().filter(|r| r.sentences.iter().any(|s| s == id)).collect();
    let of =
        |rule: &Rule| held.iter().find(|h| h.law == rule.law && h.rule == rule.id).map(|h| h.hold);
    let count = |rule: &&Rule| match of(rule) {
        Some(Hold::Held(count)) => count,
        _ => 0,
    };
    let views: Vec<(Standing, String)> =
        rules.iter().map(|rule| standing(rule, of(rule), world, evidence)).collect();
    let (standing, remark) = combined(&views);
    Status {
        law: law.name.clone(),
        sentence: id.to_owned(),
        text: text.to_owned(),
        reading: law.readings.iter().find(|(s, _)| s == id).map(|(_, r)| r.clone()),
        standing,
        rules: rules.iter().map(|r| r.id.clone()).collect(),
        remark,
        findings: rules.iter().map(count).sum(),
    }
}

/// What one rule does not see, another may hold whole; but nobody says so: a sentence is whole when none of
/// its rules says that it is a part. Tests count beside rules.
fn combined(views: &[(Standing, String)]) -> (Standing, String) {
    let has = |wanted: Standing| views.iter().any(|(standing, _)| *standing == wanted);
    let best = match views.iter().map(|(standing, _)| *standing).min() {
        None => Standing::OnlyWritten,
        // A test that passed proves the sentence; what a rule does not see of it is then seen.
        Some(Standing::Enforced) if has(Standing::Partly) => match has(Standing::Tested) {
            true => Standing::Tested,
            false => Standing::Partly,
        },
        Some(best) => best,
    };
    let remarks: Vec<&str> = views
        .iter()
        .filter(|(standing, remark)| *standing >= best && !remark.is_empty())
        .map(|(_, remark)| remark.as_str())
        .collect();
    let is_whole = matches!(best, Standing::Enforced | Standing::Tested);
    (best, if is_whole { String::new() } else { remarks.join("; ") })
}

fn standing(
    rule: &Rule,
    hold: Option<Hold>,
    world: &World<'_>,
    evidence: &Evidence,
) -> (Standing, String) {
    let today = world.clock.to_zoned(jiff::tz::TimeZone::UTC).date();
    if let Some(waived) = rule.waived.as_ref().filter(|w| today <= w.until) {
        return (
            Standing::Waived,
            format!("until {}, {}: {}", waived.until, waived.owner, waived.reason),
        );
    }
    let is_idle = !rule.is_pack
        && !rule.scope.paths.is_empty()
        && !world.now.paths().iter().any(|path| rule.scope.has(path));
    if is_idle {
        return (Standing::Partly, format!("the `paths` of `{}` fit no file", rule.id));
    }
    let tests = rule.demand.tests();
    if !tests.is_empty() {
        let missing: Vec<&String> = tests.iter().filter(|t| !runtime::is_there(world, t)).collect();
        let unseen: Vec<&String> = tests.iter().filter(|t| !evidence.has(t)).collect();
        return match (missing.first(), unseen.first()) {
            (Some(test), _) => (Standing::OnlyWritten, format!("the test `{test}` is not there")),
            (None, Some(test)) => (
                Standing::Partly,
                format!("the test `{test}` is there; no report says that it passed"),
            ),
            (None, None) => (Standing::Tested, String::new()),
        };
    }
    match hold {
        _ if rule.level == Level::Off => (Standing::OnlyWritten, "its rule is off".to_owned()),
        Some(Hold::NoCommands) => (Standing::Partly, "needs `--run-commands`".to_owned()),
        // A rule that looks back holds every change that is compared, though nothing was compared now.
        _ => match &rule.unseen {
            Some(unseen) => (Standing::Partly, format!("not seen: {unseen}")),
            None => (Standing::Enforced, String::new()),
        },
    }
}
