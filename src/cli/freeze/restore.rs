//! `freeze restore`

use std::collections::BTreeSet;
use std::path::{Component, Path};

use serde_json::json;

use super::super::args::{Global, OutputFormat};
use super::super::output::Terminal;
use super::super::progress::Progress;
use super::super::{Answer, Failure, Refused};
use super::args::Restore;
use super::place::Place;
use super::words::{counted, legacy_summary, refused, time};
use crate::freeze::{Blocked, Freeze, NewFile, RestorePlan, Wanted, Write, plan_restore, rescue};
use crate::report::visible;
use crate::source::{self, Source};
use crate::tree::{ArtifactPath, Tree};

pub(super) fn run(
    restore: &Restore,
    place: &Place,
    global: &Global,
    terminal: &Terminal,
) -> Answer {
    let progress = Progress::start("restoring contracts");
    // Read and verified before anything is touched, the lock included.
    let opened = place.open(&place.resolve(Some(&restore.version))?)?;
    let session = match restore.dry_run {
        true => None,
        false => Some(place.session(terminal)?),
    };
    if let Some(session) = &session {
        place.mend(session, terminal)?;
    }
    let current = place.contracts_beside(&opened.freeze)?;
    let summary = opened.legacy.as_ref().map(legacy_summary);
    let version = opened.freeze.version.clone();
    let paths = paths(restore, place, &opened.freeze, &current)?;
    let wanted = Wanted { root: &place.root, paths: &paths, prune: restore.prune };
    let saved = |paths: &[&ArtifactPath]| saved(paths, &current, place);
    let plan = plan_restore(opened.freeze, &current, &wanted, restore.unproven, saved)
        .map_err(|blocked| refusal(&blocked, &version))?;
    let mut kept_in = None;
    if !plan.unsaved.is_empty() && !restore.force {
        return Err(would_lose(&plan.unsaved));
    }
    if let Some(session) = &session {
        if !plan.unsaved.is_empty() {
            let file =
                rescue(&only(&current, &plan.unsaved), time(None)?).map_err(|r| refused(&r))?;
            session.publish(std::slice::from_ref(&file))?;
            kept_in = Some(file.path);
        }
        session.restore(&plan, &place.root)?;
    }
    drop((session, progress));
    let text = match global.format {
        OutputFormat::Json => json_of(&plan, restore.dry_run, kept_in.as_ref()),
        _ => text_of(&plan, restore.dry_run, kept_in.as_ref(), summary.as_deref()),
    };
    Ok(terminal.write(text.as_bytes(), 0))
}

/// The paths that a user names, from the repository root. They may be meant from the current folder, from
/// the repository root, or from the contracts root: the first that names something.
fn paths(
    restore: &Restore,
    place: &Place,
    freeze: &Freeze,
    current: &Tree,
) -> Result<Vec<String>, Failure> {
    let here = source::canonical(Path::new(".")).unwrap_or_default();
    let top = source::canonical(&place.base).unwrap_or_default();
    let below = here.strip_prefix(&top).unwrap_or(Path::new("")).to_owned();
    let known = || freeze.artifacts.iter().map(|a| &a.path).chain(current.artifacts.keys());
    let choose = |given: &std::path::PathBuf| {
        let inside = |path: &Path| path.strip_prefix(&top).ok().map(Path::to_owned);
        let canonical = source::canonical(given);
        let path = match given.is_absolute() {
            true => canonical.as_deref().or(Some(given)).and_then(inside),
            false => Some(given.clone()),
        };
        let path = path.as_ref().ok_or_else(|| outside(given))?;
        let meant = [below.join(path), path.clone(), Path::new(&place.root).join(path)];
        let meant: Vec<String> = meant.iter().filter_map(|path| normal(path)).collect();
        let names_something = |text: &&String| {
            let folder = format!("{text}/");
            known().any(|p| p.as_str() == text.as_str() || p.as_str().starts_with(&folder))
        };
        let here = normal(&below.join(path)).ok_or_else(|| outside(given))?;
        let found = meant.iter().find(names_something);
        Ok(found.cloned().unwrap_or(here))
    };
    let chosen: Vec<String> = restore.paths.iter().map(choose).collect::<Result<_, Failure>>()?;
    // The top is everything.
    Ok(if chosen.iter().any(String::is_empty) { Vec::new() } else { chosen })
}

fn outside(path: &Path) -> Failure {
    let message = format!("`{}` is outside of the repository", path.display());
    Failure::Usage(
        message,
        Some("name contracts, or leave the paths out for all of them".to_owned()),
    )
}

/// POSIX, without `.` and `..`; `None` when it leads above the repository.
fn normal(path: &Path) -> Option<String> {
    let mut segments: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => segments.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => drop(segments.pop()?),
            _ => {}
        }
    }
    Some(segments.join("/"))
}

/// Those of the paths whose bytes git or a freeze can give back.
fn saved(paths: &[&ArtifactPath], current: &Tree, place: &Place) -> BTreeSet<ArtifactPath> {
    let mut saved = source::kept_by_git(&place.request(Source::Dir), current, paths, &place.budget);
    let mut freezes = place.freezes().unwrap_or_default();
    while let Some((_, file)) = freezes.pop() {
        let open: Vec<&ArtifactPath> =
            paths.iter().copied().filter(|p| !saved.contains(*p)).collect();
        if open.is_empty() {
            break;
        }
        let Ok(opened) = place.open(&file.path) else { continue };
        let proven = opened.freeze.artifacts.iter().filter(|a| a.unproven.is_none());
        let held: BTreeSet<&[u8]> = proven.map(|a| &*a.bytes).collect();
        let is_held = |path: &&ArtifactPath| {
            current.artifacts.get(*path).is_some_and(|a| held.contains(&*a.bytes))
        };
        saved.extend(open.into_iter().filter(is_held).cloned());
    }
    saved
}

