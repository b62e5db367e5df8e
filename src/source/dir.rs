//! A tree from files on disk. Links are read, never followed by the system.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::{Budget, CONFIG, IGNORE, Ignore, JUDGES, Request, SourceError, is_staged, links};
use crate::freeze::{JOURNAL, WORK_PREFIX};
use crate::tree::{Artifact, ArtifactPath, PathProblem, Refusal, Refused, Tree};

enum Read {
    File(ArtifactPath, Artifact),
    Link(ArtifactPath, String),
    Refused(Refused),
}

/// Reads `base/root`.
pub(super) fn read(request: &Request, budget: &Budget) -> Result<Tree, SourceError> {
    let base = &request.base;
    let top = if request.root.is_empty() { base.clone() } else { base.join(&request.root) };
    // Half of one tree and half of another is no tree.
    if base.join(WORK_PREFIX).join(JOURNAL).exists() {
        return Err(SourceError::Interrupted { base: base.clone() });
    }
    // git sees a link in the way as a file, so that there is nothing behind it.
    let mut way =
        request.root.match_indices('/').map(|(at, _)| request.root.get(..at).unwrap_or(""));
    if let Some(link) = way.find(|way| base.join(way).is_symlink()) {
        let (path, refusal) = (ArtifactPath::lossy(link), Refusal::LinkAtRoot);
        let refused = vec![Refused { path, refusal }];
        return Ok(Tree { root: request.root.clone(), refused, ..Tree::default() });
    }
    let ignore = top.join(IGNORE);
    let ignore = if ignore.is_symlink() { None } else { std::fs::read(ignore).ok() };
    let ignore = Ignore::parse(&String::from_utf8_lossy(&ignore.unwrap_or_default()));
    let mut entries = Vec::new();
    // A folder that the user names may be a link; one that is found by its name is what git sees.
    let walk = WalkDir::new(&top).follow_root_links(request.root.is_empty()).sort_by_file_name();
    let is_wanted = |entry: &walkdir::DirEntry| {
        let below = entry.path().strip_prefix(&top).unwrap_or(entry.path());
        entry.depth() == 0 || (entry.file_name() != ".git" && !request.skips(&posix(below)))
    };
    let submodules = RefCell::new(Vec::new());
    let is_ours = |entry: &walkdir::DirEntry| {
        let is_other = entry.depth() > 0
            && entry.file_type().is_dir()
            && entry.path().join(".git").symlink_metadata().is_ok();
        if is_other {
            let below = posix(entry.path().strip_prefix(&top).unwrap_or(entry.path()));
            if ignore.covers(&below) {
                return false;
            }
            submodules.borrow_mut().push(ArtifactPath::below(&request.root, &below));
        }
        !is_other
    };
    let wanted = |entry: &walkdir::DirEntry| is_wanted(entry) && is_ours(entry);
    for entry in walk.into_iter().filter_entry(wanted) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(&top).to_owned();
            io(&path, error.into())
        })?;
        let is_staged = entry.file_name().to_str().is_some_and(is_staged);
        if entry.file_type().is_dir()
            || is_staged
            || (entry.depth() == 0 && request.root.is_empty())
        {
            continue;
        }
        entries.push(entry);
        if entries.len() > budget.files {
            return Err(too_many(budget));
        }
    }
    let total = AtomicU64::new(0);
    let read: Result<Vec<Option<Read>>, SourceError> = entries
        .into_par_iter()
        .map(|entry| {
            let below = entry.path().strip_prefix(&top).unwrap_or(entry.path());
            read_entry(&entry, below, request, &ignore, budget, &total)
        })
        .collect();
    let mut tree = Tree { root: request.root.clone(), ..Tree::default() };
    tree.refused.extend(
        submodules
            .into_inner()
            .into_iter()
            .map(|path| Refused { path, refusal: Refusal::Submodule }),
    );
    let mut found_links = BTreeMap::new();
    for entry in read?.into_iter().flatten() {
        match entry {
            Read::File(path, artifact) => {
                tree.artifacts.insert(path, artifact);
            }
            Read::Link(path, target) => {
                found_links.insert(path, target);
            }
            Read::Refused(refused) => tree.refused.push(refused),
        }
    }
    let (config, path) = (base.join(CONFIG), ArtifactPath::lossy(CONFIG));
    // git knows of no empty folder; who works on the disk sees one.
    let judges = JUDGES.iter().map(|name| (top.join(name), ArtifactPath::below(&tree.root, name)));
    let judges = judges.chain([(config.clone(), path.clone())]);
    let is_folder = |at: &Path| at.is_dir() && !at.is_symlink();
    let folders: Vec<_> = judges.filter(|(at, _)| is_folder(at)).map(|(_, path)| path).collect();
    if config.is_symlink() {
        found_links.insert(path, String::new());
    } else if let Ok(bytes) = std::fs::read(&config) {
        tree.artifacts.remove(&path);
        tree.config = Some((path, Artifact::new(bytes)));
    }
    links::resolve(&mut tree, &found_links);
    links::refuse_folders(&mut tree, &folders);
    Ok(tree)
}

