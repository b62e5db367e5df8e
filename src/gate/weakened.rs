//! What a change loosens of that which judges it: each thing that is looser than in the baseline is a finding
//! `gate-weakened`. The settings of the baseline judge the change all the same.

use std::collections::BTreeSet;

use super::{Config, Item};
use crate::catalog::{Area, Catalog, Kind, Partner};
use crate::change::Mode;
use crate::checks::freeze::freeze_altered;
use crate::checks::gate::gate_weakened;
use crate::document::{Limits, Span};
use crate::finding::{Finding, Level, Location};
use crate::freeze::{FOLDER, Name};
use crate::laws::{Law, Rule};
use crate::tree::{ArtifactPath, Tree};

/// A side of a comparison.
#[derive(Clone, Copy)]
pub struct Side<'c> {
    /// Its contracts.
    pub catalog: &'c Catalog,
    /// Its configuration.
    pub config: &'c Config,
}

/// What the new side loosens. `changes` are those between the two.
pub fn weakened(old: Side<'_>, new: Side<'_>, changes: &[Item]) -> Vec<Finding> {
    let mut found = settings(old.config, new);
    found.extend(compatibility(old.config, new));
    found.extend(lists(old, new));
    found.extend(kinds(old, new));
    found.extend(files(&old.catalog.tree, &new.catalog.tree));
    found.extend(invariants(old.catalog, new.catalog, changes));
    found.extend(freezes(&old.catalog.tree, &new.catalog.tree));
    found
}

fn finding(at: Location, about: &str, message: String) -> Finding {
    let help = "take it back, or let those waive it whom the baseline allows: \
                `contract-guard waive`, then `contract-guard waive --approve`";
    Finding::new(gate_weakened::CODE, message, at).label("looser").about(about).help(help)
}

/// The place of a key of the configuration, or of the nearest that is there.
fn setting(new: Side<'_>, key: &str) -> Location {
    let config = new.catalog.tree.config.as_ref();
    let path =
        config.map_or_else(|| ArtifactPath::lossy("contract-guard.toml"), |(p, _)| p.clone());
    let mut key = key;
    loop {
        match (new.config.places.get(key), key.rsplit_once('.')) {
            (Some(span), _) => return Location::bytes(&path, *span),
            (None, Some((above, _))) => key = above,
            (None, None) => return Location::file(&path),
        }
    }
}

/// Numbers and levels.
fn settings(old: &Config, new: Side<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut say = |key: String, message: String| {
        found.push(finding(setting(new, &key), &key, message));
    };
    let now = new.config;
    if now.levels.edition.name < old.levels.edition.name {
        let message = format!(
            "edition {} is chosen, and the baseline has {}",
            now.levels.edition.name, old.levels.edition.name
        );
        say("edition".to_owned(), message);
    }
    let codes: BTreeSet<&String> =
        old.levels.configured.keys().chain(now.levels.configured.keys()).collect();
    for code in codes {
        let (before, after) = (old.levels.of_name(code), now.levels.of_name(code));
        if after < before {
            let message = format!("`{code}` is lowered from {} to {}", before.name(), after.name());
            say(format!("levels.{code}"), message);
        }
    }
    let of = |limits: &Limits| {
        [
            ("limits.depth", limits.depth as u64),
            ("limits.nodes", limits.nodes as u64),
            ("limits.steps", limits.steps),
        ]
    };
    for ((key, before), (_, after)) in of(&old.limits).into_iter().zip(of(&now.limits)) {
        if after > before {
            say(key.to_owned(), format!("`{key}` is raised from {before} to {after}"));
        }
    }
    let of = |config: &Config| {
        [
            ("deprecation.days", config.layout.notice.days),
            ("deprecation.releases", config.layout.notice.releases),
            ("freeze.signatures", config.signatures.unwrap_or(0)),
            ("waivers.approvals", config.approvals),
        ]
    };
    for ((key, before), (_, after)) in of(old).into_iter().zip(of(now)) {
        if after < before {
            say(key.to_owned(), format!("`{key}` is lowered from {before} to {after}"));
        }
    }
    found
}

/// How schemas are compared.
fn compatibility(old: &Config, new: Side<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let areas = [("api", Area::Api), ("events", Area::Events), ("storage", Area::Storage)];
    for (name, area) in areas {
        let (before, after) = (old.mode(area), new.config.mode(area));
        let asks = |mode: Mode, other: Mode| mode == Mode::Full || mode == other;
        let loses = |other| asks(before, other) && !asks(after, other);
        if loses(Mode::Backward) || loses(Mode::Forward) {
            let key = format!("compatibility.{name}");
            let message = format!(
                "compatibility of `{name}` is `{}`, and `{}` in the baseline",
                after.name(),
                before.name()
            );
            found.push(finding(setting(new, &key), &key, message));
        }
    }
    if new.config.declared_only && !old.declared_only {
        let key = "compatibility.undeclared";
        let message = "documents are taken to hold nothing undeclared, and the baseline does not \
                       take them so";
        found.push(finding(setting(new, key), key, message.to_owned()));
    }
    found
}