/// These files of a tree.
fn only(tree: &Tree, paths: &[ArtifactPath]) -> Tree {
    let files = paths.iter().filter_map(|p| Some((p.clone(), tree.artifacts.get(p)?.clone())));
    Tree { root: tree.root.clone(), artifacts: files.collect(), ..Tree::default() }
}

/// Which of these files neither git nor a freeze has, and a rescue freeze of them; `None` when all are
/// saved.
pub(in crate::cli) fn rescued(
    paths: &[ArtifactPath],
    current: &Tree,
    place: &Place,
) -> Result<Option<(Vec<ArtifactPath>, NewFile)>, Failure> {
    let paths: Vec<&ArtifactPath> = paths.iter().collect();
    let saved = saved(&paths, current, place);
    let unsaved: Vec<ArtifactPath> =
        paths.into_iter().filter(|path| !saved.contains(*path)).cloned().collect();
    if unsaved.is_empty() {
        return Ok(None);
    }
    let file = rescue(&only(current, &unsaved), time(None)?).map_err(|r| refused(&r))?;
    Ok(Some((unsaved, file)))
}

pub(in crate::cli) fn would_lose(unsaved: &[ArtifactPath]) -> Failure {
    Failure::Refused(Refused {
        message: format!(
            "{} would be lost: neither git nor a freeze has what is in it now",
            counted(unsaved.len(), "file")
        ),
        details: unsaved.iter().map(ToString::to_string).collect(),
        help: Some(
            "commit or freeze first; `--force` overwrites and keeps them in a rescue freeze"
                .to_owned(),
        ),
        code: 1,
    })
}

pub(in crate::cli) fn refusal(blocked: &Blocked, version: &str) -> Failure {
    let refused = |message: String, details: Vec<String>, help: &str, code| {
        Failure::Refused(Refused { message, details, help: Some(help.to_owned()), code })
    };
    match blocked {
        Blocked::Outside(path) => refused(
            format!("freeze {version} would write `{path}`, which is no contract of this tree"),
            Vec::new(),
            "`contract-guard freeze export` writes it to another folder",
            4,
        ),
        Blocked::Unproven(paths) => refused(
            format!("freeze {version} does not have the bytes of {}", counted(paths.len(), "file")),
            paths.iter().map(ToString::to_string).collect(),
            "restore other paths, or add `--unproven` to write what it has instead",
            4,
        ),
        Blocked::InTheWay(path, blocker) => refused(
            format!("`{blocker}` is in the way of `{path}`: a path is a file or a folder"),
            Vec::new(),
            "move it away first",
            1,
        ),
        Blocked::NothingAt(path) => Failure::Usage(
            format!("neither freeze {version} nor the tree has a `{path}`"),
            Some(format!("`contract-guard freeze show {version}` lists what it has")),
        ),
    }
}

fn text_of(
    plan: &RestorePlan,
    is_dry: bool,
    kept_in: Option<&ArtifactPath>,
    summary: Option<&str>,
) -> String {
    let (wrote, removed, done) = match is_dry {
        true => ("would write", "would remove", "would restore"),
        false => ("wrote", "removed", "restored"),
    };
    let mut out = String::new();
    let mut line = |word: &str, path: &ArtifactPath| {
        out.push_str(&format!("{word:8} {}\n", visible(path.as_str())));
    };
    let mark = |write: &Write| if write.is_unproven { "unproven" } else { wrote };
    plan.writes.iter().for_each(|write| line(mark(write), &write.path));
    plan.removals.iter().for_each(|removal| line(removed, &removal.path));
    plan.extra.iter().for_each(|path| line("kept", path));
    if let Some(path) = kept_in {
        out.push_str(&format!("what was there is kept in {path}\n"));
    }
    out.push_str(&format!(
        "{done} {}: {} written, {} removed, {} unchanged",
        plan.version,
        plan.writes.len(),
        plan.removals.len(),
        plan.unchanged
    ));
    if let Some(summary) = summary {
        out.push_str(&format!("; legacy: {summary}"));
    }
    out.push('\n');
    if !plan.extra.is_empty() {
        let count = counted(plan.extra.len(), "file");
        out.push_str(&format!("{count} not in the freeze: kept; `--prune` removes them\n"));
    }
    out
}

fn json_of(plan: &RestorePlan, is_dry: bool, kept_in: Option<&ArtifactPath>) -> String {
    let names = |paths: Vec<&ArtifactPath>| -> Vec<String> {
        paths.into_iter().map(ToString::to_string).collect()
    };
    let value = json!({
        "version": plan.version,
        "dry_run": is_dry,
        "written": names(plan.writes.iter().map(|w| &w.path).collect()),
        "removed": names(plan.removals.iter().map(|r| &r.path).collect()),
        "unproven": names(plan.writes.iter().filter(|w| w.is_unproven).map(|w| &w.path).collect()),
        "kept": names(plan.extra.iter().collect()),
        "unchanged": plan.unchanged,
        "rescue": kept_in.map(ToString::to_string),
    });
    format!("{value:#}\n")
}
