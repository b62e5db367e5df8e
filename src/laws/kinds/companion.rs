//! Every X has its Y.

use std::collections::BTreeSet;

use super::super::fields::Fields;
use super::super::glob::{Bound, Glob, fill};
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding};

pub(super) static KIND: LawKind = LawKind {
    code: Code("companion"),
    summary: "a file has no companion",
    since: "0.1.0",
    explain: Explain {
        what: "The rule says that what it names comes in company: a script for each system, a test for each module, a changelog entry for each change. One of them stands alone.",
        why: "The half that is missing is the one that somebody looks for.",
        bad: story!("companion/fail/no-twin"),
        good: story!("companion/pass/twins"),
        fix: "Add what the message names.",
    },
    looks_back: false,
    read,
};

struct Companion {
    of: Vec<Glob>,
    need: Vec<Vec<String>>,
    need_changed: Vec<String>,
    need_text: Option<(String, Vec<String>)>,
    /// Only files with such a text need company.
    if_text: Vec<fancy_regex::Regex>,
    when: &'static str,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    if !fields.has("for") {
        fields.required("for");
    }
    let of = fields.globs("for", Glob::exactly);
    let need = fields.alternatives("need");
    fields.known_placeholders("need", &of, &need);
    let need_changed = fields.texts("need-changed");
    let need_text = fields.object("need-text", |f| (f.required("in"), f.texts("text")));
    let if_text = fields.regexes("if-text");
    let when = fields.word("when", &["exists", "added", "changed"], "exists");
    if need.is_empty() && need_changed.is_empty() && need_text.is_none() {
        fields.wrong("", "the rule needs nothing", "add `need`, `need-changed` or `need-text`");
    }
    if !need_changed.is_empty() && when == "exists" {
        fields.wrong(
            "when",
            "`need-changed` asks what has changed, and `when` does not",
            "write `when: changed` or `when: added`",
        );
    }
    Box::new(Companion { of, need, need_changed, need_text, if_text, when })
}

impl Demand for Companion {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn looks_back(&self) -> bool {
        self.when != "exists"
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        if self.when == "exists" {
            let all = world.now.paths().iter().filter(|p| rule.scope.has(p));
            let found = all.flat_map(|path| self.alone(rule, world, path, "", None));
            // What several files lack is missing once.
            let mut seen = BTreeSet::new();
            return found.filter(|finding| seen.insert(finding.subject.clone())).collect();
        }
        let mut findings = Vec::new();
        for step in world.steps {
            let touched: BTreeSet<&str> = step.changes.iter().map(|c| c.path.as_str()).collect();
            let concerned = step.changes.iter().filter(|c| {
                rule.scope.has(&c.path)
                    && if self.when == "added" {
                        c.before.is_none() && c.after.is_some()
                    } else {
                        true
                    }
            });
            for change in concerned {
                findings.extend(self.alone(rule, world, &change.path, &step.name, Some(&touched)));
            }
            // One missing entry is one finding, however many files lack it.
            if !self.need_changed.is_empty() {
                let mut seen = BTreeSet::new();
                findings.retain(|f: &Finding| {
                    !f.subject.contains(&format!("unchanged {}", step.name))
                        || seen.insert((f.primary.artifact.clone(), f.subject.clone()))
                });
            }
        }
        findings
    }
}

impl Companion {
    /// What `path` lacks.
    fn alone(
        &self,
        rule: &Rule,
        world: &World<'_>,
        path: &str,
        step: &str,
        touched: Option<&BTreeSet<&str>>,
    ) -> Vec<Finding> {
        let Some(bound) = self.of.iter().find_map(|glob| glob.bound(path)) else {
            return Vec::new();
        };
        if !self.is_meant(world, path) {
            return Vec::new();
        }
        let mut findings = Vec::new();
        for any in &self.need {
            if any.iter().any(|need| exists(world, need, &bound)) {
                continue;
            }
            let names: Vec<String> =
                any.iter().map(|need| format!("`{}`", fill(need, &bound))).collect();
            let message = format!("`{path}` has no {}", names.join(" or "));
            findings.push(rule.about_file(path, message).about(names.join("|")).about(step));
        }
        if let Some(touched) = touched {
            for need in &self.need_changed {
                let need = fill(need, &bound);
                let Ok(glob) = Glob::exactly(&need) else { continue };
                if touched.iter().any(|path| glob.fits(path)) || glob.fits(path) {
                    continue;
                }
                let when = if step.is_empty() { String::new() } else { format!(" in {step}") };
                let verb = if self.when == "added" { "was added" } else { "changed" };
                let message = format!("`{path}` {verb}{when}, and `{need}` did not change with it");
                let finding = rule.about_file(&need, message).label("has no entry for it");
                findings.push(finding.about(format!("unchanged {step}")));
            }
        }
        findings.extend(self.unmentioned(rule, world, path, &bound));
        findings
    }

    fn unmentioned(
        &self,
        rule: &Rule,
        world: &World<'_>,
        path: &str,
        bound: &Bound,
    ) -> Option<Finding> {
        let (file, texts) = self.need_text.as_ref()?;
        let wanted: Vec<String> = texts.iter().map(|text| plain(text, bound)).collect();
        let glob = Glob::exactly(&fill(file, bound)).ok()?;
        let mut holders = world.now.paths().iter().filter(|p| glob.fits(p));
        let has = |content: &str| wanted.iter().any(|text| content.contains(text.as_str()));
        if holders.any(|p| world.text(p).is_some_and(|content| has(&content))) {
            return None;
        }
        let file = plain(file, bound);
        let shown = wanted.join("` or `");
        let message = format!("`{file}` has no `{shown}`, which `{path}` needs");
        Some(rule.about_file(path, message).about(wanted.join("|")))
    }

    /// Whether a file is one that needs company.
    fn is_meant(&self, world: &World<'_>, path: &str) -> bool {
        if self.if_text.is_empty() {
            return true;
        }
        let Some(text) = world.text(path) else { return false };
        self.if_text.iter().any(|regex| regex.is_match(&text).unwrap_or(false))
    }
}

/// Placeholders replaced, without quoting.
fn plain(text: &str, bound: &Bound) -> String {
    bound
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

fn exists(world: &World<'_>, need: &str, bound: &Bound) -> bool {
    let filled = fill(need, bound);
    if !filled.contains(['*', '?', '[', '{']) {
        return world.has(&filled);
    }
    Glob::exactly(&filled).is_ok_and(|glob| world.now.paths().iter().any(|p| glob.fits(p)))
}
