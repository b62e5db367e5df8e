//! The gate is called where it was promised: by the hook and by CI, without a way around it.

use fancy_regex::Regex;

use super::super::fields::Fields;
use super::super::glob::Glob;
use super::super::{Demand, LawKind, Need, Rule, World};
use super::additive_only::in_step;
use super::{gate_job, story};
use crate::document::{self, Data, Limits, Member, Span, Syntax, Value};
use crate::finding::{Code, Explain, Finding, Location};
use crate::tree::{ArtifactPath, FileChange};

pub(super) static KIND: LawKind = LawKind {
    code: Code("gate-wired"),
    summary: "hook or CI job does not call the gate, or can be passed around it",
    since: "0.1.0",
    explain: Explain {
        what: "No hook or no workflow of the repository calls what the rule names, or the call was weakened: its failure is ignored, the job is switched off, something of it is gone since the baseline, or the job that calls it, its triggers or its steps are others than in the baseline.",
        why: "Promised enforcement rots: a hook disappears in an unrelated commit, and nothing is held from then on.",
        bad: story!("gate-wired/fail/failure-ignored"),
        good: story!("gate-wired/pass/wired"),
        fix: "Bring the call back, without `|| true`, `continue-on-error` or a condition that is never met.",
    },
    looks_back: false,
    read,
};

struct GateWired {
    hook: Vec<Glob>,
    ci: Vec<Glob>,
    call: Vec<Regex>,
}

fn read(fields: &mut Fields<'_>) -> Box<dyn Demand> {
    let hook = fields.globs("hook", Glob::exactly);
    let ci = fields.globs("ci", Glob::exactly);
    if hook.is_empty() && ci.is_empty() {
        fields.wrong("", "the rule looks at no hook and no CI job", "add `hook` or `ci`");
    }
    let call = fields.regexes("call");
    if call.is_empty() {
        fields.required("call");
    }
    Box::new(GateWired { hook, ci, call })
}

impl Demand for GateWired {
    fn needs(&self) -> Need {
        Need::Files
    }

    fn findings(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (what, globs) in [("hook", &self.hook), ("CI job", &self.ci)] {
            if !globs.is_empty() {
                findings.extend(self.wired(rule, world, what, globs));
            }
        }
        findings.extend(self.lost(rule, world));
        findings
    }
}

impl GateWired {
    fn calls(&self, line: &str) -> bool {
        let plain = line.trim_start();
        !plain.starts_with('#') && self.call.iter().any(|c| c.is_match(plain).unwrap_or(false))
    }

    fn wired(&self, rule: &Rule, world: &World<'_>, what: &str, globs: &[Glob]) -> Vec<Finding> {
        let files = world.now.paths().iter().filter(|p| globs.iter().any(|g| g.fits(p)));
        let mut findings = Vec::new();
        let mut is_called = false;
        let mut seen = 0;
        for path in files {
            seen += 1;
            let Some(text) = world.text(path) else { continue };
            if !text.lines().any(|line| self.calls(line)) {
                continue;
            }
            let weak = self.weakness(path, &text);
            is_called |= weak.is_none();
            if let Some((span, why)) = weak {
                let message = format!("the {what} in `{path}` calls the gate, and {why}");
                let at = Location::bytes(&ArtifactPath::lossy(path), span);
                findings.push(rule.finding(message, at).label("lets a failure pass").about(why));
            }
        }
        if !is_called && findings.is_empty() {
            let first = globs.first().map(|g| g.text.clone()).unwrap_or_default();
            let message = if seen == 0 {
                format!("there is no {what}: nothing fits `{first}`")
            } else {
                format!("no {what} calls the gate")
            };
            findings.push(rule.about_file(&first, message).about(what));
        }
        findings
    }