fn read_entry(
    entry: &walkdir::DirEntry,
    below: &Path,
    request: &Request,
    ignore: &Ignore,
    budget: &Budget,
    total: &AtomicU64,
) -> Result<Option<Read>, SourceError> {
    let is_unicode = entry.path().to_str().is_some();
    let below = posix(below);
    if ignore.covers(&below) {
        return Ok(None);
    }
    let text = match (request.root.as_str(), below.as_str()) {
        (root, "") => root.to_owned(),
        ("", _) => below,
        (root, below) => format!("{root}/{below}"),
    };
    let refuse =
        |refusal| Ok(Some(Read::Refused(Refused { path: ArtifactPath::lossy(&text), refusal })));
    let path = match ArtifactPath::new(&text) {
        Ok(path) if is_unicode => path,
        Ok(_) => return refuse(Refusal::Name(PathProblem::NotUnicode)),
        Err(problem) => return refuse(Refusal::Name(problem)),
    };
    if entry.file_type().is_symlink() {
        let target = std::fs::read_link(entry.path()).map_err(|error| io(entry.path(), error))?;
        return Ok(Some(Read::Link(path, target.to_string_lossy().into_owned())));
    }
    if !entry.file_type().is_file() {
        return refuse(Refusal::Special);
    }
    let size = entry.metadata().map_err(|error| io(entry.path(), error.into()))?.len();
    let is_freeze = text.contains("_frozen/");
    if size > budget.file_bytes && !is_freeze {
        return refuse(Refusal::TooLarge(size));
    }
    // Freezes add up over the years; each is bounded, their sum is not.
    let sum = if is_freeze { size } else { total.fetch_add(size, Ordering::Relaxed) + size };
    if sum > budget.tree_bytes {
        return Err(too_large(budget));
    }
    let bytes = std::fs::read(entry.path()).map_err(|error| io(entry.path(), error))?;
    Ok(Some(Read::File(path, Artifact::new(bytes))))
}

/// A path below the contracts root as artifacts have it.
fn posix(below: &Path) -> String {
    let segments: Vec<_> = below.iter().map(|segment| segment.to_string_lossy()).collect();
    segments.join("/")
}

fn io(path: &Path, error: std::io::Error) -> SourceError {
    SourceError::Io { path: PathBuf::from(path), error }
}

pub(super) fn too_many(budget: &Budget) -> SourceError {
    SourceError::TooMuch {
        what: format!("the tree has more than {} files", budget.files),
        help: "name a smaller folder, or raise the limit with `--max-files`".to_owned(),
    }
}

pub(super) fn too_large(budget: &Budget) -> SourceError {
    SourceError::TooMuch {
        what: format!("the tree has more than {} bytes", budget.tree_bytes),
        help: "name a smaller folder, or raise the limit with `--max-tree-bytes`".to_owned(),
    }
}
