//! Commands that raise versions: `bump`, `workflow`, `release`, `hotfix`, `rollback`. What they write is planned by
//! `release` and `freeze`; here it is checked as a whole, written in one run, and told.

pub(super) mod args;
mod bump;
mod cut;
pub(super) mod hotfix;
mod rollback;

pub(super) use bump::bump;
pub(super) use cut::{release, settled, workflow};
pub(super) use hotfix::hotfix;
pub(super) use rollback::rollback;

use std::collections::BTreeSet;

use semver::Version;
use serde_json::{Map, Value, json};

use super::graph::manifests;
use super::output::Terminal;
use super::revise::Site;
use super::words::time;
use super::{Failure, Refused};
use crate::catalog::{Catalog, Kind};
use crate::cli::waivers;
use crate::finding::Level;
use crate::freeze::PRE_RELEASES;
use crate::gate::{self, Comparison, Impact, Item};
use crate::graph::{self, Node, NodeKind};
use crate::release::{Blocked, Consumers, Planned, Scope};
use crate::report::{render_difference, visible};
use crate::source::Source;
use crate::tree::Replacement;

/// A refusal as a failure.
pub(in crate::cli) fn blocked(blocked: Blocked) -> Failure {
    let Blocked { message, details, help } = blocked;
    Failure::Refused(Refused { message, details, help: Some(help), code: 1 })
}

/// The time to record, and its day.
fn stamp(now: Option<&str>) -> Result<(String, String), Failure> {
    let time = time(now)?;
    let day = time.split('T').next().unwrap_or_default().to_owned();
    Ok((time, day))
}

/// The newest freeze, and what has changed since.
struct Since {
    version: Version,
    old: Catalog,
    comparison: Comparison,
}

/// The crates of the repository and the consumers that rely on what breaks, as their manifests and files say.
pub(super) fn consumers(
    site: &Site<'_>,
    old: &Catalog,
    items: &[Item],
    terminal: &Terminal,
) -> Consumers {
    let mut found = Consumers::new();
    let is_break = |item: &&Item| {
        item.change.as_ref().is_some_and(|c| matches!(c.impact, Impact::Major | Impact::Unproven))
    };
    let paths: BTreeSet<_> =
        items.iter().filter(is_break).map(|item| item.finding.primary.artifact.clone()).collect();
    if paths.is_empty() {
        return found;
    }
    let manifests = manifests(&site.place.request(Source::Dir), terminal);
    let graph = graph::build(old, &manifests);
    for path in paths {
        let Ok(changed) = graph::find(&graph, old, path.as_str()) else { continue };
        let hits = graph::impact(&graph, &changed).hits.into_iter();
        let nodes = hits.filter_map(|hit| graph.node(hit.node));
        let name = |node: &Node| match node.kind {
            NodeKind::Crate => Some(node.name.clone()),
            NodeKind::Artifact(Kind::Consumer) => node.alias.clone().or(Some(node.name.clone())),
            _ => None,
        };
        found.insert(path, nodes.filter_map(name).collect());
    }
    found
}

/// What has changed since the newest freeze that is no pre-release; `None` when there is none.
fn since_newest(site: &Site<'_>) -> Result<Option<Since>, Failure> {
    let Some(freeze) = site.baseline()? else { return Ok(None) };
    let version = crate::freeze::Version::parse(&freeze.version)
        .map_err(|reason| Failure::Usage(reason, None))?;
    let (old, new) = (site.facts(&freeze.tree(&site.tree.root)), site.facts(&site.tree));
    let comparison = gate::compare(&old, &new, &site.config, &waivers::accepted(&new, None, None)?);
    Ok(Some(Since { version: version.number().clone(), old, comparison }))
}

/// Whether documents that name a version must name that of their set or module.
fn restates(site: &Site<'_>) -> bool {
    let code = crate::checks::find("version-disagrees").map(|check| check.code);
    code.is_none_or(|code| site.config.levels.of(code).0 != Level::Off)
}

/// One line for each file that is, or would be, written.
fn written(replacements: &[Replacement], is_dry: bool) -> String {
    let mut out = String::new();
    for Replacement { path, before, after } in replacements {
        let verb = match (is_dry, before, after) {
            (true, _, None) => "would remove",
            (true, _, _) => "would write",
            (false, _, None) => "removed",
            (false, None, _) => "wrote",
            (false, _, _) => "changed",
        };
        out.push_str(&format!("  {verb:8} {}\n", visible(path.as_str())));
    }
    out
}

/// The difference that a dry run shows: files of freezes are named only.
fn shown(site: &Site<'_>, replacements: &[Replacement], terminal: &Terminal) -> String {
    let folder = crate::freeze::folder_of(&site.tree.root);
    let is_text = |r: &&Replacement| !r.path.as_str().starts_with(&format!("{folder}/"));
    let texts: Vec<Replacement> = replacements.iter().filter(is_text).cloned().collect();
    render_difference(&texts, &site.tree, &site.style(terminal))
}

/// `1.0.0 to 1.1.0 (minor)` for each version that is given.
fn versions_line(planned: &Planned) -> String {
    let mut out = String::new();
    for raised in &planned.raised {
        let of = match &raised.scope {
            Scope::Set => "the set".to_owned(),
            Scope::Module(name) => format!("module {}", visible(name)),
        };
        let from = raised.from.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        let line = match raised.from.as_ref() == Some(&raised.to) {
            true => format!("version of {of} stays {}\n", raised.to),
            false => {
                format!("version of {of} goes from {from} to {} ({})\n", raised.to, raised.step)
            }
        };
        out.push_str(&line);
    }
    out
}

/// What is, or would be, written.
fn told(
    site: &Site<'_>,
    planned: &Planned,
    replacements: &[Replacement],
    is_dry: bool,
    terminal: &Terminal,
) -> String {
    let mut out = if is_dry { shown(site, replacements, terminal) } else { String::new() };
    out.push_str(&versions_line(planned));
    out.push_str(&written(replacements, is_dry));
    out
}

/// The same for programs.
fn json_of(planned: &Planned, replacements: &[Replacement], is_dry: bool) -> Map<String, Value> {
    let raised = planned.raised.iter().map(|raised| {
        json!({
            "module": raised.scope.module(), "from": raised.from.as_ref().map(ToString::to_string),
            "to": raised.to.to_string(), "step": raised.step.name(),
        })
    });
    let files = replacements.iter().map(|r| Value::String(r.path.to_string()));
    Map::from_iter([
        ("version".to_owned(), json!(planned.version.to_string())),
        ("dry_run".to_owned(), json!(is_dry)),
        ("versions".to_owned(), raised.collect()),
        ("files".to_owned(), files.collect()),
    ])
}

/// Refuses what is no name of a pre-release: any other word after the number is the name of a freeze.
fn named_pre(pre: Option<&str>) -> Result<(), Failure> {
    match pre.filter(|name| !PRE_RELEASES.contains(name)) {
        Some(name) => {
            let help = format!("write one of {}", PRE_RELEASES.join(", "));
            Err(Failure::Usage(format!("`{name}` is no name of a pre-release"), Some(help)))
        }
        None => Ok(()),
    }
}