/// Lists that exempt something, which have grown, and lists that demand something, which have shrunk.
fn lists(old: Side<'_>, new: Side<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let (was, now) = (&old.config.layout, &new.config.layout);
    let added = |before: &[String], after: &[String]| -> Vec<String> {
        after.iter().filter(|entry| !before.contains(entry)).cloned().collect()
    };
    for path in added(&was.api.public, &now.api.public) {
        let message = format!("`{path}` may be open to everybody, and not in the baseline");
        let key = "openapi.public";
        found.push(finding(setting(new, key), &format!("{key} {path}"), message));
    }
    let planes = match (was.api.planes.is_empty(), now.api.planes.is_empty()) {
        (false, true) => vec!["/".to_owned()],
        (true, _) => Vec::new(),
        (false, false) => added(&was.api.planes, &now.api.planes),
    };
    for path in planes {
        let message = format!("paths may begin with `{path}`, and not in the baseline");
        let key = "openapi.planes";
        found.push(finding(setting(new, key), &format!("{key} {path}"), message));
    }
    let tree = &new.catalog.tree;
    let configured = now.pairs.iter().filter(|pair| !was.pairs.contains(pair));
    // What was found by its name, and is told now to look elsewhere.
    let by_name = configured.filter_map(|(example, schema)| {
        let example_before = old.catalog.example(old.catalog.find(example)?)?;
        let before = match example_before.partner {
            Partner::Schema(before, _) => old.catalog.path(before),
            _ => return None,
        };
        (before != *schema).then(|| (example.clone(), before))
    });
    let before: BTreeSet<_> = was.pairs.iter().cloned().chain(by_name).collect();
    for (example, schema) in &before {
        let are_there = tree.get(example).is_some() && tree.get(schema).is_some();
        if are_there && !now.pairs.contains(&(example.clone(), schema.clone())) {
            let message = format!("`{example}` is no longer checked against `{schema}`");
            found.push(finding(setting(new, "pair"), &format!("pair {example}"), message));
        }
    }
    found
}

/// Artifacts that the configuration takes for something else than the baseline's does.
fn kinds(old: Side<'_>, new: Side<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for item in &new.catalog.items {
        let path = &item.path;
        let (before, after) = (old.config.layout.kind(path), new.config.layout.kind(path));
        if before == after {
            continue;
        }
        let before = before
            .or_else(|| old.catalog.find(path).and_then(|id| old.catalog.item(id)).map(|i| i.kind))
            .unwrap_or_else(|| new.catalog.usual_kind(item));
        if before != Kind::Other && item.kind != before {
            let message = format!(
                "`{path}` is taken for kind `{}`, and in the baseline for `{}`",
                item.kind.name(),
                before.name()
            );
            found.push(finding(setting(new, "kinds"), &format!("kinds {path}"), message));
        }
    }
    found
}

/// Files beside the configuration that say what is looked at, and whose signature counts.
fn files(old: &Tree, new: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, what) in [(".contractignore", "is hidden"), ("security/allowed_signers", "may sign")]
    {
        let path = ArtifactPath::below(&new.root, name);
        let (before, after) = (text(old, &ArtifactPath::below(&old.root, name)), text(new, &path));
        let known: Vec<&str> = lines(&before).map(|(_, line)| line).collect();
        for (start, line) in lines(&after).filter(|(_, line)| !known.contains(line)) {
            let shown: String = line.chars().take(60).collect();
            let message = format!("`{shown}` {what}, and not in the baseline");
            let at = Location::bytes(&path, Span::new(start, start + line.len()));
            found.push(finding(at, &format!("{name} {line}"), message));
        }
    }
    // The roots are folders of one repository; a freeze is read under the root of today.
    if old.root != new.root && !old.artifacts.is_empty() {
        let message = format!(
            "contracts are looked for in `{}`, and in the baseline in `{}`",
            new.root, old.root
        );
        let config = new.config.as_ref().map(|(path, _)| path.clone());
        let at = config.unwrap_or_else(|| ArtifactPath::lossy("contract-guard.toml"));
        found.push(finding(Location::file(&at), "contracts", message));
    }
    found
}

