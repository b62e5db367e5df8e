//! What the code serves: endpoints that must be there, and the paths that they may have.

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::additive_only::path_shape;
use super::story;
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{Endpoint, served};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("endpoints"),
    summary: "an endpoint is missing, or stands under a path where none may",
    since: "0.1.0",
    explain: Explain {
        what: "The code does not serve an endpoint that the rule names, or serves one below no path that the rule allows.",
        why: "Clients find an API by its paths.",
        bad: story!("endpoints/fail/no-version-prefix"),
        good: story!("endpoints/pass/below-the-prefix"),
        fix: "Serve what is missing, or move the endpoint below an allowed path.",
    },
    looks_back: false,
    read,
};

struct Endpoints {
    serve: Vec<(String, String)>,
    under: Vec<Glob>,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let mut serve = Vec::new();
    for text in fields.texts("serve") {
        match text.split_once(' ') {
            Some((method, path)) if path.starts_with('/') => {
                serve.push((method.to_uppercase(), path.to_owned()));
            }
            _ => {
                fields.wrong("serve", format!("`{text}` is no endpoint"), "write `GET /notes/{id}`")
            }
        }
    }
    let under = fields.globs("under", Glob::exactly);
    if serve.is_empty() && under.is_empty() {
        fields.wrong("", "the rule demands nothing", "add `serve` or `under`");
    }
    Box::new(Endpoints { serve, under })
}

impl Demand for Endpoints {
    fn needs(&self) -> Need {
        Need::Programs
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let all: Vec<Endpoint> =
            served(world.programs()).into_iter().filter(|e| rule.scope.has(&e.file)).collect();
        let mut findings = Vec::new();
        for (method, path) in &self.serve {
            let shape = path_shape(path);
            let is_it = |e: &Endpoint| {
                (e.method == *method || e.method == "*")
                    && (e.shape() == shape || e.shape().ends_with(&shape))
            };
            if !all.iter().any(is_it) {
                let file = all.first().map_or(".", |e| e.file.as_str());
                let message = format!("no code serves {method} {path}");
                findings.push(rule.about_file(file, message).about(format!("{method} {shape}")));
            }
        }
        for endpoint in all.iter().filter(|_| !self.under.is_empty()) {
            if self.under.iter().any(|glob| glob.fits(&endpoint.path)) {
                continue;
            }
            let message = format!(
                "the endpoint {} {} stands under no allowed path",
                endpoint.method, endpoint.path
            );
            let at = Location::bytes(&ArtifactPath::lossy(&endpoint.file), endpoint.span);
            let finding = rule.finding(message, at).label("served here");
            findings.push(finding.about(format!("{} {}", endpoint.method, endpoint.shape())));
        }
        findings
    }
}
