//! When something changes, a version grows.

use std::cmp::Ordering;

use super::super::fields::Fields;
use super::super::{Demand, LawKind, Need, Rule, World, records};
use super::additive_only::in_step;
use super::story;
use crate::document::{Data, Pointer, Value};
use crate::finding::{Code, Explain, Finding, Location};
use crate::tree::{ArtifactPath, FileChange, Step};

pub(super) static KIND: LawKind = LawKind {
    code: Code("bump-on-change"),
    summary: "something changed and its version did not grow",
    since: "0.1.0",
    explain: Explain {
        what: "The set of keys of a file, or the files that the rule names, are not as in the baseline, and the version field has not grown.",
        why: "Readers decide by the version how to read; a change under the same version is read wrongly.",
        bad: story!("bump-on-change/fail/key-added"),
        good: story!("bump-on-change/pass/version-grown"),
        fix: "Raise the version in the same change.",
    },
    looks_back: true,
    read,
};

struct BumpOnChange {
    keys: bool,
    file: String,
    pointer: Pointer,
    form: &'static str,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let keys = fields.word("watch", &["keys", "files"], "keys") == "keys";
    let field = fields.required("field");
    let (file, pointer) = field.split_once('#').unwrap_or((&field, ""));
    if !field.is_empty() && !pointer.starts_with('/') {
        fields.wrong(
            "field",
            format!("`{field}` names no field"),
            "write `path/to/file.json#/version`",
        );
    }
    let form = fields.word("as", &["integer", "semver", "any"], "any");
    Box::new(BumpOnChange { keys, file: file.to_owned(), pointer: Pointer::from(pointer), form })
}

impl Demand for BumpOnChange {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        // The versions that the field has had, so that a bump of another commit does not count twice.
        world.steps.iter().filter_map(|step| self.step(rule, world, step)).collect()
    }
}

impl BumpOnChange {
    fn step(&self, rule: &Rule, world: &World<'_>, step: &Step) -> Option<Finding> {
        let in_scope =
            |c: &&FileChange| rule.scope.has(&c.path) && (self.keys || c.path != self.file);
        let changed: Vec<String> = step
            .changes
            .iter()
            .filter(in_scope)
            .filter_map(|change| {
                if self.keys { self.key_change(world, change) } else { Some(change.path.clone()) }
            })
            .collect();
        let what = changed.first()?;
        let field = step.changes.iter().find(|c| c.path == self.file);
        let version = |bytes: Option<std::sync::Arc<[u8]>>| {
            let document = records::read(&self.file, &bytes?)?;
            document.value?.at(&self.pointer).cloned()
        };
        let before = field.and_then(|c| version(world.content_before(c)));
        let after = field.and_then(|c| version(world.content_after(c)));
        let name =
            self.pointer.tokens().last().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let path = ArtifactPath::lossy(&self.file);
        let when = in_step(step);
        let problem = match (field, &before, &after) {
            // A file that is new begins its count.
            (Some(change), _, _) if change.before.is_none() => return None,
            (_, Some(before), Some(after)) => match self.compare(before, after) {
                Some(Ordering::Less) => return None,
                Some(Ordering::Equal) | None if same(before, after) => {
                    format!("`{name}` did not grow")
                }
                Some(_) => format!("`{name}` went back from {} to {}", shown(before), shown(after)),
                None => format!("`{name}` is no {} that has grown", self.form),
            },
            (Some(_), None, Some(_)) => return None,
            (Some(_), _, None) => format!("there is no `{name}`"),
            (None, _, _) => format!("`{name}` did not grow"),
        };
        let message = format!("{what} changed{when}, and {problem}");
        let finding = rule.finding(message, Location::value(&path, self.pointer.clone()));
        Some(finding.about(&step.name))
    }

    /// What is different about the keys of a file.
    fn key_change(&self, world: &World<'_>, change: &FileChange) -> Option<String> {
        let keys = |bytes: Option<std::sync::Arc<[u8]>>| {
            let value = records::read(&change.path, &bytes?)?.value?;
            Some(records::keys(&value))
        };
        let before = keys(world.content_before(change))?;
        let after = keys(world.content_after(change))?;
        let dotted = |p: &Pointer| p.tokens().collect::<Vec<_>>().join(".");
        let added = after.keys().find(|k| !before.contains_key(*k));
        let removed = before.keys().find(|k| !after.contains_key(*k));
        let retyped = after.iter().find(|(k, t)| before.get(*k).is_some_and(|old| old != *t));
        let what = match (added, removed, retyped) {
            (Some(key), _, _) => format!("the key `{}` was added", dotted(key)),
            (_, Some(key), _) => format!("the key `{}` was removed", dotted(key)),
            (_, _, Some((key, _))) => format!("the type of `{}` is another", dotted(key)),
            _ => return None,
        };
        Some(format!("the schema of `{}` ({what})", change.path))
    }

    fn compare(&self, before: &Value, after: &Value) -> Option<Ordering> {
        let integer = |v: &Value| match &v.data {
            Data::Number(n) => n.text().parse::<i128>().ok(),
            _ => None,
        };
        let version = |v: &Value| {
            v.as_str().and_then(|t| semver::Version::parse(t.trim_start_matches('v')).ok())
        };
        let integers = || Some(integer(before)?.cmp(&integer(after)?));
        let versions = || Some(version(before)?.cmp(&version(after)?));
        match self.form {
            "integer" => integers(),
            "semver" => versions(),
            _ => integers().or_else(versions).or_else(|| {
                Some(if same(before, after) { Ordering::Equal } else { Ordering::Less })
            }),
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    shown(a) == shown(b)
}

fn shown(value: &Value) -> String {
    match &value.data {
        Data::Number(n) => n.text().to_owned(),
        Data::String(text) => text.clone(),
        _ => value.type_name().to_owned(),
    }
}