    /// What lets a failure of the gate pass: on the line of the call, or in the blocks that it stands in.
    fn weakness(&self, path: &str, text: &str) -> Option<(Span, &'static str)> {
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            if self.calls(line)
                && let Some(why) = weak_line(line)
            {
                return Some((Span::new(start + indent, start + line.trim_end().len()), why));
            }
            start += line.len();
        }
        if !path.ends_with(".yml") && !path.ends_with(".yaml") {
            return None;
        }
        let document = document::parse(text.as_bytes(), Syntax::Yaml, &Limits::default());
        self.weak_block(document.value.as_ref()?)
    }

    /// The innermost block first.
    fn weak_block(&self, value: &Value) -> Option<(Span, &'static str)> {
        let below = value.items().iter().chain(value.members().iter().map(|m| &m.value));
        let calling: Vec<&Value> = below.filter(|v| self.is_called_in(v)).collect();
        if let Some(weak) = calling.iter().find_map(|v| self.weak_block(v)) {
            return Some(weak);
        }
        if calling.is_empty() {
            return None;
        }
        value.members().iter().find_map(|m| Some((m.key_span, weak_key(m)?)))
    }

    fn is_called_in(&self, value: &Value) -> bool {
        match value.as_str() {
            Some(text) => text.lines().any(|line| self.calls(line)),
            None => {
                value.items().iter().any(|v| self.is_called_in(v))
                    || value.members().iter().any(|m| {
                        self.calls(&format!("{}: {}", m.key, m.value.as_str().unwrap_or_default()))
                            || self.is_called_in(&m.value)
                    })
            }
        }
    }

    /// What differs around the calls of a workflow that called the gate before.
    fn other_way(&self, world: &World<'_>, change: &FileChange) -> Option<String> {
        if !self.ci.iter().any(|glob| glob.fits(&change.path)) {
            return None;
        }
        let is_called = |line: &str| self.calls(line);
        let text = |bytes: std::sync::Arc<[u8]>| String::from_utf8_lossy(&bytes).into_owned();
        let before = text(world.content_before(change)?);
        if !before.lines().any(is_called) {
            return None;
        }
        let after = text(world.content_after(change)?);
        let of = |text: &str| gate_job::surroundings(text, &is_called);
        let (before, after) = (of(&before)?, of(&after)?);
        (before != after).then(|| gate_job::difference(&before, &after))
    }

    /// Calls of the gate that the baseline had and the next step has not.
    fn lost(&self, rule: &Rule, world: &World<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for step in world.steps {
            for change in &step.changes {
                let path = change.renamed_from.as_ref().unwrap_or(&change.path);
                if !self.hook.iter().chain(&self.ci).any(|glob| glob.fits(path)) {
                    continue;
                }
                let count = |bytes: Option<std::sync::Arc<[u8]>>| {
                    bytes.map_or(0, |b| {
                        String::from_utf8_lossy(&b).lines().filter(|l| self.calls(l)).count()
                    })
                };
                let before = count(world.content_before(change));
                let after = count(world.content_after(change));
                if after >= before
                    && let Some(what) = self.other_way(world, change)
                {
                    let message = format!(
                        "`{path}` calls the gate in another way than before: `{what}` changed{}",
                        in_step(step)
                    );
                    let path = &change.path;
                    let finding = rule.about_file(path, message).about("other way").about(&what);
                    findings.push(finding.about(&step.name));
                }
                if after < before {
                    let message =
                        format!("`{path}` called the gate and no longer does{}", in_step(step));
                    findings.push(rule.about_file(path, message).about("lost").about(&step.name));
                }
            }
        }
        findings
    }
}

fn weak_line(line: &str) -> Option<&'static str> {
    let compact: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let ignores = ["|| true", "|| :", "|| exit 0", "|| echo", "; true", "; exit 0", "set +e"];
    if ignores.iter().any(|w| compact.contains(w)) {
        return Some("its failure is ignored");
    }
    if compact.contains("| tee") || compact.contains("|tee") {
        return Some("a pipe hides its exit code");
    }
    compact.contains("--exit-zero").then_some("`--exit-zero` makes every verdict a pass")
}

fn weak_key(member: &Member) -> Option<&'static str> {
    let value = match &member.value.data {
        Data::Bool(flag) => flag.to_string(),
        Data::String(text) => text.replace(' ', ""),
        Data::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        _ => String::new(),
    };
    match (member.key.as_str(), value.as_str()) {
        ("continue-on-error", "true") => Some("`continue-on-error` ignores its failure"),
        ("if", "false" | "${{false}}") => Some("it is switched off"),
        ("allow_failure" | "soft_fail", "true") => Some("its failure is ignored"),
        ("when", "manual" | "never") => Some("it does not run by itself"),
        ("stages", stages) if !stages.split(',').any(|s| s.ends_with("commit")) => {
            Some("it does not run before a commit")
        }
        _ => None,
    }
}
