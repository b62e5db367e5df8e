//! Rules about code: what must not be, what must be, and in which order. This file reads the rule and
//! hands it to one of the shapes beside it.

mod flow;
mod forbid;
mod locked;
mod named;
mod require;

use super::super::fields::Fields;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::document::Span;
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{Language, Pattern, Program};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("source"),
    summary: "code is not as the law says",
    since: "0.1.0",
    explain: Explain {
        what: "Code has what the rule forbids, lacks what it requires, or has it in the wrong place or order.",
        why: "The law says why with each finding.",
        bad: story!("source/fail/unwrapped-call"),
        good: story!("source/pass/wrapped-call"),
        fix: "The law says what to do with each finding.",
    },
    looks_back: false,
    read,
};

/// One way of speaking about code.
trait Shape: Send + Sync {
    fn findings(&self, source: &Source, rule: &Rule, world: &World<'_>) -> Vec<Finding>;

    fn patterns(&self) -> Vec<&Pattern> {
        Vec::new()
    }
}

struct Source {
    languages: Vec<Language>,
    shape: Box<dyn Shape>,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let mut languages = Vec::new();
    for name in fields.texts("languages") {
        match Language::named(&name) {
            Some(language) => languages.push(language),
            None => fields.wrong(
                "languages",
                format!("`{name}` is no language"),
                &format!("languages are {}", Language::NAMES.join(", ")),
            ),
        }
    }
    type Read = fn(&mut Fields<'_>) -> Option<Box<dyn Shape>>;
    let shapes: [(&str, Read); 6] = [
        ("forbid", forbid::read),
        ("require", require::read),
        ("guarded", require::read_guarded),
        ("states", flow::read_states),
        ("order", flow::read_order),
        ("locked", locked::read),
    ];
    let given: Vec<_> = shapes.iter().filter(|(key, _)| fields.has(key)).collect();
    if given.len() != 1 {
        let names: Vec<&str> = shapes.iter().map(|(key, _)| *key).collect();
        let message = format!("a rule about code has exactly one of {}", names.join(", "));
        fields.wrong("", message, "docs/laws.md says what each means");
        fields.forgive();
    }
    let shape = given.first().and_then(|(_, read)| read(fields));
    Box::new(Source { languages, shape: shape.unwrap_or_else(|| Box::new(Nothing)) })
}

/// A rule that could not be read; it has findings of its own.
struct Nothing;

impl Shape for Nothing {
    fn findings(&self, _: &Source, _: &Rule, _: &World<'_>) -> Vec<Finding> {
        Vec::new()
    }
}

impl Demand for Source {
    fn needs(&self) -> Need {
        Need::Programs
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        self.shape.findings(self, rule, world)
    }

    fn patterns(&self) -> Vec<&Pattern> {
        self.shape.patterns()
    }
}

impl Source {
    /// The programs that the rule looks at.
    fn programs<'w>(&self, rule: &Rule, world: &'w World<'_>) -> Vec<&'w Program> {
        let speaks =
            |p: &Program| self.languages.is_empty() || self.languages.contains(&p.language);
        world.programs().all.iter().filter(|p| speaks(p) && rule.scope.has(&p.path)).collect()
    }
}

/// A finding in code, known again by what stands around it.
fn at(rule: &Rule, program: &Program, span: Span, message: String, identity: [&str; 2]) -> Finding {
    let path = ArtifactPath::lossy(&program.path);
    let [what, around] = identity;
    rule.finding(message, Location::bytes(&path, span)).about(what).about(around)
}
