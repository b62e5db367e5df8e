//! One resource, one path.

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::story;
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{Program, Programs, UNKNOWN};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("canonical-path"),
    summary: "a resource is named by another path than its one",
    since: "0.1.0",
    explain: Explain {
        what: "A file, or a path that code makes, has the name of the resource and stands elsewhere than at its one path.",
        why: "Two paths are two files: one side writes, the other reads yesterday's.",
        bad: story!("canonical-path/fail/composed-elsewhere"),
        good: story!("canonical-path/pass/composed-there"),
        fix: "Use the one path, best by one constant.",
    },
    looks_back: false,
    read,
};

struct CanonicalPath {
    path: String,
    like: Vec<Glob>,
    allow: Vec<Glob>,
    is_folder: bool,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let path = fields.required("path");
    let mut texts = fields.texts("like");
    let is_folder = fields.word("mode", &["name", "folder"], "name") == "folder";
    if texts.is_empty() && !is_folder {
        texts.push(format!("**/{}", path.rsplit('/').next().unwrap_or(&path)));
    }
    let like = fields.compiled("like", &texts, Glob::paths);
    let allow = fields.globs("allow", Glob::paths);
    Box::new(CanonicalPath { path, like, allow, is_folder })
}

impl Demand for CanonicalPath {
    fn needs(&self) -> Need {
        Need::Programs
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for path in world.now.paths().iter().filter(|p| rule.scope.has(p)) {
            if *path != self.path && self.is_like(path) {
                let message = if self.is_folder {
                    format!("`{path}` stands beside `{}`, the one place for it", self.path)
                } else {
                    format!("`{path}` is not `{}`, the one path of it", self.path)
                };
                findings.push(rule.about_file(path, message).about("file"));
            }
        }
        if self.is_folder {
            return findings;
        }
        let programs = world.programs();
        for program in programs.all.iter().filter(|p| rule.scope.has(&p.path)) {
            findings.extend(self.in_code(rule, programs, program));
        }
        findings
    }
}

impl CanonicalPath {
    fn in_code(&self, rule: &Rule, programs: &Programs, program: &Program) -> Vec<Finding> {
        let mut findings = Vec::new();
        // A name without a folder may be a part of a path; where it is opened, it is the path.
        let opened = programs.file_uses(program).iter().map(|u| (u.span, u.paths.as_slice(), true));
        let made = program.texts.iter().filter(|t| !t.is_part);
        let made = made.map(|t| (t.span, programs.paths_of(program, t), false));
        for (span, paths, is_opened) in made.chain(opened) {
            let is_other = |p: &&String| p.contains('/') != is_opened && self.is_other(p);
            let Some(other) = paths.iter().find(is_other) else { continue };
            let shown = other.replace(UNKNOWN, "…");
            let message = format!("the code names `{shown}`, and the one path is `{}`", self.path);
            let at = ArtifactPath::lossy(&program.path);
            let finding = rule.finding(message, Location::bytes(&at, span));
            findings.push(finding.label("another path of the same thing").about(shown));
        }
        findings
    }

    fn is_like(&self, path: &str) -> bool {
        self.like.iter().any(|glob| glob.fits_composed(path))
            && !self.allow.iter().any(|glob| glob.fits_composed(path))
    }

    /// Whether a path that code makes names the resource, and is known to be elsewhere.
    fn is_other(&self, made: &str) -> bool {
        if made.contains(char::is_whitespace) || !self.is_like(made) {
            return false;
        }
        let wanted = self.path.as_str();
        let is_it = made == wanted
            || made
                .strip_suffix(wanted)
                .is_some_and(|start| start.ends_with('/') || start.ends_with(UNKNOWN));
        if is_it {
            return false;
        }
        // An unknown folder may be the right one; a folder that is known is not.
        match made.split_once(UNKNOWN) {
            // `tmp/{day}/cache.json` lies below `tmp`, whatever the day is.
            Some((start, _)) if start.contains('/') && !start.starts_with('/') => {
                !wanted.starts_with(start)
            }
            Some(_) => {
                let known = made.rsplit(UNKNOWN).next().unwrap_or(made).trim_start_matches('/');
                known.contains('/') && !wanted.ends_with(known)
            }
            None => !made.contains("…"),
        }
    }
}
