//! Every resource kind has a route, and no mode has a backend that it forbids.

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::{Demand, LawKind, Need, Rule, World, records};
use super::story;
use crate::document::{Span, Value};
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{PlaceKind, Program};
use crate::tree::ArtifactPath;

pub(super) static KIND: LawKind = LawKind {
    code: Code("routes"),
    summary: "a resource kind has no route, or a forbidden one",
    since: "0.1.0",
    explain: Explain {
        what: "The routing registry has no entry for a resource kind that must have one, or routes a mode to a backend that it may not use.",
        why: "A kind without a route fails at its first use; a kind on the wrong backend loses its data quietly.",
        bad: story!("routes/fail/kind-missing"),
        good: story!("routes/pass/all-routed"),
        fix: "Add the route, or change its backend.",
    },
    looks_back: false,
    read,
};

struct Routes {
    registry: Vec<Glob>,
    kind_key: String,
    backend_key: String,
    mode_key: String,
    kinds: Vec<Vec<String>>,
    forbid: Vec<(String, Vec<Glob>)>,
    backends: Vec<Glob>,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    if !fields.has("registry") {
        fields.required("registry");
    }
    let registry = fields.globs("registry", Glob::paths);
    let mut key = |name, otherwise: &str| fields.text(name).unwrap_or_else(|| otherwise.to_owned());
    let kind_key = key("kind-key", "resource_kind");
    let backend_key = key("backend-key", "backend_type");
    let mode_key = key("mode-key", "mode");
    let kinds = fields.alternatives("kinds");
    let forbid = fields.lists("forbid");
    let forbid = forbid
        .into_iter()
        .map(|(mode, globs)| (mode, fields.compiled("forbid", &globs, Glob::name)))
        .collect();
    let backends = fields.globs("backends", Glob::name);
    Box::new(Routes { registry, kind_key, backend_key, mode_key, kinds, forbid, backends })
}

/// One entry of the registry.
struct Route {
    file: String,
    span: Span,
    kind: String,
    backend: Option<(String, Span)>,
    mode: Option<String>,
}

impl Demand for Routes {
    fn needs(&self) -> Need {
        Need::Programs
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let files: Vec<&String> = world
            .now
            .paths()
            .iter()
            .filter(|p| rule.scope.has(p) && self.registry.iter().any(|glob| glob.fits(p)))
            .collect();
        let mut routes: Vec<Route> = Vec::new();
        for path in &files {
            if records::is_data(path)
                && let Some(bytes) = world.now.read(path)
                && let Some(value) = records::read(path, &bytes).and_then(|d| d.value)
            {
                self.collect(path, &value, &mut routes);
            }
        }
        let mut findings = self.missing(rule, world, &files, &routes);
        for route in &routes {
            findings.extend(self.misrouted(rule, route));
        }
        findings
    }
}

impl Routes {
    fn collect(&self, file: &str, value: &Value, routes: &mut Vec<Route>) {
        for (_, object) in value.everything() {
            let Some(kind) = object.member(&self.kind_key) else { continue };
            let Some(name) = kind.value.as_str() else { continue };
            let backend = object.member(&self.backend_key);
            let backend = backend.and_then(|m| Some((m.value.as_str()?.to_owned(), m.value.span)));
            routes.push(Route {
                file: file.to_owned(),
                span: kind.value.span,
                kind: name.to_owned(),
                backend,
                mode: object.str_at(&self.mode_key).map(str::to_owned),
            });
        }
    }

    fn missing(
        &self,
        rule: &Rule,
        world: &World<'_>,
        files: &[&String],
        routes: &[Route],
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for any in &self.kinds {
            if any.iter().any(|kind| routes.iter().any(|r| r.kind == *kind)) {
                continue;
            }
            // A registry that is code names its kinds in strings.
            let in_code = files
                .iter()
                .filter_map(|path| world.programs().at(path))
                .any(|program| names_kind(program, any, routes.is_empty()));
            if in_code {
                continue;
            }
            let kinds: Vec<String> = any.iter().map(|k| format!("`{k}`")).collect();
            let file = files.first().map_or_else(
                || self.registry.first().map(|g| g.text.clone()).unwrap_or_default(),
                |f| (*f).clone(),
            );
            let message = if files.is_empty() {
                format!(
                    "there is no routing registry `{file}`, so that {} has no route",
                    kinds.join(" or ")
                )
            } else {
                format!("the resource kind {} has no route", kinds.join(" or "))
            };
            findings.push(rule.about_file(&file, message).about(any.join("|")));
        }
        findings
    }

    fn misrouted(&self, rule: &Rule, route: &Route) -> Vec<Finding> {
        let at = ArtifactPath::lossy(&route.file);
        let mut findings = Vec::new();
        let Some((backend, span)) = &route.backend else {
            if !self.backend_key.is_empty()
                && (!self.backends.is_empty() || !self.forbid.is_empty())
            {
                let message =
                    format!("the route of `{}` names no `{}`", route.kind, self.backend_key);
                let finding = rule.finding(message, Location::bytes(&at, route.span));
                findings.push(finding.about(&route.kind));
            }
            return findings;
        };
        for (mode, globs) in &self.forbid {
            let fits_mode = route.mode.as_ref().is_none_or(|m| m == mode)
                && (route.mode.is_some() || mode == "*");
            if fits_mode && globs.iter().any(|glob| glob.fits(backend)) {
                let message = format!(
                    "`{}` is routed to `{backend}` in mode `{mode}`, which forbids it",
                    route.kind
                );
                let finding = rule.finding(message, Location::bytes(&at, *span));
                findings.push(finding.label("forbidden here").about(&route.kind).about(mode));
            }
        }
        if !self.backends.is_empty() && !self.backends.iter().any(|glob| glob.fits(backend)) {
            let message =
                format!("`{}` is routed to `{backend}`, which is no known backend", route.kind);
            let finding = rule.finding(message, Location::bytes(&at, *span));
            findings.push(finding.about(&route.kind).about(backend));
        }
        findings
    }
}

/// Whether a registry that is code has a route for a kind: a string names it. Beside a registry of data, only
/// a string that is handed to a call, so that a list of required kinds is no route.
fn names_kind(program: &Program, any: &[String], is_alone: bool) -> bool {
    let is_given = |place: usize| program.around(place).any(|(_, p)| p.kind == PlaceKind::Argument);
    program.texts.iter().any(|text| {
        text.value.literal().is_some_and(|literal| any.iter().any(|kind| kind == literal))
            && (is_alone || is_given(text.place))
    })
}
