//! Carries out the repairs that findings bring: round by round, because one repair can make room for the
//! next, and never so that there is more to say afterwards than before. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Edit, Limits, Rewrite, Syntax};
use crate::finding::{Finding, Fix, fingerprint};
use crate::tree::{Artifact, ArtifactPath, Digest, Revision, Tree};

/// Rounds after which nothing is tried any more.
const ROUNDS: usize = 16;

/// Which repairs are wanted.
pub struct Wish<'w> {
    /// Those of these rules; of all when empty.
    pub codes: &'w [String],
    /// Those of findings in these files and folders; everywhere when empty.
    pub paths: &'w [String],
    /// Also those that may be a decision.
    pub risky: bool,
}

impl Wish<'_> {
    fn covers(&self, finding: &Finding) -> bool {
        let path = finding.primary.artifact.as_str();
        let is_below = |folder: &String| {
            path.strip_prefix(folder.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        (self.codes.is_empty() || self.codes.iter().any(|code| code == finding.code.as_str()))
            && (self.paths.is_empty() || self.paths.iter().any(is_below))
            && finding.fix.as_ref().is_some_and(|fix| fix.is_safe || self.risky)
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Repaired {
    /// What is written.
    pub revision: Revision,
    /// How many findings of each rule were settled by a repair.
    pub settled: BTreeMap<String, usize>,
    /// Findings that are left and whose repair may be a decision.
    pub risky: usize,
    /// All findings that are left.
    pub left: usize,
}

/// Repairs a tree. `judge` gives the findings about a tree.
pub fn repair(
    tree: &Tree,
    wish: &Wish<'_>,
    limits: &Limits,
    judge: impl Fn(&Tree) -> Vec<Finding>,
) -> Repaired {
    let mut repaired = Repaired::default();
    let mut current = tree.clone();
    let mut findings = judge(&current);
    let before = findings.len();
    let mut tried: BTreeSet<String> = BTreeSet::new();
    for _ in 0..ROUNDS {
        let is_open = |f: &&Finding| wish.covers(f) && !tried.contains(&fingerprint(f));
        let open: Vec<Finding> = findings.iter().filter(is_open).cloned().collect();
        if open.is_empty() {
            break;
        }
        let all: Vec<&Finding> = open.iter().collect();
        let better = attempt(&current, &all, findings.len(), limits, &judge);
        // What spoils the whole is found by trying rule by rule, and file by file.
        let better = better.or_else(|| {
            let rule = |f: &Finding| (f.code.to_string(), None);
            let file = |f: &Finding| (f.code.to_string(), Some(f.primary.artifact.clone()));
            let by: [&dyn Fn(&Finding) -> Part; 2] = [&rule, &file];
            by.into_iter().find_map(|part_of| {
                let parts: BTreeSet<Part> = open.iter().map(part_of).collect();
                parts.into_iter().find_map(|part| {
                    let some: Vec<&Finding> = open.iter().filter(|f| part_of(f) == part).collect();
                    attempt(&current, &some, findings.len(), limits, &judge)
                })
            })
        });
        let Some(Attempt { revision, after, carried_out }) = better else { break };
        tried.extend(carried_out.iter().map(fingerprint));
        let left: BTreeSet<String> = after.iter().map(fingerprint).collect();
        for finding in carried_out.iter().filter(|f| !left.contains(&fingerprint(f))) {
            *repaired.settled.entry(finding.code.to_string()).or_default() += 1;
        }
        current = revision.over(&current);
        repaired.revision = std::mem::take(&mut repaired.revision).then(&revision);
        findings = after;
    }
    let is_risky = |f: &&Finding| f.fix.as_ref().is_some_and(|fix| !fix.is_safe);
    repaired.risky = findings.iter().filter(is_risky).count();
    repaired.left = findings.len();
    if findings.len() < before {
        repaired
    } else {
        Repaired { risky: repaired.risky, left: before, ..Repaired::default() }
    }
}

/// What one repair makes of a tree about which `most` findings are known; `None` when it changes nothing,
/// or there were more to say afterwards.
pub fn repair_one(
    tree: &Tree,
    finding: &Finding,
    most: usize,
    limits: &Limits,
    judge: impl Fn(&Tree) -> Vec<Finding>,
) -> Option<Revision> {
    attempt(tree, &[finding], most, limits, &judge).map(|attempt| attempt.revision)
}

/// The findings of a rule, or those of a rule in a file.
type Part = (String, Option<ArtifactPath>);

struct Attempt {
    revision: Revision,
    after: Vec<Finding>,
    carried_out: Vec<Finding>,
}

/// Carries repairs out; `None` when nothing changes, or there is more to say than before.
fn attempt(
    tree: &Tree,
    findings: &[&Finding],
    most: usize,
    limits: &Limits,
    judge: &impl Fn(&Tree) -> Vec<Finding>,
) -> Option<Attempt> {
    let mut pages = Pages { tree, limits, open: BTreeMap::new() };
    let carried_out = pages.carry_out(findings);
    let revision = pages.revision();
    if carried_out.is_empty() || revision.replacements(tree).is_empty() {
        return None;
    }
    let after = judge(&revision.over(tree));
    (after.len() <= most).then_some(Attempt { revision, after, carried_out })
}

/// Documents that are being changed.
struct Pages<'p> {
    tree: &'p Tree,
    limits: &'p Limits,
    open: BTreeMap<ArtifactPath, Rewrite>,
}

impl Pages<'_> {
    /// Each repair whole or not at all. From the end of a file to its start, so that places stay right; and
    /// bytes before values, in a round of their own.
    fn carry_out(&mut self, findings: &[&Finding]) -> Vec<Finding> {
        let in_bytes: BTreeSet<&ArtifactPath> = findings
            .iter()
            .filter_map(|f| f.fix.as_deref())
            .flat_map(|fix| &fix.edits)
            .filter_map(|(path, edit)| edit.is_bytes().then_some(path))
            .collect();
        let mut ordered: Vec<(&Finding, &Fix)> =
            findings.iter().filter_map(|f| Some((*f, f.fix.as_deref()?))).collect();
        ordered.sort_by(|a, b| order(b.1).cmp(&order(a.1)));
        let mut done: Vec<Finding> = Vec::new();
        for path in in_bytes.iter().copied() {
            done.extend(self.splice(path, &ordered));
        }
        let open = |(finding, _): &(&Finding, &Fix)| !done.contains(finding);
        let ordered: Vec<(&Finding, &Fix)> = ordered.iter().copied().filter(open).collect();
        for (finding, fix) in ordered {
            let waits =
                |(path, edit): &(ArtifactPath, Edit)| !edit.is_bytes() && in_bytes.contains(path);
            if !fix.edits.iter().any(waits) && self.apply(fix).is_some() {
                done.push(finding.clone());
            }
        }
        done
    }

    /// All repairs of bytes of a file at once: there may be thousands. Where that does not do, each is tried
    /// by itself.
    fn splice(&mut self, path: &ArtifactPath, all: &[(&Finding, &Fix)]) -> Vec<Finding> {
        let mut edits = Vec::new();
        let mut own = Vec::new();
        for (finding, fix) in all {
            if let [(at, Edit::Bytes(span, text))] = fix.edits.as_slice()
                && at == path
            {
                edits.push((*span, text.as_str()));
                own.push((*finding).clone());
            }
        }
        let page = self.page(path).filter(|_| !edits.is_empty());
        let done = page.and_then(|mut page| page.splice_all(&edits).ok().map(|()| page));
        match done {
            Some(page) => {
                self.open.insert(path.clone(), page);
                own
            }
            None => Vec::new(),
        }
    }

    fn apply(&mut self, fix: &Fix) -> Option<()> {
        let mut changed: BTreeMap<ArtifactPath, Rewrite> = BTreeMap::new();
        for (path, edit) in &fix.edits {
            let page = match changed.remove(path) {
                Some(page) => Some(page),
                None => self.page(path),
            };
            let mut page = page?;
            page.apply(edit).ok()?;
            changed.insert(path.clone(), page);
        }
        self.open.extend(changed);
        Some(())
    }

    fn page(&self, path: &ArtifactPath) -> Option<Rewrite> {
        if let Some(page) = self.open.get(path) {
            return Some(page.clone());
        }
        let syntax = Syntax::of_extension(&path.extension())?;
        Rewrite::open(&self.tree.artifacts.get(path)?.bytes, syntax, self.limits).ok()
    }

    fn revision(&self) -> Revision {
        let mut revision = Revision::default();
        for (path, page) in &self.open {
            let before = self.tree.artifacts.get(path).map(Artifact::digest);
            if before != Some(Digest::of(page.text().as_bytes())) {
                revision.write(path.clone(), page.text().as_bytes());
            }
        }
        revision
    }
}

/// Where a repair begins.
fn order(fix: &Fix) -> (Option<&ArtifactPath>, u32, Vec<String>) {
    let first = fix.edits.first();
    let at = match first.map(|(_, edit)| edit) {
        Some(Edit::Bytes(span, _)) => return (first.map(|(p, _)| p), span.start, Vec::new()),
        Some(Edit::Set(at, _) | Edit::Merge(at, _) | Edit::Rename(at, _) | Edit::Remove(at)) => at,
        Some(Edit::First(at, ..) | Edit::After(at, ..)) => at,
        None => return (None, 0, Vec::new()),
    };
    // Numbers of items in the order of their size.
    let token = |t: std::borrow::Cow<'_, str>| match t.parse::<u32>() {
        Ok(number) => format!("{number:010}"),
        Err(_) => t.into_owned(),
    };
    (first.map(|(p, _)| p), 0, at.tokens().map(token).collect())
}
