//! `rollback`: the contracts of an earlier freeze again, under a new version: numbers are not used twice,
//! and history only grows.

use super::args::Rollback;
use super::{blocked, consumers, json_of, restates, stamp, told};
use crate::catalog::Kind;
use crate::cli::args::{Global, OutputFormat};
use crate::cli::freeze::{rescued, would_lose};
use crate::cli::output::Terminal;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::cli::revise::Site;
use crate::cli::words::counted;
use crate::cli::{Answer, Failure};
use crate::freeze::{Blocked as Stopped, Freeze, Name, is_foreign};
use crate::gate;
use crate::gate::Accepted;
use crate::release::{self, Before, Wish};
use crate::tree::{ArtifactPath, Revision, Tree};

pub(in crate::cli) fn rollback(args: &Rollback, global: &Global, terminal: &Terminal) -> Answer {
    let (_, day) = stamp(args.setting.now.as_deref())?;
    let progress = Progress::start("rolling back contracts");
    let place = Place::find(args.setting.path.as_deref(), global)?;
    let file = place.resolve(Some(&args.version))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    if name.is_some_and(|name| Name::of(&name) == Name::Rescue) {
        let help = "`contract-guard freeze restore` brings these files back".to_owned();
        let message = "a rescue freeze holds what was pushed aside, and no release".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    let opened = place.open(&file)?;
    let site = Site::open(&place, args.setting.dry_run, global, terminal)?;
    let earlier = opened.freeze;
    outside(&earlier, &site.tree)?;
    let restored = contents(&site, &earlier);
    if restored.replacements(&site.tree).is_empty() {
        let text = format!("the contracts are those of {} already\n", earlier.version);
        return Ok(terminal.write(text.as_bytes(), 0));
    }
    let revised = restored.over(&site.tree);
    let Some(base) = site.baseline()? else { return Err(no_freeze()) };
    let (old, new) = (site.facts(&base.tree(&site.tree.root)), site.facts(&revised));
    let comparison = gate::compare(&old, &new, &site.config, &Accepted::default());
    let version = crate::freeze::Version::parse(&base.version)
        .map_err(|reason| Failure::Usage(reason, None))?;
    let summary = match args.reason.as_deref().map(str::trim) {
        Some(reason) => format!("Rolled back to {}: {reason}", earlier.version),
        None => format!("Rolled back to {}", earlier.version),
    };
    let wish = Wish {
        summary: &summary,
        date: &day,
        restate: restates(&site),
        rollback: Some(&earlier.version),
        released: site.released()?,
        ..Wish::default()
    };
    let consumers = consumers(&site, &old, &comparison.items, terminal);
    let before = Before {
        version: version.number(),
        catalog: &old,
        comparison: &comparison,
        consumers: &consumers,
    };
    let mut planned = release::plan(&new, Some(&before), &wish).map_err(blocked)?;
    planned.revision = restored.then(&planned.revision);
    let revised = planned.revision.over(&site.tree);
    if !args.force {
        let what = format!("what {} holds", earlier.version);
        site.demand(&site.outcome(&revised)?, &revised, &what, global, terminal)?;
    }
    let kept_in = keep(&site, &planned.revision, args, terminal)?;
    let what = format!("rollback to {}", earlier.version);
    let replacements = site.write(&what, &planned.revision, &[])?;
    drop(progress);
    if global.format == OutputFormat::Json {
        let members = json_of(&planned, &replacements, args.setting.dry_run);
        let value = serde_json::Value::Object(members);
        return Ok(terminal.write(format!("{value:#}\n").as_bytes(), 0));
    }
    let mut out = told(&site, &planned, &replacements, args.setting.dry_run, terminal);
    if let Some(path) = kept_in {
        out.push_str(&format!("what was there is kept in {path}\n"));
    }
    if !args.setting.dry_run {
        out.push_str("\nNow run: contract-guard release\n");
    }
    Ok(terminal.write(out.as_bytes(), 0))
}

fn no_freeze() -> Failure {
    let help = "a freeze of another repository comes in by `contract-guard freeze import`";
    Failure::Usage("there is no freeze of this tree to follow".to_owned(), Some(help.to_owned()))
}

/// A freeze reaches nothing but contracts.
fn outside(freeze: &Freeze, tree: &Tree) -> Result<(), Failure> {
    match freeze.artifacts.iter().find(|a| is_foreign(&a.path, &tree.root)) {
        Some(artifact) => {
            let stopped = Stopped::Outside(artifact.path.clone());
            Err(crate::cli::freeze::refusal(&stopped, &freeze.version))
        }
        None => Ok(()),
    }
}

/// The files as they were. What tells of the way here stays: versions, changelog, migrations, debts,
/// waivers; and what was promised for ever: invariants and laws.
fn contents(site: &Site<'_>, freeze: &Freeze) -> Revision {
    let then = freeze.tree(&site.tree.root);
    let kinds =
        |tree: &Tree| crate::catalog::survey(tree, &site.config.layout, &site.config.limits).0;
    let (of_then, of_now) = (kinds(&then), kinds(&site.tree));
    let stays = |path: &ArtifactPath| {
        let kind = of_now.get(path).or(of_then.get(path));
        let below = site.tree.below_root(path);
        let is_kept = match kind {
            // A module that was not there has no version to keep.
            Some(Kind::Versions) => then.artifacts.contains_key(path) || !below.contains('/'),
            Some(Kind::Changelog | Kind::Migration | Kind::Invariant) => true,
            _ => false,
        };
        let folders: Vec<&str> = below.split('/').collect();
        let is_record = match folders.as_slice() {
            ["laws" | "migrations", ..] => true,
            ["modules", module, "migrations", ..] => then
                .artifacts
                .keys()
                .any(|p| then.below_root(p).starts_with(&format!("modules/{module}/"))),
            [name] => name.starts_with("debts.") || name.starts_with("waivers."),
            _ => false,
        };
        (is_kept || is_record) && site.tree.artifacts.contains_key(path)
    };
    let mut revision = Revision::default();
    for (path, artifact) in then.artifacts.iter().filter(|(path, _)| !stays(path)) {
        revision.write(path.clone(), std::sync::Arc::clone(&artifact.bytes));
    }
    let is_new = |path: &&ArtifactPath| !then.artifacts.contains_key(*path) && !stays(path);
    site.tree.artifacts.keys().filter(is_new).for_each(|path| revision.remove(path.clone()));
    revision
}

/// Refuses to lose what neither git nor a freeze has; with `--force`, keeps it in a rescue freeze.
fn keep(
    site: &Site<'_>,
    revision: &Revision,
    args: &Rollback,
    terminal: &Terminal,
) -> Result<Option<ArtifactPath>, Failure> {
    let changed = revision.replacements(&site.tree);
    let lost: Vec<ArtifactPath> =
        changed.into_iter().filter(|r| r.before.is_some()).map(|r| r.path).collect();
    let rescue = rescued(&lost, &site.tree, site.place)?;
    match rescue {
        None => Ok(None),
        Some((unsaved, _)) if args.setting.dry_run => {
            let what = counted(unsaved.len(), "file");
            terminal.note(&format!("{what} would be lost: it will take a commit, or `--force`"));
            Ok(None)
        }
        Some((unsaved, _)) if !args.force => Err(would_lose(&unsaved)),
        Some((_, file)) => site.publish(&file),
    }
}
