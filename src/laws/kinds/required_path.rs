//! A file is there, and says what it must.

use super::super::fields::Fields;
use super::super::glob::{Bound, Glob, fill};
use super::super::world::with_folders;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding};

pub(super) static KIND: LawKind = LawKind {
    code: Code("required-path"),
    summary: "a file that must be there is not, or lacks a text",
    since: "0.1.0",
    explain: Explain {
        what: "No file fits a path that the rule needs, or none that fits has a text that must be in it.",
        why: "The contract promises that it is there; what relies on it fails late and elsewhere.",
        bad: story!("required-path/fail/spec-missing"),
        good: story!("required-path/pass/spec-there"),
        fix: "Add the file or the text that the message names.",
    },
    looks_back: false,
    read,
};

struct RequiredPath {
    need: Vec<Vec<String>>,
    each: Vec<Glob>,
    contains: Vec<String>,
    matches: Vec<fancy_regex::Regex>,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    if !fields.has("need") {
        fields.required("need");
    }
    let need = fields.alternatives("need");
    let each = fields.globs("for", Glob::exactly);
    if !each.is_empty() {
        fields.known_placeholders("need", &each, &need);
    }
    let contains = fields.texts("contains");
    let matches = fields.regexes("matches");
    Box::new(RequiredPath { need, each, contains, matches })
}

impl Demand for RequiredPath {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut bounds: Vec<Bound> = Vec::new();
        if self.each.is_empty() {
            bounds.push(Bound::new());
        } else {
            for path in with_folders(world.now.paths()) {
                bounds.extend(self.each.iter().find_map(|glob| glob.bound(path)));
            }
            bounds.sort();
            bounds.dedup();
        }
        bounds.iter().flat_map(|bound| self.needs(rule, world, bound)).collect()
    }
}

impl RequiredPath {
    fn needs(&self, rule: &Rule, world: &World<'_>, bound: &Bound) -> Vec<Finding> {
        let mut findings = Vec::new();
        for any in &self.need {
            let found: Vec<&str> =
                any.iter().flat_map(|need| fitting(world, &fill(need, bound))).collect();
            let names: Vec<String> = any.iter().map(|need| fill(need, bound)).collect();
            let first = names.first().cloned().unwrap_or_default();
            if found.is_empty() {
                let shown: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
                let message = format!("{} is not there", shown.join(" or "));
                findings.push(rule.about_file(&first, message).about(names.join("|")));
                continue;
            }
            findings.extend(self.lacking(rule, world, &found, bound));
        }
        findings
    }

    fn lacking(
        &self,
        rule: &Rule,
        world: &World<'_>,
        found: &[&str],
        bound: &Bound,
    ) -> Vec<Finding> {
        let texts: Vec<String> = if self.contains.is_empty() && self.matches.is_empty() {
            return Vec::new();
        } else {
            found.iter().filter_map(|path| world.text(path)).collect()
        };
        // The file that says most of it is the one that was meant.
        let said =
            |text: &String| self.contains.iter().filter(|w| text.contains(w.as_str())).count();
        let fullest = texts
            .iter()
            .enumerate()
            .max_by_key(|(at, text)| (said(text), !text.trim().is_empty(), usize::MAX - at));
        let file = fullest
            .and_then(|(at, _)| found.get(at))
            .or_else(|| found.first())
            .copied()
            .unwrap_or_default();
        let mut findings = Vec::new();
        for wanted in &self.contains {
            let wanted =
                bound.iter().fold(wanted.clone(), |w, (n, v)| w.replace(&format!("{{{n}}}"), v));
            if !texts.iter().any(|text| text.contains(&wanted)) {
                let message = format!("`{file}` does not say `{wanted}`");
                findings.push(rule.about_file(file, message).about(wanted));
            }
        }
        for wanted in &self.matches {
            if !texts.iter().any(|text| wanted.is_match(text).unwrap_or(false)) {
                let message = format!("nothing in `{file}` fits `{}`", wanted.as_str());
                findings.push(rule.about_file(file, message).about(wanted.as_str()));
            }
        }
        findings
    }
}

/// The files, or folders, that a path names.
fn fitting<'w>(world: &'w World<'_>, need: &str) -> Vec<&'w str> {
    let need = need.trim_end_matches('/');
    let Ok(glob) = Glob::exactly(need) else { return Vec::new() };
    let below = format!("{need}/");
    world
        .now
        .paths()
        .iter()
        .map(String::as_str)
        .filter(|path| glob.fits(path) || path.starts_with(&below))
        .collect()
}
