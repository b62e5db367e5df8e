//! The record of violations that were there before the rule: where it lies, and what it may accept.

use std::collections::BTreeSet;

use super::court::{Court, LAWS, below};
use super::past::Past;
use crate::finding::{Finding, Location};
use crate::laws::{self, BASELINE_FORMAT, Held, Hold, Ratchet};
use crate::tree::{ArtifactPath, Files};

impl Court {
    /// Where the record of accepted violations lies.
    pub(super) fn ratchet_path(&self) -> String {
        let folder = below(&self.root, LAWS);
        let files = self.repository.files(&self.state);
        let is_inside =
            |path: &String| path.strip_prefix(&folder).is_some_and(|rest| rest.starts_with('/'));
        match files.is_ok_and(|files| files.paths().iter().any(is_inside)) {
            true => format!("{folder}/baseline.json"),
            false => "law-baseline.json".to_owned(),
        }
    }

    pub(super) fn ratchet(&self) -> Option<Ratchet> {
        let files = self.repository.files(&self.state).ok()?;
        read_ratchet(&files.read(&self.ratchet_path())?)
    }

    /// A record that cannot be read accepts nothing, and must not be overwritten unseen.
    pub(super) fn broken_ratchet(&self) -> Option<Finding> {
        let files = self.repository.files(&self.state).ok()?;
        let path = self.ratchet_path();
        if read_ratchet(&files.read(&path)?).is_some() {
            return None;
        }
        let rule = laws::ABOUT_LAWS.iter().find(|rule| rule.code.as_str() == "law-invalid")?;
        let place = Location::file(&ArtifactPath::lossy(&path));
        let message = "the record of accepted violations cannot be read, and accepts nothing";
        let help = "restore it from git; `laws baseline` writes over no broken record";
        Some(Finding::new(rule.code, message, place).about("record").help(help))
    }

    /// Why no record can be written: a law, or the record, is broken.
    pub(super) fn is_broken(&self) -> Option<String> {
        let broken = self.wrong.iter().find(|f| f.code.as_str() == "law-invalid").cloned();
        let broken = broken.or_else(|| self.broken_ratchet())?;
        Some(format!("`{}`: {}", broken.primary.artifact, broken.message))
    }

    /// Entries of the record that nothing finds any more.
    pub(super) fn stale(
        &self,
        ratchet: &Ratchet,
        accepted: usize,
        held: &[Held],
    ) -> Option<Finding> {
        let ran = |rule: &str| {
            held.iter()
                .any(|h| matches!(h.hold, Hold::Held(_)) && format!("{}/{}", h.law, h.rule) == rule)
        };
        let expected: usize =
            ratchet.accepted.values().filter(|r| ran(&r.rule)).map(|r| r.count).sum();
        let fixed = expected.checked_sub(accepted).filter(|n| *n > 0)?;
        let code =
            laws::ABOUT_LAWS.iter().find(|rule| rule.code.as_str() == "law-baseline-stale")?.code;
        let message = format!("{fixed} recorded violation(s) are fixed and still accepted");
        let place = Location::file(&ArtifactPath::lossy(&self.ratchet_path()));
        Some(
            Finding::new(code, message, place)
                .help("take them out: `contract-guard laws baseline`"),
        )
    }

    /// What the record accepts of rules that the baseline has, and its record does not: a record that comes with
    /// a change accepts nothing of what was held before.
    pub(super) fn grown(
        &self,
        ratchet: &Ratchet,
        past: Option<&Past<'_>>,
        rules: BTreeSet<String>,
    ) -> Vec<Finding> {
        let path = self.ratchet_path();
        let code = laws::ABOUT_LAWS.iter().find(|rule| rule.code.as_str() == "law-baseline-grew");
        let (Some(past), Some(rule)) = (past, code) else { return Vec::new() };
        let recorded = past.baseline.read(&path).and_then(|bytes| read_ratchet(&bytes));
        let mut base = recorded.unwrap_or_default();
        base.rules.extend(rules);
        let place = Location::file(&ArtifactPath::lossy(&path));
        let say = |r: &laws::Recorded| {
            let message = format!(
                "the record accepts a violation of `{}` in `{}` that the baseline does not",
                r.rule, r.path
            );
            Finding::new(rule.code, message, place.clone())
                .about(format!("{} {}", r.rule, r.path))
                .help("mend the violation, or waive the rule for a time in its law")
        };
        ratchet.grew(&base).into_iter().map(say).collect()
    }
}

fn read_ratchet(bytes: &[u8]) -> Option<Ratchet> {
    serde_json::from_slice::<Ratchet>(bytes).ok().filter(|r| r.format == BASELINE_FORMAT)
}
