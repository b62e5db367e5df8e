//! Nothing of the baseline is gone or renamed: files, keys, endpoints.

use std::collections::{BTreeMap, BTreeSet};

use super::super::fields::Fields;
use super::super::world::{World, program_of, programs_of};
use super::super::{Demand, LawKind, Need, Rule, records};
use super::story;
use crate::document::{Pointer, Span, Value};
use crate::finding::{Code, Explain, Finding, Location};
use crate::program::{Endpoint, Programs, served, shape};
use crate::tree::{ArtifactPath, FileChange, Files, Step};

pub(super) static KIND: LawKind = LawKind {
    code: Code("additive-only"),
    summary: "something that was there is gone or renamed",
    since: "0.1.0",
    explain: Explain {
        what: "The rule names files, keys of data files, or endpoints that may only be added to. Against the baseline one of them is gone, renamed, or of another type.",
        why: "Somebody calls it by that name: an operator, a script, another service.",
        bad: story!("additive-only/fail/file-renamed"),
        good: story!("additive-only/pass/only-added"),
        fix: "Put it back under its old name, and let the new one stand beside it.",
    },
    looks_back: true,
    read,
};

struct AdditiveOnly {
    of: &'static str,
    events: Vec<String>,
    below: Option<String>,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    if !fields.has("of") {
        fields.required("of");
    }
    let of = fields.word("of", &["files", "keys", "endpoints"], "files");
    let events = fields.texts("events");
    let known: &[&str] = match of {
        "files" => &["deleted", "renamed"],
        "keys" => &["removed", "retyped"],
        _ => &["removed"],
    };
    if let Some(event) = events.iter().find(|e| !known.contains(&e.as_str())) {
        let message = format!("`{event}` is nothing that happens to {of}");
        fields.wrong("events", message, &format!("it is one of {}", known.join(", ")));
    }
    let below = fields.text("below");
    Box::new(AdditiveOnly { of, events, below })
}

impl Demand for AdditiveOnly {
    fn needs(&self) -> Need {
        if self.of == "endpoints" { Need::Programs } else { Need::Files }
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        match self.of {
            "files" => self.files(rule, world),
            "keys" => self.keys(rule, world),
            _ => endpoints(rule, world),
        }
    }
}

/// Words for where on the way something happened.
pub(super) fn in_step(step: &Step) -> String {
    if step.name.is_empty() { String::new() } else { format!(" in {}", step.name) }
}

impl AdditiveOnly {
    fn reports(&self, event: &str, usually: bool) -> bool {
        if self.events.is_empty() { usually } else { self.events.iter().any(|e| e == event) }
    }

    fn files(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for step in world.steps {
            for change in &step.changes {
                let (path, message) = match &change.renamed_from {
                    Some(old) if rule.scope.has(old) && self.reports("renamed", true) => {
                        (old, format!("`{old}` was renamed to `{}`{}", change.path, in_step(step)))
                    }
                    None if change.after.is_none()
                        && rule.scope.has(&change.path)
                        && self.reports("deleted", true) =>
                    {
                        (&change.path, format!("`{}` was deleted{}", change.path, in_step(step)))
                    }
                    _ => continue,
                };
                let finding = rule.about_file(path, message).about(&step.name);
                findings.push(finding.help(format!("bring `{path}` back: {}", rule.remedy)));
            }
        }
        findings
    }

    fn keys(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for step in world.steps {
            let old = |c: &FileChange| c.renamed_from.clone().unwrap_or_else(|| c.path.clone());
            let in_scope = |c: &&FileChange| rule.scope.has(&old(c)) && records::is_data(&old(c));
            for change in step.changes.iter().filter(in_scope) {
                findings.extend(self.keys_of(rule, world, step, change));
            }
        }
        findings
    }

    fn keys_of(
        &self,
        rule: &Rule,
        world: &World<'_>,
        step: &Step,
        change: &FileChange,
    ) -> Vec<Finding> {
        let old_path = change.renamed_from.as_ref().unwrap_or(&change.path);
        let before = world.content_before(change).and_then(|bytes| records::read(old_path, &bytes));
        let Some(before) = before.and_then(|d| d.value) else { return Vec::new() };
        let gone = |how: String| {
            let message = format!("`{old_path}` {how}{}, and its keys with it", in_step(step));
            vec![rule.about_file(old_path, message).about("all keys").about(&step.name)]
        };
        if change.renamed_from.is_some() {
            return gone(format!("was renamed to `{}`", change.path));
        }
        let Some(after) = world.content_after(change) else {
            return gone("was deleted".to_owned());
        };
        let after = records::read(&change.path, &after).and_then(|d| d.value);
        let Some(after) = after else { return gone("cannot be read any more".to_owned()) };
        let part = |value: &Value| match &self.below {
            Some(below) => {
                value.at(&Pointer::from(below.as_str())).map(records::keys).unwrap_or_default()
            }
            None => records::keys(value),
        };
        let (old, new) = (part(&before), part(&after));
        let mut findings = Vec::new();
        let mut gone: Vec<&Pointer> = Vec::new();
        for (key, kind) in &old {
            let message = match new.get(key) {
                // What stood below a key that is gone is gone with it.
                None if gone.iter().any(|g| is_below(key, g)) => continue,
                None if self.reports("removed", true) => {
                    gone.push(key);
                    format!(
                        "the key `{}` of `{}` was removed{}",
                        shown(key),
                        change.path,
                        in_step(step)
                    )
                }
                Some(now)
                    if now != kind
                        && *kind != "null"
                        && *now != "null"
                        && self.reports("retyped", false) =>
                {
                    format!(
                        "the key `{}` of `{}` was of type {kind} and is {now}{}",
                        shown(key),
                        change.path,
                        in_step(step)
                    )
                }
                _ => continue,
            };
            let path = ArtifactPath::lossy(&change.path);
            let whole =
                self.below.as_ref().map_or_else(Pointer::root, |b| Pointer::from(b.as_str()));
            let at = key.parent().map_or(whole.clone(), |parent| whole.concat(&parent));
            // The top of a file is shown by its first line.
            let place = if at.is_root() {
                Location::bytes(&path, Span::new(0, 1))
            } else {
                Location::value(&path, at)
            };
            let finding = rule.finding(message, place);
            findings.push(finding.about(key.as_str()).about(&step.name));
        }
        findings
    }
}

