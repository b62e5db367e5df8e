//! Every URL path that code calls is in the OpenAPI document.

use std::collections::BTreeSet;

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::additive_only::{of_openapi, path_shape};
use super::story;
use crate::document::Span;
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{Endpoint, Program, Programs, UNKNOWN, served};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("endpoints-in-spec"),
    summary: "code calls an endpoint that the specification does not have",
    since: "0.1.0",
    explain: Explain {
        what: "A path that code calls fits no path of the OpenAPI document; or the document is missing, broken, or has too few paths to be whole.",
        why: "A made-up URL fails at run time, silently where a 404 looks like no data.",
        bad: story!("endpoints-in-spec/fail/made-up"),
        good: story!("endpoints-in-spec/pass/known"),
        fix: "Correct the path, or bring the document up to date.",
    },
    looks_back: false,
    read,
};

struct EndpointsInSpec {
    spec: Vec<String>,
    is_served: bool,
    calls: Vec<Glob>,
    texts: Vec<Glob>,
    min_paths: usize,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    if !fields.has("spec") {
        fields.required("spec");
    }
    let spec = fields.texts("spec");
    let is_served = fields.flag("served", false);
    let calls = fields.globs("calls", Glob::name);
    let texts = fields.globs("texts", Glob::paths);
    let least = fields.text("min-paths");
    let min_paths = least.as_deref().and_then(|t| t.parse().ok());
    if least.is_some() && min_paths.is_none() {
        fields.wrong(
            "min-paths",
            "`min-paths` is no number",
            "write how many paths the document has at least",
        );
    }
    Box::new(EndpointsInSpec { spec, is_served, calls, texts, min_paths: min_paths.unwrap_or(1) })
}

impl Demand for EndpointsInSpec {
    fn needs(&self) -> Need {
        Need::Programs
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let globs: Vec<Glob> =
            self.spec.iter().filter_map(|text| Glob::exactly(text).ok()).collect();
        let files: Vec<&String> =
            world.now.paths().iter().filter(|path| globs.iter().any(|g| g.fits(path))).collect();
        let spec = self.spec.first().map_or("", String::as_str);
        if files.is_empty() {
            let message = format!("the specification `{spec}` is not there");
            return vec![rule.about_file(spec, message).about("missing")];
        }
        let read = |path: &&String| Some(of_openapi(path, &world.now.read(path)?));
        let known: BTreeSet<String> =
            files.iter().filter_map(read).flatten().map(|e| path_shape(&e.path)).collect();
        if known.len() < self.min_paths {
            let file = files.first().map_or(spec, |f| f.as_str());
            let message = format!(
                "the specification `{file}` has {} paths, and at least {} are needed",
                known.len(),
                self.min_paths
            );
            return vec![rule.about_file(file, message).about("too small")];
        }
        let programs = world.programs();
        if self.is_served {
            return self.unspecified(rule, programs, &known);
        }
        let own: BTreeSet<String> = served(programs).iter().map(Endpoint::shape).collect();
        let mut findings = Vec::new();
        for program in programs.all.iter().filter(|p| rule.scope.has(&p.path)) {
            let mut seen = BTreeSet::new();
            for (span, path) in self.used(programs, program) {
                let shape = path_shape(&path);
                let is_known =
                    known.iter().any(|k| fits(k, &shape)) || own.iter().any(|k| fits(k, &shape));
                if is_known || !seen.insert(span.start) {
                    continue;
                }
                let shown = path.replace(UNKNOWN, "{…}");
                let at = ArtifactPath::lossy(&program.path);
                let message = format!("`{shown}` is no path of `{spec}`");
                let finding = rule
                    .finding(message, Location::bytes(&at, span))
                    .label("not in the specification");
                let near = known.iter().min_by_key(|k| strsim::damerau_levenshtein(k, &shape));
                let near = near.filter(|k| strsim::damerau_levenshtein(k, &shape) <= 4);
                let finding = finding.about(shape);
                findings.push(match near {
                    Some(near) => {
                        finding.help(format!("the nearest path is `{near}`: {}", rule.remedy))
                    }
                    None => finding,
                });
            }
        }
        findings
    }
}

impl EndpointsInSpec {
    /// What the code itself serves and the document does not have.
    fn unspecified(
        &self,
        rule: &Rule,
        programs: &Programs,
        known: &BTreeSet<String>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for endpoint in served(programs).iter().filter(|e| rule.scope.has(&e.file)) {
            let shape = endpoint.shape();
            if known.iter().any(|k| fits(k, &shape)) {
                continue;
            }
            let message = format!(
                "the endpoint {} {} is not in the specification",
                endpoint.method, endpoint.path
            );
            let at = Location::bytes(&ArtifactPath::lossy(&endpoint.file), endpoint.span);
            let finding = rule.finding(message, at).label("served here");
            findings.push(finding.about(format!("{} {shape}", endpoint.method)));
        }
        findings
    }

    fn used(&self, programs: &Programs, program: &Program) -> Vec<(Span, String)> {
        let mut used = Vec::new();
        for call in &program.calls {
            let names = programs.names_of(program, call);
            if !names.iter().any(|name| self.calls.iter().any(|glob| glob.fits(name))) {
                continue;
            }
            // The path is the first argument that looks like one.
            for argument in &call.arguments {
                let values = programs.values(program, call.place, &argument.value);
                let paths: Vec<String> = values.iter().filter_map(|v| url_path(v)).collect();
                if !paths.is_empty() {
                    used.extend(paths.into_iter().map(|path| (argument.span, path)));
                    break;
                }
            }
        }
        // A prefix of a router is no path that is called.
        let is_prefix = |span: Span| {
            program.calls.iter().flat_map(|call| &call.arguments).any(|argument| {
                matches!(argument.keyword.as_deref(), Some("prefix" | "url_prefix"))
                    && argument.span == span
            })
        };
        for text in program
            .texts
            .iter()
            .filter(|t| !t.is_part && !self.texts.is_empty() && !is_prefix(t.span))
        {
            for value in programs.values(program, text.place, &text.value) {
                let Some(path) = url_path(&value) else { continue };
                if self.texts.iter().any(|glob| glob.fits(path.trim_start_matches('/'))) {
                    used.push((text.span, path));
                }
            }
        }
        used
    }
}

/// The path of a URL, or of what is a path itself.
fn url_path(value: &str) -> Option<String> {
    let value = value.trim_start_matches(UNKNOWN);
    let path = match value.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..))?,
        None => value,
    };
    let path = path.split(['?', '#']).next()?;
    let is_path = path.starts_with('/')
        && path.len() > 1
        && !path.contains(char::is_whitespace)
        && path.chars().any(char::is_alphabetic);
    is_path.then(|| path.to_owned())
}

/// Whether a path fits a template, both with `{}` for parameters.
fn fits(template: &str, path: &str) -> bool {
    let (mut a, mut b) = (template.split('/'), path.split('/'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if x == y || x == "{}" || y == "{}" => {}
            _ => return false,
        }
    }
}
