//! `freeze import`

use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::args::{Global, OutputFormat};
use super::super::output::Terminal;
use super::super::progress::Progress;
use super::super::{Answer, Failure, Refused};
use super::args::Import;
use super::create::survey;
use super::place::{Newest, Place, not_ours};
use super::words::{counted, legacy_report, legacy_summary, refused};
use crate::catalog::Kind;
use crate::freeze::{
    FOLDER, Format, Imported, NewFile, Version, foreign, format_of, index_name, plan_import,
};
use crate::source::{self, OpenFreeze};
use crate::tree::Digest;

/// A freeze to take in.
struct Candidate {
    version: Version,
    path: PathBuf,
    opened: OpenFreeze,
}

pub(super) fn run(import: &Import, place: &Place, global: &Global, terminal: &Terminal) -> Answer {
    let progress = Progress::start("importing freezes");
    let mut candidates = Vec::new();
    for path in &import.files {
        let opened = place.open(path)?;
        let version = Version::parse(&opened.freeze.version)
            .map_err(|reason| Failure::Usage(format!("`{}`: {reason}", path.display()), None))?;
        if let Some(path) = foreign(&opened.freeze, &place.root) {
            return Err(Failure::Refused(Refused {
                message: format!("freeze {version} cannot be taken in: {}", not_ours(path)),
                details: Vec::new(),
                help: Some("it could not be restored here; `freeze export` unpacks it".to_owned()),
                code: 4,
            }));
        }
        lost(&version, &opened, import.unproven)?;
        candidates.push(Candidate { version, path: path.clone(), opened });
    }
    candidates.sort_by(|a, b| a.version.cmp(&b.version));
    let session = match import.dry_run {
        true => None,
        false => Some(place.session(terminal)?),
    };
    place.sound()?;
    let (mut past, newest) = place.past(false)?;
    if let Some(session) = &session {
        session.publish(&place.displaced()?)?;
        place.repair(session, newest.as_ref(), terminal)?;
    }
    let mut newest = newest.map(|Newest { freeze, .. }| freeze);
    let mut text = String::new();
    let mut values = Vec::new();
    let is_here = |candidate: &Candidate| is_here(candidate, place);
    let (known, candidates): (Vec<_>, Vec<_>) = candidates.into_iter().partition(is_here);
    for candidate in known {
        text.push_str(&format!("{} is here already\n", candidate.version));
    }
    for candidate in &candidates {
        past.newest = newest.take();
        let planned = plan_import(
            frozen(candidate, global, place),
            origin(candidate),
            &place.root,
            &past,
            &candidate.version,
        )
        .map_err(|refusal| refused(&refusal))?;
        if let Some(session) = &session {
            let files = in_place(planned.files, candidate, place)?;
            session.publish(&files)?;
        }
        let freeze = planned.freeze;
        text.push_str(&text_of(candidate, &freeze.root, import.dry_run));
        values.push(json_of(candidate, &freeze.root));
        past.versions.push(candidate.version.clone());
        newest = Some(freeze);
    }
    drop((session, progress));
    if global.format == OutputFormat::Json {
        text = format!("{:#}\n", json!({ "imported": values }));
    }
    Ok(terminal.write(text.as_bytes(), 0))
}

/// Whether the very file was taken in before: by a run that was killed after it, say.
fn is_here(candidate: &Candidate, place: &Place) -> bool {
    let freezes = place.freezes().unwrap_or_default();
    let own = freezes.iter().find(|(version, _)| *version == candidate.version);
    let opened = own.and_then(|(_, file)| place.open(&file.path).ok());
    let imported = opened.and_then(|opened| opened.freeze.imported);
    imported.is_some_and(|imported| imported.sha256 == origin(candidate).sha256)
}

fn lost(version: &Version, opened: &OpenFreeze, allow: bool) -> Result<(), Failure> {
    let lost: Vec<String> = opened
        .freeze
        .artifacts
        .iter()
        .filter(|a| a.unproven.is_some())
        .map(|a| a.path.to_string())
        .collect();
    if lost.is_empty() || allow {
        return Ok(());
    }
    let count = counted(lost.len(), "file");
    Err(Failure::Refused(Refused {
        message: format!("the bytes of {count} of freeze {version} are not recovered"),
        details: lost,
        help: Some("`--unproven` takes in what there is instead, marked as unproven".to_owned()),
        code: 4,
    }))
}

fn origin(candidate: &Candidate) -> Imported {
    let format = if candidate.opened.legacy.is_some() { "legacy" } else { "contract-freeze/2" };
    Imported { format: format.to_owned(), sha256: Digest::of(&candidate.opened.bytes).hex() }
}

/// The freeze, its artifacts told apart by kind.
fn frozen(candidate: &Candidate, global: &Global, place: &Place) -> crate::freeze::Freeze {
    let mut freeze = candidate.opened.freeze.clone();
    if candidate.opened.legacy.is_some() {
        let (kinds, _) = survey(&freeze.tree(&place.root), global);
        for artifact in &mut freeze.artifacts {
            let kind = kinds.get(&artifact.path).copied().unwrap_or(Kind::Other);
            kind.name().clone_into(&mut artifact.kind);
        }
    }
    freeze
}

/// A legacy freeze that lies where the new one comes is kept in `_frozen/legacy/` first.
fn in_place(
    files: Vec<NewFile>,
    candidate: &Candidate,
    place: &Place,
) -> Result<Vec<NewFile>, Failure> {
    let folder = source::canonical(&place.base.join(&place.root).join(FOLDER));
    let own = source::canonical(&candidate.path);
    let is_inside = folder.is_some() && own.as_deref().and_then(Path::parent) == folder.as_deref();
    if !is_inside {
        return Ok(files);
    }
    let mut all = Vec::new();
    let index = index_name(candidate.version.as_str());
    let mut replaced = vec![candidate.path.clone()];
    replaced.extend(own.map(|path| path.with_file_name(index)).filter(|path| path.is_file()));
    let mut displaced = Vec::new();
    for path in replaced {
        let bytes = source::file_bytes(&path, &place.budget)?;
        if format_of(&bytes) == Ok(Format::Legacy) {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            let name = name.unwrap_or_default();
            displaced.push(place.frozen_path(&name));
            all.extend(place.archived(&name, bytes));
        }
    }
    for mut file in files {
        file.replaces |= displaced.contains(&file.path);
        all.push(file);
    }
    Ok(all)
}

fn text_of(candidate: &Candidate, root: &str, is_dry: bool) -> String {
    let done = if is_dry { "would import" } else { "imported" };
    let count = counted(candidate.opened.freeze.artifacts.len(), "artifact");
    let mut text = format!("{done} {}: {count}", candidate.version);
    match &candidate.opened.legacy {
        Some(legacy) => {
            text.push_str(&format!(", {}\n  {root}\n", legacy_summary(legacy)));
            text.push_str(&legacy_report(legacy));
        }
        None => text.push_str(&format!("\n  {root}\n")),
    }
    text
}

fn json_of(candidate: &Candidate, root: &str) -> serde_json::Value {
    let recovered = candidate.opened.legacy.as_ref().map(|legacy| {
        let artifact = |a: &crate::freeze::Recovered| {
            json!({ "path": a.path.as_str(), "how": a.how.to_string() })
        };
        legacy.artifacts.iter().map(artifact).collect::<Vec<_>>()
    });
    json!({
        "version": candidate.version.as_str(),
        "root": root,
        "artifacts": candidate.opened.freeze.artifacts.len(),
        "recovered": recovered,
    })
}
