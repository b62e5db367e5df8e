//! Which versions a release gives: the step that the changes demand, the one that is meant, and the one that
//! is declared, brought to one answer or to the reason why there is none.

use semver::Version;

use super::deed::{Blocked, Job, Raised, Scope};
use crate::gate::{Impact, Item, Step};

impl Job<'_> {
    /// The version of the set.
    pub(super) fn set(&self) -> Result<Raised, Blocked> {
        let declared = self.versions(None).and_then(|v| v.current.version.clone());
        if let Some(versions) = self.versions(None).filter(|v| v.current.version.is_none()) {
            let path = self.new.path(versions.item);
            let written = versions.current.text.as_deref().unwrap_or_default();
            let message = format!("`{path}` declares no version that can be read: `{written}`");
            return Err(Blocked::new(message, "write a version such as `\"1.0.0\"`"));
        }
        let Some(before) = self.before else { return self.first(declared.as_ref()) };
        let from = before.version.clone();
        let required = self.bump(None).map_or(Step::None, |bump| bump.required);
        let step = self.step(None, &from, declared.as_ref(), required)?;
        let to = self.target(None, step, &from, declared.as_ref());
        self.grows(&to)?;
        Ok(Raised { scope: Scope::Set, step: Step::between(&from, &to), from: Some(from), to })
    }

    /// History only grows.
    fn grows(&self, to: &Version) -> Result<(), Blocked> {
        match self.released(None).last().filter(|newest| *newest > to) {
            Some(newest) => Err(Blocked::new(
                format!("{to} is smaller than {newest}, which went out already"),
                "take another name for the pre-release, or a larger step",
            )),
            None => Ok(()),
        }
    }

    /// The first release: whatever is declared, or the step after it. Without `versions.yaml` other
    /// documents may say which version this is.
    fn first(&self, declared: Option<&Version>) -> Result<Raised, Blocked> {
        let stated = self.new.stated_versions(None).into_iter();
        let stated = stated.filter_map(|s| Version::parse(&s.text).ok()).max();
        let known = declared.cloned().or(stated).or_else(|| self.released(None).last().cloned());
        let from = known.clone().unwrap_or_else(|| Version::new(0, 0, 0));
        let to = match self.wish.step {
            Some(step) => self.pre(None, step.after(&from)),
            None if known.is_some() => from.clone(),
            None => Version::new(0, 1, 0),
        };
        self.grows(&to)?;
        Ok(Raised { scope: Scope::Set, step: Step::between(&from, &to), from: known, to })
    }

    /// The step to make, or why it is refused.
    fn step(
        &self,
        module: Option<&str>,
        from: &Version,
        declared: Option<&Version>,
        required: Step,
    ) -> Result<Step, Blocked> {
        let scope = module.map_or("the set".to_owned(), |m| format!("module `{m}`"));
        let made = declared
            .map_or(Step::None, |d| if d > from { Step::between(from, d) } else { Step::None });
        // A step of a module is one of the set, too, but the set may make a larger one.
        let own = self.wish.module == module;
        let wanted = match self.wish.step {
            Some(step) if own => step,
            Some(step) if module.is_none() => required.max(made).max(step),
            _ => required.max(made),
        };
        if let Some(declared) =
            declared.filter(|d| self.wish.declared_only && self.is_released(module, d))
        {
            return Err(Blocked::new(
                format!("{declared} went out already, and nothing larger is declared"),
                "`contract-guard bump --write` declares what has changed since; `contract-guard workflow` does all of it",
            ));
        }
        if self.wish.declared_only && (made == Step::None || made < required) {
            let to = required.max(Step::Patch).after(from);
            let declared = declared.map_or("nothing".to_owned(), ToString::to_string);
            let message = format!(
                "{scope} is at {from}, and what is declared is {declared}; the changes demand a {} step",
                required.max(Step::Patch)
            );
            let mut blocked = Blocked::new(
                message,
                format!(
                    "`contract-guard bump --write` declares {to}; `contract-guard workflow` does all of it"
                ),
            );
            blocked.details = self.forcing(required);
            return Err(blocked);
        }
        if wanted < required {
            let word = if own { wanted.to_string() } else { "smaller".to_owned() };
            let mut blocked = Blocked::new(
                format!(
                    "{scope} cannot make a {word} step from {from}: the changes demand a {required} one"
                ),
                format!(
                    "run `contract-guard workflow {required} \"...\"`, which gives {}; or take these changes back",
                    required.after(from)
                ),
            );
            blocked.details = self.forcing(required);
            return Err(blocked);
        }
        let is_open = declared.is_some_and(|declared| !self.is_released(module, declared));
        if made > wanted && is_open {
            let declared = declared.map_or(String::new(), ToString::to_string);
            return Err(Blocked::new(
                format!("{scope} declares {declared} already, a {made} step from {from}"),
                format!(
                    "run `contract-guard release` for {declared}, or `contract-guard workflow {made} \"...\"`; or write {from} again"
                ),
            ));
        }
        self.proven(wanted, from)?;
        Ok(wanted)
    }

    /// What is not proven to be safe is released as a break, or not at all.
    fn proven(&self, step: Step, from: &Version) -> Result<(), Blocked> {
        let largest = if from.major == 0 { Step::Minor } else { Step::Major };
        let open: Vec<String> = self.lines(|impact| impact == Impact::Unproven);
        if open.is_empty() || step >= largest {
            return Ok(());
        }
        let mut blocked = Blocked::new(
            format!("it is not proven that a {step} step is enough"),
            format!("write it in a way that can be proven, or release it as a {largest} step"),
        );
        blocked.details = open;
        Err(blocked)
    }

    fn forcing(&self, required: Step) -> Vec<String> {
        // Below 1.0.0 a break demands a minor step.
        self.lines(|impact| Step::of(impact) >= required)
    }

    fn lines(&self, is_wanted: impl Fn(Impact) -> bool) -> Vec<String> {
        let items = self.before.map(|b| b.comparison.items.as_slice()).unwrap_or_default();
        let lines = items.iter().filter(|i| i.change.as_ref().is_some_and(|c| is_wanted(c.impact)));
        let line =
            |item: &Item| format!("{}: {}", item.finding.primary.artifact, item.finding.message);
        lines.take(8).map(line).collect()
    }

    /// The version that a step leads to; the one that is declared, where it is that step and still open.
    fn target(
        &self,
        module: Option<&str>,
        step: Step,
        from: &Version,
        declared: Option<&Version>,
    ) -> Version {
        // Without a wish and without a change there is nothing to raise.
        let step = if self.wish.step.is_some() { step.max(Step::Patch) } else { step };
        if step == Step::None {
            return from.clone();
        }
        let wants = |declared: &Version| match (self.wish.declared_only, self.wish.pre) {
            (true, _) => true,
            (false, None) => declared.pre.is_empty() || self.wish.step.is_none(),
            (false, Some(name)) => declared.pre.as_str().starts_with(&format!("{name}.")),
        };
        let fits = |declared: &&Version| {
            Step::between(from, declared) == step
                && !self.is_released(module, declared)
                && wants(declared)
        };
        match declared.filter(fits) {
            Some(declared) => declared.clone(),
            None => self.pre(module, step.after(from)),
        }
    }

    /// The next pre-release of a version, where one is asked for.
    fn pre(&self, module: Option<&str>, version: Version) -> Version {
        let Some(name) = self.wish.pre else { return version };
        let core = |v: &Version| (v.major, v.minor, v.patch);
        let number = |v: &Version| -> Option<u64> {
            v.pre.as_str().strip_prefix(name)?.strip_prefix('.')?.parse().ok()
        };
        let same = self.released(module).filter(|v| core(v) == core(&version));
        let next = same.filter_map(number).max().map_or(1, |n| n.saturating_add(1));
        let pre = semver::Prerelease::new(&format!("{name}.{next}"));
        Version { pre: pre.unwrap_or(semver::Prerelease::EMPTY), ..version }
    }

    /// Versions of modules that must be raised, or are meant.
    pub(super) fn modules(&self) -> Result<Vec<Raised>, Blocked> {
        if let Some(module) = self.wish.module.filter(|m| self.versions(Some(m)).is_none()) {
            let known: Vec<&str> =
                self.new.versions.iter().filter_map(|v| v.folder.as_deref()).collect();
            let help = match known.is_empty() {
                true => "no module has a `versions.yaml`".to_owned(),
                false => format!("modules with a `versions.yaml` are {}", known.join(", ")),
            };
            return Err(Blocked::new(format!("there is no version of a module `{module}`"), help));
        }
        let mut raised = Vec::new();
        for versions in &self.new.versions {
            let Some(module) = versions.folder.as_deref() else { continue };
            let Some(declared) = versions.current.version.clone() else { continue };
            let bump = self.bump(Some(module));
            let is_meant = self.wish.module == Some(module);
            let Some(from) = bump.and_then(|b| b.before.clone()) else {
                // New, and as it declares itself.
                continue;
            };
            let required = bump.map_or(Step::None, |b| b.required);
            if required == Step::None && !is_meant {
                continue;
            }
            if required == Step::None && self.wish.step.is_some() {
                let message = format!("nothing has changed in module `{module}`");
                return Err(Blocked::new(message, "leave `--module` out, or name another module"));
            }
            let step = self.step(Some(module), &from, Some(&declared), required)?;
            let to = self.target(Some(module), step, &from, Some(&declared));
            let scope = Scope::Module(module.to_owned());
            raised.push(Raised { scope, step: Step::between(&from, &to), from: Some(from), to });
        }
        Ok(raised)
    }
}
