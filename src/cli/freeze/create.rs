//! `freeze create`

use std::collections::HashMap;

use serde_json::json;

use super::super::args::{Global, OutputFormat};
use super::super::load::limits;
use super::super::output::Terminal;
use super::super::progress::Progress;
use super::super::release::settled;
use super::super::{Answer, Failure, Refused};
use super::args::Create;
use super::place::{Newest, Place};
use super::words::{counted, refused, size, time};
use crate::catalog::{self, Catalog, Kind};
use crate::cli::waivers;
use crate::freeze::{Version, Wish, plan_create};
use crate::gate::Accepted;
use crate::gate::{self, Comparison, Config, Impact, Step};
use crate::tree::{ArtifactPath, Tree};

pub(super) fn run(create: &Create, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let created_at = time(create.now.as_deref())?;
    let progress = Progress::start("freezing contracts");
    let session = place.session(terminal)?;
    place.sound()?;
    let (past, newest) = place.past(true)?;
    place.repair(&session, newest.as_ref(), terminal)?;
    let tree = place.contracts()?;
    if tree.artifacts.is_empty() && tree.refused.is_empty() {
        return Err(Failure::Source(crate::source::SourceError::NoTree {
            base: place.base.clone(),
        }));
    }
    let (kinds, declared) = survey(&tree, global);
    let text = create.version.clone().or(declared).ok_or_else(|| {
        let help = "name it: `contract-guard freeze create 1.0.0`".to_owned();
        Failure::Usage("contracts/versions.yaml declares no version".to_owned(), Some(help))
    })?;
    let version = Version::parse(&text).map_err(|reason| {
        Failure::Usage(reason, Some("write MAJOR.MINOR.PATCH, with a name after `-`".to_owned()))
    })?;
    let description = create.description.as_deref();
    let wish = Wish { version: &version, description, created_at, allow_empty: create.allow_empty };
    let kind = |path: &ArtifactPath| kinds.get(path).copied().unwrap_or(Kind::Other).name();
    let planned = plan_create(&tree, &past, &wish, kind).map_err(|refusal| refused(&refusal))?;
    let config = gate::read_config(&tree, limits(global));
    settled(&catalog::build_uncompiled(&tree, &config.layout, &config.limits))?;
    large_enough(&version, newest.as_ref(), &tree, global)?;
    session.publish(&place.displaced()?)?;
    session.publish(&planned.files)?;
    drop((session, progress));
    let freeze = &planned.freeze;
    let files: Vec<String> = planned.files.iter().map(|file| file.path.to_string()).collect();
    let text = match global.format {
        OutputFormat::Json => {
            let value = json!({
                "version": freeze.version, "seq": freeze.seq, "prev": freeze.prev,
                "root": freeze.root, "bump": freeze.bump, "created_at": freeze.created_at,
                "artifacts": freeze.artifacts.len(), "bytes": freeze.size(), "files": files,
            });
            format!("{value:#}\n")
        }
        _ => format!(
            "froze {}: {}, {}\n  {}\n  {}\n",
            freeze.version,
            counted(freeze.artifacts.len(), "artifact"),
            size(freeze.size()),
            freeze.root,
            files.first().map_or("", String::as_str),
        ),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}

/// Refuses a step that is smaller than the changes since the newest freeze demand.
fn large_enough(
    version: &Version,
    newest: Option<&Newest>,
    tree: &Tree,
    global: &Global,
) -> Result<(), Failure> {
    let Some(newest) = newest else { return Ok(()) };
    let before = Version::parse(&newest.freeze.version).ok();
    // From a pre-release on anything may change until the version itself is there.
    let Some(before) = before.filter(|before| before.number().pre.is_empty()) else {
        return Ok(());
    };
    let config = gate::read_config(tree, limits(global));
    let build = |tree: &Tree| catalog::build_uncompiled(tree, &config.layout, &config.limits);
    let (old, new) = (build(&newest.freeze.tree(&tree.root)), build(tree));
    let accepted = waivers::accepted(&new, None, None)?;
    let (comparison, required) = required(&old, &new, &config, &accepted, before.number());
    let declared = Step::between(before.number(), version.number());
    let lines = |is_wanted: &dyn Fn(Impact) -> bool| -> Vec<String> {
        let items = comparison.items.iter();
        let wanted = items.filter(|i| i.change.as_ref().is_some_and(|c| is_wanted(c.impact)));
        let line = |item: &gate::Item| {
            format!("{}: {}", item.finding.primary.artifact, item.finding.message)
        };
        wanted.take(8).map(line).collect()
    };
    if declared >= required {
        // What is not proven to be safe is released as a break, or not at all.
        let largest = Step::required([Impact::Major].into_iter(), before.number());
        let open = lines(&|impact| impact == Impact::Unproven);
        if open.is_empty() || declared >= largest {
            return Ok(());
        }
        return Err(Failure::Refused(Refused {
            message: format!("it is not proven that a {declared} step is enough"),
            details: open,
            help: Some(format!(
                "write it in a way that can be proven, or freeze {} or larger",
                largest.after(before.number())
            )),
            code: 1,
        }));
    }
    Err(Failure::Refused(Refused {
        message: format!(
            "{version} is a {declared} step from {before}, but the changes demand a {required} one"
        ),
        details: lines(&|impact| Step::of(impact) >= required),
        help: Some(format!(
            "freeze {} or larger; `contract-guard diff` shows all changes",
            required.after(before.number())
        )),
        code: 1,
    }))
}

/// The step that the changes from one tree to another demand of a version.
pub(super) fn required(
    old: &Catalog,
    new: &Catalog,
    config: &Config,
    accepted: &Accepted,
    before: &semver::Version,
) -> (Comparison, Step) {
    let comparison = gate::compare(old, new, config, accepted);
    let impacts = comparison.items.iter().filter_map(|item| item.change.as_ref());
    let all = Step::required(impacts.map(|change| change.impact), before);
    let step = comparison.whole().map_or(all, |bump| bump.required.min(all));
    (comparison, step)
}

/// What the artifacts are, and the version that the tree declares for itself.
pub(super) fn survey(
    tree: &Tree,
    global: &Global,
) -> (HashMap<ArtifactPath, Kind>, Option<String>) {
    let config = gate::read_config(tree, limits(global));
    catalog::survey(tree, &config.layout, &config.limits)
}