fn text(tree: &Tree, path: &ArtifactPath) -> String {
    let bytes =
        tree.get(path).map(|artifact| String::from_utf8_lossy(&artifact.bytes).into_owned());
    bytes.unwrap_or_default()
}

/// Lines that say something, and where each begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        (start, line.trim())
    });
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Invariants that are gone, or that allow more.
fn invariants(old: &Catalog, new: &Catalog, changes: &[Item]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (_, item) in old.of_kind(Kind::Invariant) {
        let below_root = old.tree.below_root(&item.path);
        let bytes = |catalog: &Catalog, path| catalog.tree.get(path).map(|a| a.bytes.clone());
        let content = bytes(old, &item.path);
        let is_kept = new.of_kind(Kind::Invariant).any(|(_, kept)| {
            new.tree.below_root(&kept.path) == below_root || bytes(new, &kept.path) == content
        });
        if !is_kept {
            let at = ArtifactPath::below(&new.tree.root, below_root);
            let message = format!("the invariant `{}` is gone", item.path);
            found.push(finding(Location::file(&at), "invariant", message));
        }
    }
    let weaker = changes.iter().filter(|i| i.finding.code.as_str() == "invariant-weakened");
    for item in weaker {
        let at = item.finding.primary.clone();
        let message = format!("the invariant `{}` allows more than in the baseline", at.artifact);
        let about = format!("invariant {}", at.pointer);
        found.push(finding(at, &about, message));
    }
    found
}

/// Freezes that the baseline has, and the change has not or has with other bytes: whoever forges all of them
/// together leaves nothing within the tree that disagrees.
fn freezes(old: &Tree, new: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let is_kept_for_ever = |path: &ArtifactPath| {
        matches!(Name::of(path.file_name()), Name::Freeze(_) | Name::Signature(_))
    };
    let below_root = |path: &ArtifactPath| old.below_root(path).to_owned();
    let frozen = old.artifacts.iter().filter(|(path, _)| {
        below_root(path).starts_with(&format!("{FOLDER}/")) && is_kept_for_ever(path)
    });
    for (path, artifact) in frozen {
        let here = ArtifactPath::below(&new.root, &below_root(path));
        let what = match new.artifacts.get(&here) {
            Some(now) if now.bytes == artifact.bytes => continue,
            Some(_) => "is not what it is in the baseline",
            None => "is in the baseline, and gone",
        };
        let message = format!("`{here}` {what}");
        let finding = Finding::new(freeze_altered::CODE, message, Location::file(&here));
        let help = "restore it from version control: freezes are never edited";
        found.push(finding.label("altered").about("baseline").help(help));
    }
    found
}

/// Rules of laws that the change took out or rewrote: they are still held, and each is a finding. `old` are
/// the laws of the baseline, `new` those of the change, and `folder` is where laws lie.
pub fn weakened_laws(old: Vec<Law>, new: &[Law], folder: &str) -> (Vec<Law>, Vec<Finding>) {
    let mut found = Vec::new();
    let mut kept_in_force = Vec::new();
    for mut law in old {
        let now = new.iter().find(|other| other.name == law.name);
        let at = Location::file(&ArtifactPath::lossy(&format!("{folder}/{}.yaml", law.name)));
        law.rules.retain(|rule| {
            let kept = now.and_then(|law| law.rules.iter().find(|other| other.id == rule.id));
            let problem = match (now, kept) {
                (None, _) => format!("the law `{}` is gone", law.name),
                (_, None) => format!("rule `{}` is gone from the law `{}`", rule.id, law.name),
                (_, Some(kept)) => match loosened(rule, kept) {
                    Some(problem) => {
                        format!("rule `{}` of the law `{}` {problem}", rule.id, law.name)
                    }
                    None => return false,
                },
            };
            // A law that is gone is one thing to say, not one for each of its rules.
            let about = if now.is_none() { "law".to_owned() } else { format!("rule {}", rule.id) };
            if rule.level != Level::Off {
                found.push(finding(at.clone(), &about, problem));
            }
            true
        });
        kept_in_force.push(law);
    }
    found.dedup();
    kept_in_force.retain(|law| !law.rules.is_empty());
    (kept_in_force, found)
}

/// How a rule is looser than it was; a clause.
fn loosened(old: &Rule, new: &Rule) -> Option<String> {
    if new.level < old.level {
        return Some(format!("is lowered from {} to {}", old.level.name(), new.level.name()));
    }
    let until = |rule: &Rule| rule.waived.as_ref().map(|waived| waived.until);
    if until(new) > until(old) {
        return Some("is waived for longer than in the baseline".to_owned());
    }
    (old.demands != new.demands).then(|| "demands something else than in the baseline".to_owned())
}