fn shown(key: &Pointer) -> String {
    let tokens: Vec<_> = key.tokens().collect();
    tokens.join(".")
}

fn is_below(key: &Pointer, above: &Pointer) -> bool {
    key.as_str().strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

/// What clients see of endpoints: method and shape of the path.
type Served = BTreeMap<(String, String), Endpoint>;

fn endpoints(rule: &Rule, world: &World<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(baseline) = world.baseline else { return findings };
    let old = all_endpoints(rule, baseline, None);
    let now = all_endpoints(rule, world.now, Some(world.programs()));
    findings.extend(gone(rule, &old, &now, world.now, ""));
    let is_stepwise = world.steps.iter().any(|step| !step.name.is_empty());
    if is_stepwise {
        let known: BTreeSet<String> =
            findings.iter().flat_map(|f| f.subject.iter().take(1).cloned()).collect();
        // Prefixes that other files give are not known within a step.
        let is_known = |subject: &str| {
            let (method, path) = subject.split_once(' ').unwrap_or((subject, ""));
            known.iter().any(|k| k.starts_with(&format!("{method} ")) && k.ends_with(path))
        };
        for step in world.steps {
            let (before, after) = step_endpoints(rule, world, step);
            let found = gone(rule, &before, &after, world.now, &step.name);
            // What is gone at the end is said once.
            findings.extend(
                found
                    .into_iter()
                    .filter(|f| f.subject.first().is_none_or(|subject| !is_known(subject))),
            );
        }
    }
    findings
}

fn gone(rule: &Rule, old: &Served, new: &Served, now: &dyn Files, step: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ((method, path), endpoint) in old {
        let any = ("*".to_owned(), path.clone());
        if new.contains_key(&(method.clone(), path.clone())) || new.contains_key(&any) {
            continue;
        }
        let when = if step.is_empty() { String::new() } else { format!(" in {step}") };
        let message = format!("the endpoint {method} {} was removed{when}", endpoint.path);
        let there = super::super::world::has(now, &endpoint.file);
        let label = if there { "it was served here" } else { "" };
        let finding = rule.about_file(&endpoint.file, message).label(label);
        findings.push(finding.about(format!("{method} {path}")).about(step));
    }
    findings
}

fn by_shape(all: impl IntoIterator<Item = Endpoint>) -> Served {
    all.into_iter().map(|e| ((e.method.clone(), e.shape()), e)).collect()
}

fn all_endpoints(rule: &Rule, files: &dyn Files, programs: Option<&Programs>) -> Served {
    let read;
    let programs = match programs {
        Some(programs) => programs,
        None => {
            read = programs_of(files, &[]);
            &read
        }
    };
    let mut all: Vec<Endpoint> =
        served(programs).into_iter().filter(|e| rule.scope.has(&e.file)).collect();
    for path in files.paths().iter().filter(|p| records::is_data(p) && rule.scope.has(p)) {
        if let Some(bytes) = files.read(path) {
            all.extend(of_openapi(path, &bytes));
        }
    }
    by_shape(all)
}

/// The endpoints of the files that a step changes, before and after it.
fn step_endpoints(rule: &Rule, world: &World<'_>, step: &Step) -> (Served, Served) {
    let mut sides: [(Vec<_>, Vec<_>); 2] = Default::default();
    for change in &step.changes {
        let contents = [world.content_before(change), world.content_after(change)];
        for ((programs, endpoints), bytes) in sides.iter_mut().zip(contents) {
            let Some(bytes) = bytes.filter(|_| rule.scope.has(&change.path)) else { continue };
            if records::is_data(&change.path) {
                endpoints.extend(of_openapi(&change.path, &bytes));
            } else if let Some(program) = program_of(&change.path, &bytes) {
                programs.push(program);
            }
        }
    }
    let [before, after] = sides.map(|(programs, mut endpoints)| {
        endpoints.extend(served(&Programs::new(programs)));
        by_shape(endpoints)
    });
    (before, after)
}

/// The operations of an OpenAPI document; none of other files.
pub(super) fn of_openapi(path: &str, bytes: &[u8]) -> Vec<Endpoint> {
    let head = bytes.get(..bytes.len().min(2000)).unwrap_or_default();
    let names_it = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    if !names_it(b"openapi") && !names_it(b"swagger") {
        return Vec::new();
    }
    let Some(value) = records::read(path, bytes).and_then(|d| d.value) else { return Vec::new() };
    let Some(paths) = value.get("paths") else { return Vec::new() };
    let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let operations = paths.members().iter().flat_map(|item| {
        let operations = item.value.members().iter().filter(|m| methods.contains(&m.key.as_str()));
        operations.map(|m| (item.key.clone(), m.key.to_uppercase(), m.key_span))
    });
    operations
        .map(|(path_key, method, span): (String, String, Span)| Endpoint {
            method,
            path: path_key,
            file: path.to_owned(),
            span,
        })
        .collect()
}

/// The shape of a path, for other kinds.
pub(super) fn path_shape(path: &str) -> String {
    shape(path)
}
