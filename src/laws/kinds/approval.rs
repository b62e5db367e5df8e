//! When guarded paths change, a record covers exactly that change.

use std::collections::BTreeMap;

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::world::program_of;
use super::super::{Demand, LawKind, Need, Rule, World, records};
use super::additive_only::in_step;
use super::story;
use crate::document::Value;
use crate::finding::{Code, Explain, Finding};
use crate::tree::{Digest, FileChange, Step};

pub(super) static KIND: LawKind = LawKind {
    code: Code("approval"),
    summary: "a guarded change has no approval",
    since: "0.1.0",
    explain: Explain {
        what: "Paths or functions that the law guards are not as in the baseline, and no approval record names exactly this change with rationale, impact, rollback plan and approver.",
        why: "The contract lets these change only when somebody who may has agreed to this very change.",
        bad: story!("approval/fail/no-record"),
        good: story!("approval/pass/record"),
        fix: "Have the change approved, and write the record with the digest that the message gives.",
    },
    looks_back: true,
    read,
};

struct Approval {
    functions: Vec<(String, Vec<Glob>)>,
    records: Vec<Glob>,
    approvers: Vec<String>,
}

/// What a record must say.
const NEEDED: [&str; 4] = ["rationale", "impact", "rollback", "approver"];

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let functions = fields.lists("functions");
    let functions = functions
        .into_iter()
        .map(|(file, names)| (file, fields.compiled("functions", &names, Glob::name)))
        .collect();
    if !fields.has("records") {
        fields.required("records");
    }
    let records = fields.globs("records", Glob::paths);
    let approvers = fields.texts("approvers");
    Box::new(Approval { functions, records, approvers })
}

impl Demand for Approval {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let records = self.read_records(world);
        world.steps.iter().filter_map(|step| self.step(rule, world, step, &records)).collect()
    }
}

impl Approval {
    fn read_records(&self, world: &World<'_>) -> Vec<(String, Value)> {
        let paths = world.now.paths().iter().filter(|p| self.records.iter().any(|g| g.fits(p)));
        paths
            .filter_map(|path| {
                Some((path.clone(), records::read(path, &world.now.read(path)?)?.value?))
            })
            .collect()
    }

    fn step(
        &self,
        rule: &Rule,
        world: &World<'_>,
        step: &Step,
        records: &[(String, Value)],
    ) -> Option<Finding> {
        let mut lines: BTreeMap<String, String> = BTreeMap::new();
        for change in &step.changes {
            self.lines(rule, world, change, &mut lines);
        }
        let first = lines.keys().next()?.split('#').next()?.to_owned();
        let text: String = lines.values().map(String::as_str).collect();
        let digest = Digest::of(text.as_bytes()).to_string();
        let names: Vec<String> = lines.keys().map(|name| format!("`{name}`")).collect();
        let what = names.join(", ");
        let record = records.iter().find(|(_, value)| value.str_at("change") == Some(&digest));
        let problem = match record {
            None => format!("no record approves {digest}"),
            Some((path, value)) => {
                let missing = NEEDED
                    .iter()
                    .find(|key| value.get(key).is_none_or(super::super::records::is_empty));
                let approver = value.str_at("approver").unwrap_or_default();
                if let Some(key) = missing {
                    format!("`{path}` has no `{key}`")
                } else if !self.approvers.is_empty()
                    && !self.approvers.iter().any(|a| a == approver)
                {
                    format!("`{path}` is approved by `{approver}`, who may not")
                } else {
                    return None;
                }
            }
        };
        let message = format!("{what} changed{}, and {problem}", in_step(step));
        let where_to = self.records.first().map_or("approvals/", |g| g.text.as_str());
        let help = format!(
            "after the approval, write a record in `{where_to}`: `change: {digest}`, `rationale`, `impact`, `rollback`, `approver`"
        );
        Some(rule.about_file(&first, message).about(digest).help(help))
    }

    /// A line for each guarded thing that differs: digests before and after, and its name.
    fn lines(
        &self,
        rule: &Rule,
        world: &World<'_>,
        change: &FileChange,
        lines: &mut BTreeMap<String, String>,
    ) {
        let old_path = change.renamed_from.as_deref().unwrap_or(&change.path);
        let digest =
            |bytes: Option<&[u8]>| bytes.map_or_else(|| "-".to_owned(), |b| Digest::of(b).hex());
        let (before, after) = (world.content_before(change), world.content_after(change));
        let is_guarded = !rule.scope.paths.is_empty()
            && (rule.scope.has(old_path) || rule.scope.has(&change.path));
        // A guarded file that is new changes nothing that was approved.
        if is_guarded && change.before.is_some() {
            let (a, b) = (digest(before.as_deref()), digest(after.as_deref()));
            lines.insert(old_path.to_owned(), format!("{a} {b}  {old_path}\n"));
        }
        let Some((_, names)) = self.functions.iter().find(|(file, _)| file == old_path) else {
            return;
        };
        let texts = |bytes: Option<&[u8]>, path: &str| -> BTreeMap<String, String> {
            let Some(program) = bytes.and_then(|b| program_of(path, b)) else {
                return BTreeMap::new();
            };
            let text = String::from_utf8_lossy(bytes.unwrap_or_default());
            let wanted =
                program.definitions.iter().filter(|d| names.iter().any(|g| g.fits(&d.name)));
            wanted
                .filter_map(|d| {
                    let span = program.places.get(d.place)?.span;
                    let body: String =
                        text.get(span.range())?.split_whitespace().collect::<Vec<_>>().join(" ");
                    Some((d.name.clone(), body))
                })
                .collect()
        };
        let (old, new) =
            (texts(before.as_deref(), old_path), texts(after.as_deref(), &change.path));
        for (name, text) in &old {
            // In another file it is another function.
            let now = new.get(name).filter(|_| change.renamed_from.is_none());
            if now != Some(text) {
                let key = format!("{old_path}#{name}");
                let (a, b) = (digest(Some(text.as_bytes())), digest(now.map(String::as_bytes)));
                lines.insert(key.clone(), format!("{a} {b}  {key}\n"));
            }
        }
    }
}
