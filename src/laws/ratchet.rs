//! Violations that were there when a law was adopted. New ones fail, old ones are counted, and the record
//! can only shrink.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, fingerprint};

/// The record of a repository: `contracts/laws/baseline.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratchet {
    /// `law-baseline/1`.
    pub format: String,
    /// The rules whose violations were recorded when they were adopted. They get no new entries.
    pub rules: BTreeSet<String>,
    /// Accepted violations by fingerprint.
    pub accepted: BTreeMap<String, Recorded>,
}

/// A violation of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Law and rule: `upgrade/files-stay`.
    pub rule: String,
    /// The file.
    pub path: String,
    /// How often it occurs.
    pub count: usize,
}

/// The format's name.
pub const FORMAT: &str = "law-baseline/1";

impl Ratchet {
    /// A record of the findings of these rules.
    pub fn of(findings: &[Finding], rules: BTreeSet<String>) -> Ratchet {
        let mut accepted: BTreeMap<String, Recorded> = BTreeMap::new();
        for finding in findings {
            let Some(law) = &finding.law else { continue };
            let entry = accepted.entry(fingerprint(finding)).or_insert_with(|| Recorded {
                rule: format!("{}/{}", law.law, law.rule),
                path: finding.primary.artifact.as_str().to_owned(),
                count: 0,
            });
            entry.count += 1;
        }
        Ratchet { format: FORMAT.to_owned(), rules, accepted }
    }

    /// Leaves out what is recorded, as often as it is recorded; says how many were.
    pub fn without(&self, findings: Vec<Finding>) -> (Vec<Finding>, usize) {
        let mut left: BTreeMap<&str, usize> =
            self.accepted.iter().map(|(print, r)| (print.as_str(), r.count)).collect();
        let before = findings.len();
        let kept: Vec<Finding> = findings
            .into_iter()
            .filter(|finding| {
                let print = fingerprint(finding);
                match left.get_mut(print.as_str()) {
                    Some(count) if *count > 0 && finding.law.is_some() => {
                        *count -= 1;
                        false
                    }
                    _ => true,
                }
            })
            .collect();
        let accepted = before - kept.len();
        (kept, accepted)
    }

    /// What both have, with the smaller count: the record of a rule can only shrink. Rules that `now` does
    /// not have keep what they have; rules that only `now` has are adopted.
    pub fn next(&self, now: &Ratchet) -> Ratchet {
        let mut accepted = BTreeMap::new();
        for (print, recorded) in &self.accepted {
            if !now.rules.contains(&recorded.rule) {
                accepted.insert(print.clone(), recorded.clone());
            } else if let Some(found) = now.accepted.get(print) {
                let count = recorded.count.min(found.count);
                accepted.insert(print.clone(), Recorded { count, ..recorded.clone() });
            }
        }
        let adopted = now.accepted.iter().filter(|(_, r)| !self.rules.contains(&r.rule));
        accepted.extend(adopted.map(|(print, r)| (print.clone(), r.clone())));
        let rules = self.rules.union(&now.rules).cloned().collect();
        Ratchet { format: FORMAT.to_owned(), rules, accepted }
    }

    /// Whether this record accepts something that `base` does not.
    pub fn grew(&self, base: &Ratchet) -> Vec<&Recorded> {
        let more = self.accepted.iter().filter(|(print, r)| {
            base.rules.contains(&r.rule)
                && base.accepted.get(*print).is_none_or(|old| old.count < r.count)
        });
        more.map(|(_, r)| r).collect()
    }

    /// How many violations it accepts.
    pub fn count(&self) -> usize {
        self.accepted.values().map(|r| r.count).sum()
    }
}
